"""The measures of outreach: what the table of histories cannot tell, and the arithmetic of each."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reporting.kpis import REGISTRY, Period
from reporting.kpis.outreach import IN_PROGRESS, TOTAL
from reporting.models import Coverage
from tests import factories
from tests.reporting.histories import BEFORE, LAST_DAY, WITHDRAWN, made, suspended, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

ZERO_SUSPENSIONS = REGISTRY["outreach-zero-suspensions-12-months"]


def counted(measure, period):
    total = measure.total(period)
    return total.numerator, total.denominator


def test_open_and_cancelled_support_and_work_with_schools_do_not_count(whole_year):
    for details in ({"status": "open"}, {"status": "cancelled"},
                    {"kind": "school", "status": "closed"}):  # fmt: skip
        told()(factories.SupportFactory(**details))

    total = ZERO_SUSPENSIONS.total(whole_year)
    assert (total.denominator, *total.counts.values()) == (0, 0, 0, 0)


def test_a_pupil_with_two_interventions_counts_twice(whole_year):
    first = made("told of none")
    second = factories.SupportFactory(
        pupil=first.pupil, status="closed", ended_on=LAST_DAY + timedelta(days=30)
    )
    told()(second)
    suspended(LAST_DAY + timedelta(days=10))(first)

    # The suspension lies after the first and before the end of the second.
    assert counted(ZERO_SUSPENSIONS, whole_year) == (1, 2)


def test_what_is_not_over_today_is_in_progress(calendar):
    made("told of none")
    today = Period.of(2024, Coverage.YEAR, date(2024, 12, 14))  # the last of the twelve months: 15
    tomorrow = Period.of(2024, Coverage.YEAR, date(2024, 12, 15))

    assert ZERO_SUSPENSIONS.total(today).counts[IN_PROGRESS] == 1
    assert counted(ZERO_SUSPENSIONS, today) == (0, 0)
    assert counted(ZERO_SUSPENSIONS, tomorrow) == (1, 1)


def test_what_ends_in_the_summer_holiday_belongs_to_the_year_that_ends(whole_year):
    assert whole_year.days == (date(2024, 9, 1), date(2025, 9, 1))


# --- attendance ---


def at_school(support, start, present, possible=10):
    factories.SchoolAttendanceFactory(
        pupil=support.pupil,
        school=support.school,
        starts_on=start,
        present=present,
        possible=possible,
        authorised=possible - present,
        unauthorised=0,
    )


def test_attendance_during_counts_whole_weeks_within_support(whole_year):
    """Sum what is within 16 September to 15 November 2024: 8 of 10, and 5 of 10."""
    support = factories.SupportFactory(
        starts_on=date(2024, 9, 16),
        status="closed",
        planned_last_day=date(2024, 11, 15),
        ended_on=date(2024, 11, 15),
    )
    for start, present in ((date(2024, 9, 9), 1), (date(2024, 9, 16), 8), (date(2024, 11, 4), 5),
                           (date(2024, 11, 18), 2)):  # fmt: skip
        at_school(support, start, present)
    factories.SupportFactory(starts_on=date(2024, 10, 1), planned_last_day=date(2025, 10, 1))

    total = REGISTRY["outreach-attendance-during"].total(whole_year)

    assert (total.numerator, total.denominator, total.value) == (13, 20, Decimal("65.000000"))
    assert total.counts["Interventions with no attendance returned"] == 1


def test_attendance_six_months_after_takes_the_answer_where_nothing_was_returned(whole_year):
    """Two ended on 15 March 2024, so that six months end on 15 September: 9 of 10 and 70 of 100."""
    ended = {"status": "closed", "ended_on": date(2024, 3, 15)}
    returned, answered = factories.SupportFactory(**ended), factories.SupportFactory(**ended)
    at_school(returned, date(2024, 3, 18), 9)
    at_school(returned, date(2024, 9, 16), 1)  # after the six months
    told(months=6, present=10, possible=20)(returned)  # what was returned goes before
    told(months=6, present=70, possible=100)(answered)
    factories.SupportFactory(status="closed", ended_on=date(2025, 5, 1))

    total = REGISTRY["outreach-attendance-6-months"].total(whole_year)

    assert (total.numerator, total.denominator) == (79, 110)
    assert total.counts[IN_PROGRESS] == 1


# --- schools ---


def test_schools_are_held_to_the_newest_figure_of_england(whole_year):
    """England's figure is 10.0 per 100: 10 of 100 is at it, 11 of 100 above, 0 of 200 below."""
    for year, value in ((2022, "20"), (2023, "10"), (2025, "1")):
        factories.ComparatorFactory(
            measure="suspension_rate", school_type=TOTAL, geography="England", year=year,
            coverage="year", value=Decimal(value),
        )  # fmt: skip
    for suspensions, pupils in ((10, 100), (11, 100), (0, 200), (3, None)):
        school = factories.SchoolFactory()
        if pupils:
            factories.HeadcountFactory(school=school, pupils=pupils)
        for _ in range(suspensions):
            factories.SuspensionFactory(school=school)
    factories.SuspensionFactory(school=school, kind="LNCH")

    total = REGISTRY["schools-at-or-below-national-suspensions"].total(whole_year)

    assert (total.numerator, total.denominator, total.units) == (2, 3, 3)  # schools


def test_a_school_is_held_to_its_own_phase_where_one_is_published(whole_year):
    """In each school 5 of 100. All schools of England 5, and of one phase:

    primary 4 (not 9, which is older), secondary 20, special 4.9.
    """
    for kind, year, value in (("Primary", 2024, "4"), ("Primary", 2023, "9"),
                              ("Secondary", 2022, "20"), ("Special", 2023, "4.9"),
                              (TOTAL, 2024, "5")):  # fmt: skip
        factories.ComparatorFactory(
            measure="suspension_rate", school_type=kind, year=year, value=Decimal(value)
        )
    found = {}
    for phase in ("primary", "secondary", "special", "all-through", "not applicable"):
        school = factories.SchoolFactory(phase=phase)
        factories.HeadcountFactory(school=school, pupils=100)
        factories.SuspensionFactory.create_batch(5, school=school)
        found[school.pk] = phase
    measure = REGISTRY["schools-at-or-below-national-suspensions"]

    total = measure.total(whole_year)
    below = {found[pk]: number for pk, number, *_ in measure.breakdown(whole_year, "school")}

    assert below == {
        "primary": 0, "secondary": 1, "special": 0, "all-through": 1, "not applicable": 1
    }  # fmt: skip
    assert total.counts["Schools held to all schools together"] == 2


def test_no_school_is_judged_before_its_year_is_over(calendar):
    factories.HeadcountFactory()
    period = Period.of(2024, Coverage.YEAR, date(2025, 3, 1))

    total = REGISTRY["schools-at-or-below-national-permanent-exclusions"].total(period)

    assert total.denominator == 0
    assert total.counts["Schools whose year is not over, left out"] == 1


def test_schools_are_held_to_england_in_permanent_exclusions(whole_year):
    """England: 2 of 100. Above with 3, at it with 2 that stand of 3, below with 1 of 3.

    The others were withdrawn, or the board reinstated the pupil. What took effect in the year
    before does not count.
    """
    factories.ComparatorFactory(
        measure="permanent_exclusion_rate", school_type=TOTAL, year=2024, value=Decimal(2)
    )
    stands, reinstated = {}, {"result": "BRE", "board_met_on": date(2024, 11, 20)}
    for name, given in (
        ("above", [{}, {}, {}]),
        ("at", [{}, {}, WITHDRAWN]),
        ("below", [{}, WITHDRAWN, reinstated]),
    ):
        school = factories.SchoolFactory()
        factories.HeadcountFactory(school=school, pupils=100)
        stands[school.pk] = name
        for details in [*given, {"decided_on": BEFORE, "effective_on": BEFORE}]:
            factories.PermanentExclusionFactory(school=school, **details)
    measure = REGISTRY["schools-at-or-below-national-permanent-exclusions"]

    found = {stands[pk]: below for pk, below, *_ in measure.breakdown(whole_year, "school")}

    assert found == {"above": 0, "at": 1, "below": 1}
    assert counted(measure, whole_year) == (2, 3)
