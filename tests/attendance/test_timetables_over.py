"""Part-time timetables that are over with their placement, and those that last long."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from attendance import nightly
from attendance.models import Outcome, PartTimeTimetable, TimetableRule
from placements import actions as placements
from reporting.kpis import REGISTRY, Period
from reporting.models import Coverage
from tests import factories

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TODAY = date(2025, 3, 5)
LONGEST = 6


def test_it_ends_with_its_placement():
    row = factories.TimetableFactory(
        placement__status="ended", placement__starts_on=date(2024, 9, 2),
        placement__ends_on=date(2024, 9, 30),
    )  # fmt: skip
    factories.TimetableReviewFactory(timetable=row)

    nightly.keep_timetables()

    row.refresh_from_db()
    assert (row.ends_on, row.outcome) == (date(2024, 9, 30), Outcome.PLACEMENT_ENDED)
    assert not row.reviews.exists()


def test_one_whose_placement_was_cancelled_was_in_force_on_no_day(caseworker):
    placement = factories.PlacementFactory(starts_on=localdate() + WEEK)
    row = factories.TimetableFactory(placement=placement, starts_on=localdate() + WEEK)
    factories.TimetableReviewFactory(timetable=row, due_on=localdate() + 2 * WEEK)
    placements.cancel(placement, reason="The school found another way.", by=caseworker)

    nightly.keep_timetables()

    row.refresh_from_db()
    assert (row.ends_on, row.outcome) == (row.starts_on, Outcome.PLACEMENT_ENDED)
    assert not row.reviews.exists()
    assert not PartTimeTimetable.objects.outlived(row.full_time_on).exists()


@pytest.mark.parametrize(("days", "is_long"), [(41, False), (42, True), (43, True)])
def test_the_list_and_the_figure_begin_on_the_same_day(calendar, days, is_long):
    """Longer than six weeks is from the 43rd day on: 42 days after the first one."""
    factories.TimetableRuleFactory(long_weeks=LONGEST, starts_on=date(2024, 1, 1))
    first = TODAY - days * DAY
    before = factories.TimetableFactory(
        starts_on=first, full_time_on=TODAY + 2 * WEEK, ends_on=TODAY + WEEK, outcome="renewed"
    )
    factories.TimetableFactory(  # agreed, and to come: the pupil is counted once
        placement=before.placement, follows=before, starts_on=TODAY + WEEK
    )
    year = Period.of(2024, Coverage.YEAR, TODAY)

    rule = TimetableRule.objects.on(TODAY)
    listed = PartTimeTimetable.objects.waiting_for("long", TODAY, rule)
    counted = REGISTRY["part-time-timetables-over-limit"].total(year)

    assert year.last_day == TODAY
    assert list(listed) == ([before] if is_long else [])
    assert (counted.numerator, counted.denominator) == (int(is_long), 1)
