"""Referrals: what is true of their rows."""

from datetime import UTC, date, datetime

import pytest

from referrals.models import Referral, Status
from tests import factories
from tests.constraints import assert_refused, constraints_of

pytestmark = pytest.mark.django_db

MOMENT = datetime(2024, 9, 3, 9, tzinfo=UTC)


def make(**details):
    return lambda: factories.ReferralFactory(**details)


def two_open():
    first = factories.ReferralFactory(status=Status.SUBMITTED)
    factories.ReferralFactory(pupil=first.pupil)


BREAKERS = {
    "referrals_referral_status_is_known": make(status="lost"),
    "referrals_referral_reason_is_known": make(reason="no reason"),
    "referrals_referral_decision_is_whole": make(status=Status.DECLINED, decision_reason=""),
    "referrals_referral_tier_with_acceptance": make(status=Status.ACCEPTED, tier=None),
    "referrals_referral_submitted_at_with_submission": make(
        status=Status.SUBMITTED, submitted_at=None
    ),
    "referrals_referral_exclusion_has_its_date": make(
        status=Status.SUBMITTED, reason="permanent exclusion"
    ),
    "referrals_referral_one_open_for_a_pupil": two_open,
}


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_a_row_that_breaks_a_constraint(name):
    assert_refused(name, BREAKERS[name])


def test_every_constraint_has_a_row_that_breaks_it():
    assert constraints_of("referrals") == set(BREAKERS)


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("decision_is_whole", {"status": "accepted", "decided_on": None}),
        ("decision_is_whole", {"status": "accepted", "decided_by": None}),
        ("decision_is_whole", {"status": "submitted", "decided_on": date(2024, 9, 5)}),
        ("decision_is_whole", {"status": "draft", "decision_reason": "So."}),
        ("tier_with_acceptance", {"status": "accepted", "tier": 4}),
        ("tier_with_acceptance", {"status": "declined", "tier": 2}),
        ("tier_with_acceptance", {"status": "submitted", "tier": 2}),
        ("submitted_at_with_submission", {"status": "draft", "submitted_at": MOMENT}),
        ("submitted_at_with_submission", {"status": "accepted", "submitted_at": None}),
    ],
)
def test_every_half_of_a_decision_is_refused(name, details):
    assert_refused(f"referrals_referral_{name}", make(**details))


@pytest.mark.parametrize("status", Status)
def test_a_referral_may_stand_in_every_status(status):
    assert factories.ReferralFactory(status=status).next_step


def test_a_draft_may_leave_the_date_of_an_exclusion_open():
    factories.ReferralFactory(reason="permanent exclusion")


def test_a_submitted_referral_may_be_withdrawn_with_its_moment():
    factories.ReferralFactory(status=Status.WITHDRAWN, submitted_at=MOMENT)


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN])
def test_a_pupil_may_be_referred_again_after_a_closed_referral(status):
    closed = factories.ReferralFactory(status=status)

    factories.ReferralFactory(pupil=closed.pupil)

    assert closed.pupil.referrals.count() == 2


def test_the_longest_wait_comes_first():
    late = factories.ReferralFactory(status="submitted", submitted_at=MOMENT)
    early = factories.ReferralFactory(
        status="submitted", submitted_at=datetime(2024, 9, 2, tzinfo=UTC)
    )
    factories.ReferralFactory()

    assert list(Referral.objects.waiting()) == [early, late]


def test_accepted_referrals_wait_for_a_placement_until_they_are_placed():
    waiting = factories.ReferralFactory(status="accepted")
    factories.ReferralFactory(status="accepted", is_placed=True)
    factories.ReferralFactory(status="declined")

    assert list(Referral.objects.accepted_without_placement()) == [waiting]


def test_a_filter_keeps_status_reason_and_every_word_of_a_name():
    pupil = factories.PupilFactory(forename="Zoë", surname="O'Brien")
    sought = factories.ReferralFactory(pupil=pupil, reason="medical")
    factories.ReferralFactory(reason="medical")

    assert list(Referral.objects.narrowed(q="brien zoe")) == [sought]
    assert list(Referral.objects.narrowed(q="brien ann")) == []
    assert Referral.objects.narrowed(reason="medical", status="draft").count() == 2
    assert Referral.objects.narrowed(status="submitted").count() == 0


@pytest.mark.parametrize("is_placed", [True, False])
def test_the_next_step_of_an_accepted_referral_says_whether_it_is_placed(is_placed):
    referral = factories.ReferralFactory(status="accepted", is_placed=is_placed)

    assert ("is open" in referral.next_step) is is_placed
