"""The measures of outreach: a table of histories worked by hand, and the arithmetic of each."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reporting.kpis import REGISTRY, Period
from reporting.kpis.outreach import GONE, IN_PROGRESS, TOTAL
from reporting.models import Coverage
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

ZERO_SUSPENSIONS = REGISTRY["outreach-zero-suspensions-12-months"]
ZERO_EXCLUSIONS = REGISTRY["outreach-zero-permanent-exclusions-12-months"]
# Support of all histories ended on 15 December 2023, unless a history says otherwise: the twelve
# months afterwards are 16 December 2023 to 15 December 2024.
LAST_DAY = date(2023, 12, 15)
FIRST_AFTER, LAST_AFTER = date(2023, 12, 16), date(2024, 12, 15)
BEFORE = date(2024, 5, 7)  # in the academic year before the one that is counted
LEAP = date(2024, 2, 29)
UNKNOWN = "Not known, in neither number"


def told(suspended="no", months=12, **details):
    def write(support):
        factories.FollowUpFactory(support=support, months=months, suspended=suspended, **details)

    return write


def suspended(on, **details):
    def write(support):
        factories.SuspensionFactory(
            **{"pupil": support.pupil, "school": support.school, "starts_on": on,
               "back_on": on + timedelta(days=2), **details}
        )  # fmt: skip

    return write


def elsewhere(on):
    def write(support):
        suspended(on, school=factories.SchoolFactory())(support)

    return write


def of_another_pupil(on):
    def write(support):
        suspended(on, pupil=factories.PupilFactory())(support)

    return write


def excluded(on, **details):
    def write(support):
        factories.PermanentExclusionFactory(
            pupil=support.pupil, school=support.school, decided_on=on, effective_on=on, **details
        )

    return write


def left(on, why):
    """Leave the roll: the first day off it is the one after."""

    def write(support):
        factories.EnrolmentFactory(
            pupil=support.pupil,
            organisation=support.school,
            starts_on=date(2022, 9, 1),
            ends_on=on + timedelta(days=1),
            left_because=why,
        )

    return write


NONE, ONE, ZERO = (1, 1), (0, 1), (0, 0)  # kept of known; the last is in neither number
CANCELLED = {"cancelled_on": date(2024, 11, 5), "cancelled_because": "x", "sessions_served": 2}
WITHDRAWN = {"result": "HWD", "rescinded_on": date(2024, 11, 8), "rescinded_because": "x"}
# what happened; when support ended; what is expected of suspensions, and of exclusions
HISTORIES = {
    "told of none": ([told()], LAST_DAY, NONE, NONE),
    "nobody answered": ([], LAST_DAY, ZERO, ZERO),
    "asked, and not known": ([told("unknown", excluded="unknown")], LAST_DAY, ZERO, ZERO),
    "not known of one of the two": ([told("no", excluded="unknown")], LAST_DAY, NONE, ZERO),
    "told of two": ([told("yes", suspensions=2)], LAST_DAY, ONE, NONE),
    "told of an exclusion": ([told("no", excluded="yes")], LAST_DAY, NONE, ONE),
    "answered after 6 months only": ([told(months=6)], LAST_DAY, ZERO, ZERO),
    "told of one after 3 months": ([told("yes", months=3)], LAST_DAY, ONE, ZERO),
    "told of one after 3, none after 12": (
        [told("yes", months=3), told()], LAST_DAY, ONE, NONE),
    "suspended on the last day of support": ([suspended(LAST_DAY), told()], LAST_DAY, NONE, NONE),
    "suspended on the first day after": ([suspended(FIRST_AFTER), told()], LAST_DAY, ONE, NONE),
    "suspended on the last day of the twelve months": (
        [suspended(LAST_AFTER), told()], LAST_DAY, ONE, NONE),
    "suspended on the day after the twelve months": (
        [suspended(LAST_AFTER + timedelta(days=1)), told()], LAST_DAY, NONE, NONE),
    "suspended, and nobody answered": ([suspended(FIRST_AFTER)], LAST_DAY, ONE, ZERO),
    "suspended at another school": ([elsewhere(date(2024, 5, 7)), told()], LAST_DAY, ONE, NONE),
    "another pupil suspended": (
        [of_another_pupil(date(2024, 5, 7)), told()], LAST_DAY, NONE, NONE),
    "a cancelled suspension": (
        [suspended(date(2024, 11, 4), **CANCELLED), told()], LAST_DAY, NONE, NONE),
    "lunchtimes": (
        [suspended(date(2024, 11, 4), kind="LNCH"), told()], LAST_DAY, ONE, NONE),
    "suspended twice counts once": (
        [suspended(date(2024, 3, 4)), suspended(date(2024, 4, 22)), told()], LAST_DAY, ONE, NONE),
    "excluded on the last day": ([excluded(LAST_AFTER), told()], LAST_DAY, NONE, ONE),
    "excluded the day after the twelve months": (
        [excluded(LAST_AFTER + timedelta(days=1)), told()], LAST_DAY, NONE, NONE),
    "excluded, and withdrawn": (
        [excluded(date(2024, 11, 4), **WITHDRAWN), told()], LAST_DAY, NONE, NONE),
    "excluded during support": ([excluded(date(2023, 11, 6)), told()], LAST_DAY, NONE, NONE),
    "left England": ([left(date(2024, 6, 3), "left england"), told()], LAST_DAY, ZERO, ZERO),
    "suspended, then left England": (
        [suspended(date(2024, 3, 4)), left(date(2024, 6, 3), "left england")],
        LAST_DAY, ZERO, ZERO),
    "left England after the twelve months": (
        [left(date(2025, 1, 10), "left england"), told()], LAST_DAY, NONE, NONE),
    "died": ([left(date(2024, 6, 3), "died")], LAST_DAY, ZERO, ZERO),
    "moved out of the borough, told of none": (
        [left(date(2024, 6, 3), "left area"), told()], LAST_DAY, NONE, NONE),
    "moved out of the borough, nobody answered": (
        [left(date(2024, 6, 3), "left area")], LAST_DAY, ZERO, ZERO),
    "ended before a leap day, suspended on it": (
        [suspended(LEAP), told()], date(2023, 9, 29), ONE, NONE),
    "ended on a leap day, suspended on its last day": (
        [suspended(date(2025, 2, 28)), told()], LEAP, ONE, NONE),
    "ended on a leap day, suspended a day later": (
        [suspended(date(2025, 3, 1)), told()], LEAP, NONE, NONE),
    "twelve months end on the last day of the year": (
        [told()], date(2024, 8, 31), NONE, NONE),
    "twelve months end a day after the year": ([told()], date(2024, 9, 1), ZERO, ZERO),
    "twelve months ended a year before": ([told()], date(2022, 12, 15), ZERO, ZERO),
}  # fmt: skip


def made(history):
    what, ended_on, *_ = HISTORIES[history]
    support = factories.SupportFactory(
        status="closed",
        starts_on=ended_on - timedelta(days=60),
        planned_last_day=ended_on,
        ended_on=ended_on,
    )
    for write in what:
        write(support)
    return support


def counted(measure, period):
    total = measure.total(period)
    return total.numerator, total.denominator


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_counts_as_it_was_worked_by_hand(whole_year, history):
    made(history)

    assert counted(ZERO_SUSPENSIONS, whole_year) == HISTORIES[history][2]
    assert counted(ZERO_EXCLUSIONS, whole_year) == HISTORIES[history][3]


def test_all_histories_together_give_one_figure(whole_year):
    """Add the table up, and hold the small print to it.

    gone: left England, suspended then left, died. not over: ended on 1 September 2024. Not known
    of suspensions: nobody answered (twice), asked and not known, answered after 6 months only.
    """
    for history in HISTORIES:
        made(history)
    for measure, place in ((ZERO_SUSPENSIONS, 2), (ZERO_EXCLUSIONS, 3)):
        rows = [history[place] for history in HISTORIES.values()]
        expected = tuple(sum(row[part] for row in rows) for part in (0, 1))
        assert counted(measure, whole_year) == expected
    counts = ZERO_SUSPENSIONS.total(whole_year).counts
    assert (counts[GONE], counts[IN_PROGRESS], counts[UNKNOWN]) == (3, 1, 4)


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

    assert (total.numerator, total.denominator, total.units) == (2, 3, 4)  # schools


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
