"""Weekly totals and marks give the same sums, whatever the window."""

from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import HalfTerm
from attendance.models import Code, Mark, WeekTotal
from reporting.kpis import REGISTRY, Period
from reporting.kpis.sessions import sessions, sessions_of
from reporting.models import Coverage
from tests import factories

pytestmark = pytest.mark.django_db

MONDAY = date(2025, 5, 12)
CODES = ["/", "N", "I", "L", "D", "V", "O", "X", "E", "#", "B", "U", "Q", " "]
ABSENCE = REGISTRY["overall-absence-ap"]
AFTER = date(2025, 9, 1)


@pytest.fixture
def marks():
    for number in range(3):
        turned = (CODES[number:] + CODES[:number]) * 4
        factories.write_marks(factories.PlacementFactory(), turned, first_day=MONDAY)


def summed(read, cut):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT placement_id, day >= %(cut)s, sum(present), sum(authorised), "
            "sum(unauthorised), sum(late), sum(not_possible) "
            f"FROM ({read.text}) AS session GROUP BY 1, 2 ORDER BY 1, 2",
            {**read.params, "cut": cut},
        )
        return [row for row in cursor.fetchall() if any(row[2:])]


@pytest.mark.usefixtures("marks")
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.dates(MONDAY, MONDAY + timedelta(days=40)),
    length=st.integers(0, 50),
    cut=st.dates(MONDAY, MONDAY + timedelta(days=50)),
)
def test_totals_and_marks_say_the_same_of_any_window(start, length, cut):
    until = start + timedelta(days=length)

    from_totals = summed(sessions(start, until, [cut]), cut)

    assert from_totals == summed(sessions_of(Mark.objects.all(), start, until), cut)


def test_whole_weeks_are_read_from_the_totals_alone():
    factories.write_marks(factories.PlacementFactory(), "NN////", first_day=MONDAY)
    WeekTotal.objects.update(present=0, unauthorised=9)  # what no mark says

    one_week = sessions(MONDAY, MONDAY + timedelta(days=7))
    to_friday = sessions(MONDAY, MONDAY + timedelta(days=4))

    assert [int(row[4]) for row in summed(one_week, MONDAY)] == [9]
    assert [int(row[4]) for row in summed(to_friday, MONDAY)] == [2]
    assert "attendance_mark" not in one_week.text


@pytest.mark.usefixtures("calendar")
def test_a_half_term_that_begins_within_a_week_divides_it():
    """Year 11, and the second half of summer begins on Wednesday 4 June 2025.

    Monday and Tuesday: N / N /, which count. Wednesday to Friday: N N N N N N, which do not. The
    week in which the year ends, Monday 21 and Tuesday 22 July, is read from the marks: year 10
    has N / / / there, all four of which count.
    """
    half_term = Period.of(2024, Coverage.YEAR, AFTER).second_half_of_summer
    assert half_term == date(2025, 6, 2)
    summer = half_term + timedelta(days=2)
    HalfTerm.objects.filter(year=2024, number=6).update(starts_on=summer)
    eldest = factories.PlacementFactory(pupil__date_of_birth=date(2009, 1, 15))
    factories.write_marks(eldest, "N/N/NNNNNN", first_day=half_term)
    younger = factories.PlacementFactory(pupil__date_of_birth=date(2010, 1, 15))
    factories.write_marks(younger, "N///", first_day=date(2025, 7, 21))
    factories.write_marks(younger, "NNNN", first_day=date(2025, 7, 23))  # after the year

    total = ABSENCE.total(Period.of(2024, Coverage.YEAR, AFTER))

    assert (total.numerator, total.denominator) == (3, 8)


def test_every_code_counts_alike_in_totals_and_marks():
    for code in Code.objects.all():
        factories.MarkFactory(code_id=code.pk, date=MONDAY)
    week, days = MONDAY + timedelta(days=7), MONDAY + timedelta(days=6)

    from_totals = summed(sessions(MONDAY, week), MONDAY)

    assert from_totals == summed(sessions(MONDAY, days), MONDAY)
    assert len(from_totals) == Code.objects.count()


def test_who_reaches_no_mark_counts_none():
    factories.MarkFactory(date=MONDAY)

    read = sessions_of(Mark.objects.none(), MONDAY, MONDAY + timedelta(days=7))

    assert summed(read, MONDAY) == []
