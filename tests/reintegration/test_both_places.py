"""The weeks of a return with what both places and the suspensions say of them, in one view."""

from datetime import date, timedelta

import pytest

from reintegration import actions
from tests import factories
from tests.reintegration.conftest import FIRST

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)
SECOND = FIRST + WEEK


@pytest.fixture
def board(client, begun, lead, monkeypatch):
    """Return the cards and the page as the provider sees them on the first day after week 2."""
    monkeypatch.setattr("reporting.views.way_back.localdate", lambda: FIRST + 2 * WEEK)

    def board(person=lead):
        client.force_login(person)
        answer = client.get(begun.get_absolute_url())
        return answer.context["cards"], answer.content.decode()

    return board


def at_school(plan, monday, **details):
    return factories.SchoolAttendanceFactory(
        pupil=plan.pupil, school=plan.receiving_school, starts_on=monday, **details
    )


def test_sessions_at_both_places_stand_on_the_card_and_count_for_the_proposal(board, begun):
    factories.MarkFactory(placement=begun.placement, date=SECOND, session=0, code_id="I")
    counts = {"present": 3, "authorised": 1, "unauthorised": 0}
    at_school(begun, SECOND, possible=4, **counts)

    cards, page = board()

    assert (cards[1].school_present, cards[1].school_possible) == (3, 4)
    assert cards[1].asks == "Sessions missed: 1 at the provider and 1 at school."
    assert "At school: 3 of 4 sessions attended" in page
    assert cards[0].asks == ""
    assert page.count("At school: not told by the school") == 1  # week 1; the others are to come


def test_what_another_school_counts_and_what_was_taken_back_is_left_out(board, begun):
    factories.SchoolAttendanceFactory(pupil=begun.pupil, starts_on=SECOND)
    kept = at_school(begun, SECOND)
    type(kept).objects.filter(pk=kept.pk).update(
        taken_back_at=kept.recorded_at, taken_back_by=kept.recorded_by
    )

    cards, _ = board()

    assert [card.at_school for card in cards] == [[]] * 6


def test_a_week_that_is_held_takes_all_its_weeks_and_no_other(board, begun, caseworker):
    actions.hold(begun, number=4, reason="Was ill.", by=caseworker)
    mondays = [date(2024, 10, 14), date(2024, 10, 21), date(2024, 11, 4), date(2024, 11, 11)]
    for monday in mondays:
        at_school(begun, monday)

    cards, _ = board()

    told = [[row.starts_on for row in card.at_school] for card in cards]
    assert told == [[], [], mondays[:1], mondays[1:3], mondays[3:], []]


@pytest.mark.parametrize("change", ["standing", "cancelled", "before"])
def test_a_suspension_proposes_to_hold_the_week(board, begun, change):
    starts_on = SECOND + timedelta(days=1) if change != "before" else FIRST - WEEK
    row = factories.SuspensionFactory(
        pupil=begun.pupil, starts_on=starts_on, back_on=starts_on + timedelta(days=2)
    )
    if change == "cancelled":
        type(row).objects.filter(pk=row.pk).update(
            cancelled_on=starts_on, cancelled_because="In error", sessions_served=0
        )

    cards, page = board()

    is_shown = change == "standing"
    assert [card.asks for card in cards].count("The pupil was suspended.") == is_shown
    assert cards[1].suspensions == ([row] if is_shown else [])
    assert ("from 8 October 2024, back on 10 October 2024" in page) == is_shown
    assert ("Hold the week, or agree extra support?" in page) == is_shown
