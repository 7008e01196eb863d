"""The page of a plan: earlier attempts stay readable."""

from datetime import timedelta

import pytest

from reintegration import actions
from tests.factories import returns
from tests.reintegration.conftest import FIRST, WEEKS

pytestmark = pytest.mark.django_db


def page_of(client, plan):
    return client.get(plan.get_absolute_url()).content.decode()


# --- earlier attempts ---


@pytest.fixture
def again(begun, on, caseworker):
    """Return a plan whose second return runs, after the first was reviewed and stopped."""
    on(FIRST)
    details = {"judgement": "worries", "note": "Much noise at lunch.", "by": caseworker}
    actions.review_week(begun, number=1, **details)
    actions.stop(begun, reason="Too early for lunch in the hall.", by=caseworker)
    begun.refresh_from_db()
    for kind in ("progress", "conversation", "meeting"):
        returns.GateFactory(plan=begun, kind=kind, words="Second time.")
    return begun


def test_what_came_before_stays_on_the_page_when_a_second_return_begins(client, again, caseworker):
    client.force_login(caseworker)
    prepared = page_of(client, again)
    later = FIRST + timedelta(weeks=5)
    actions.begin(again, starts_on=later, weeks=WEEKS, by=caseworker)
    page = page_of(client, again)

    assert prepared.count("Much noise at lunch.") == 1  # on its card, and not twice
    assert prepared.count("Too early for lunch in the hall.") == 1
    for text in (prepared, page):
        assert text.count("Earlier attempt: return 1") == 1
        assert "Begin with mornings." in text
    assert page.count("Much noise at lunch.") == 1
    assert page.count("Too early for lunch in the hall.") == 1
    assert "30 September to 4 October 2024" in page


def test_a_first_return_has_no_earlier_attempt(client, begun, caseworker):
    client.force_login(caseworker)

    assert "Earlier attempt" not in page_of(client, begun)
