"""An accepted referral of the own school, and the placement that a provider took up for it."""

import pytest

from tests import factories


@pytest.fixture
def referral(school):
    return factories.ReferralFactory(status="accepted", tier=3, school=school)


@pytest.fixture
def placement(referral, provider, caseworker):
    from tests.placements.test_actions import proposal, take_up  # noqa: PLC0415 - a test file

    return take_up(proposal(provider), referral=referral, by=caseworker)
