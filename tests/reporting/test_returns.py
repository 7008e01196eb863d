"""Figures of a return by steps: sessions at the school are no sessions of the provider."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from attendance.models.expected import sessions_of
from reintegration import actions as reintegration_actions
from reporting import actions
from reporting.kpis import REGISTRY, Period
from reporting.kpis.live import NOT_MARKED
from reporting.kpis.registers import SLUG
from reporting.models import Coverage, Snapshot
from tests import factories
from tests.factories import returns
from tests.reintegration.conftest import FIRST, WEEKS
from tests.reporting.registers import count_not_marked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

AFTER = date(2025, 9, 10)
DAY = timedelta(days=1)
# Eight, six, four, two sessions and then none: the last ones of each week. Half term in between.
TUESDAY_TO_FRIDAY = [date(2024, 10, day) for day in (1, 2, 3, 4)]
WEDNESDAY_TO_FRIDAY = [date(2024, 10, day) for day in (9, 10, 11)]
THURSDAY_AND_FRIDAY = [date(2024, 10, day) for day in (17, 18)]
FRIDAY = [date(2024, 10, 25)]
HERE = [*TUESDAY_TO_FRIDAY, *WEDNESDAY_TO_FRIDAY, *THURSDAY_AND_FRIDAY, *FRIDAY]


@pytest.fixture
def placement(provider, school, caseworker, monkeypatch):
    """Six weeks at ten sessions a week are 60; in the return 20 of them are at the provider."""
    for module in ("placements.actions.weeks", "reintegration.actions.weeks"):
        monkeypatch.setattr(f"{module}.localdate", lambda: FIRST - DAY)
    row = factories.PlacementFactory(
        provider=provider, home_school=school, starts_on=FIRST, ends_on=date(2024, 11, 16)
    )
    plan = returns.PlanFactory(placement=row)
    for kind in ("progress", "conversation", "meeting"):
        returns.GateFactory(plan=plan, kind=kind)
    reintegration_actions.begin(plan, starts_on=FIRST, weeks=WEEKS, by=caseworker)
    return row


def total(slug):
    found = REGISTRY[slug].total(Period.of(2024, Coverage.YEAR, AFTER))
    return found.numerator, found.denominator


def test_the_figures_of_a_return_of_six_weeks_worked_by_hand(placement):
    """Of 20 sessions 15 attended, 3 ill, 1 without a reason, 1 that nobody marked.

    Attendance is 15 of the 19 possible ones. Before, 60 were expected: 41 would be unmarked, or
    marked absent where the child was at school.
    """
    slots = sessions_of([placement.pk], FIRST, date(2024, 11, 16))
    assert [(slot.date, slot.session) for slot in slots] == [
        (on, session) for on in HERE for session in (0, 1)
    ]
    codes = ["/", "\\"] * 7 + ["I", "I"] + ["I", "O"] + ["/"]
    for number, code in enumerate(codes):
        on, session = HERE[number // 2], number % 2
        factories.MarkFactory(placement=placement, date=on, session=session, code_id=code)

    assert total("attendance-ap") == (15, 19)
    assert total("authorised-absence-ap") == (3, 19)
    assert total("unauthorised-absence-ap") == (1, 19)
    assert total(SLUG) == (19, 20)
    assert count_not_marked(AFTER) == 1
    call_command("verify_rollups")
    actions.compute(AFTER)
    kept = Snapshot.objects.get(measure="attendance-ap", year=2024, coverage=Coverage.YEAR)
    assert (kept.numerator, kept.denominator, kept.counts[NOT_MARKED]) == (15, 19, 1)
    assert round(kept.value, 1) == Decimal("78.9")


def test_what_pauses_and_timetables_leave_out_of_such_weeks_is_taken_off_once(placement):
    """Of 20: two on a closed Tuesday, two in a pause on Thursday the 17th.

    Of 16 the timetable leaves out the afternoons of week 2: three.
    """
    factories.ClosureFactory(organisation=placement.provider, starts_on=TUESDAY_TO_FRIDAY[0])
    # The pause touches Monday to Wednesday, which are at school, and Thursday.
    factories.PauseFactory(
        placement=placement, starts_on=date(2024, 10, 14), ends_on=THURSDAY_AND_FRIDAY[1]
    )
    factories.TimetableFactory(
        placement=placement, starts_on=date(2024, 10, 7), full_time_on=date(2024, 10, 14)
    )

    assert total(SLUG) == (0, 13)


def test_marks_at_sessions_that_are_left_out_twice_are_taken_off_once(placement):
    """Of 20: two on a Tuesday that is closed and in a pause, three that a timetable leaves out."""
    closed = TUESDAY_TO_FRIDAY[0]
    factories.ClosureFactory(organisation=placement.provider, starts_on=closed)
    factories.PauseFactory(placement=placement, starts_on=closed, ends_on=closed + DAY)
    factories.TimetableFactory(
        placement=placement, starts_on=date(2024, 10, 7), full_time_on=date(2024, 10, 14)
    )
    for on in HERE:
        for session in (0, 1):
            factories.MarkFactory(placement=placement, date=on, session=session)

    slots = sessions_of([placement.pk], FIRST, date(2024, 11, 16))

    assert sum(slot.timetable_id is None for slot in slots) == 15
    assert total(SLUG) == (15, 15)


def test_a_mark_at_a_session_at_school_hides_no_gap_in_the_registers(placement):
    factories.MarkFactory(placement=placement, date=FIRST, session=0, code_id="/")

    assert total(SLUG) == (0, 20)
    assert total("attendance-ap") == (1, 1)
