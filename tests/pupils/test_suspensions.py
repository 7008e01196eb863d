"""Suspensions: what is refused in words, the 45 days, and what is due when."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from accounts.models import Closure
from accounts.permissions import Role
from pupils import actions
from pupils.models import ExclusionReason, Suspension
from pupils.models.suspension import days_words
from tests import factories
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)  # the autumn term of 2024 ends on Friday 20 December


@pytest.fixture
def pupil(school):
    child = factories.PupilFactory()
    factories.EnrolmentFactory(pupil=child, organisation=school)
    return child


@pytest.fixture
def suspend(pupil, school, school_staff):
    """Record a suspension of two days from Monday 16 September 2024, or of other days."""

    def suspend(starts_on=MONDAY, sessions=4, *, by=None, **details):
        reason = ExclusionReason.objects.get(pk="DB")
        row = Suspension(
            **{"school": school, "reason_1": reason, "given_by": "The head"}
            | {"starts_on": starts_on, "sessions": sessions}
            | details
        )
        return actions.suspend(row, pupil=pupil, by=by or school_staff)

    return suspend


def refused(field, words):
    return pytest.raises(ValidationError, match=rf"'{field}'.*{words}")


def test_the_first_day_back_follows_from_the_half_days(suspend):
    assert suspend().back_on == date(2024, 9, 18)
    # Five half days from Thursday: Thursday, Friday, Monday morning; back on Tuesday.
    assert suspend(date(2024, 9, 26), 5).back_on == date(2024, 10, 1)


def test_lunchtimes_are_one_a_day_and_half_a_day_each(suspend):
    row = suspend(sessions=3, kind="LNCH")

    assert (row.back_on, row.length, row.counted) == (date(2024, 9, 19), "3 lunchtimes", 3)


@pytest.mark.parametrize(
    ("details", "field", "words"),
    [
        ({"starts_on": date(2024, 12, 16), "sessions": 12, "back_on": date(2025, 1, 7)},
         "sessions", "ends with the term, whose last day is 20 December 2024"),
        ({"starts_on": date(2024, 12, 19), "sessions": 6}, "sessions", "the term has 2 school days"),
        ({"back_on": MONDAY}, "back_on", "must come after the first day"),
        ({"back_on": date(2024, 9, 2)}, "back_on", "16 September 2024"),
        ({"back_on": date(2024, 9, 25), "sessions": 2}, "sessions", "there are 7 school days"),
        ({"back_on": date(2024, 9, 17), "sessions": 3}, "sessions", "enter 1 to 2"),
        ({"starts_on": date(2024, 9, 14)}, "starts_on", "14 September 2024 is no school day"),
        ({"starts_on": date(2024, 10, 29)}, "starts_on", "is no school day"),
        ({"starts_on": date(2024, 12, 27)}, "starts_on", "is no school day"),
        ({"starts_on": date(2020, 1, 6), "back_on": date(2020, 1, 8)}, "starts_on",
         "not on the roll of Ash School on 6 January 2020"),
        ({"starts_on": localdate() + timedelta(days=15), "back_on": date(2099, 1, 1)},
         "starts_on", "two weeks ahead"),
        ({"parents_told_on": localdate() + timedelta(days=1)}, "parents_told_on", "future"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(suspend, details, field, words):
    with refused(field, words):
        suspend(**details)

    assert not Suspension.objects.exists()


def test_a_day_on_which_the_school_is_closed_is_no_first_day(suspend, school):
    Closure.objects.create(
        organisation=school, starts_on=MONDAY, ends_on=date(2024, 9, 17), reason="INSET"
    )

    with refused("starts_on", "no school day"):
        suspend()


def test_two_suspensions_of_a_pupil_do_not_overlap_whatever_the_school(
    suspend, pupil, other_school, person
):
    suspend()
    factories.EnrolmentFactory(pupil=pupil, organisation=other_school, status="S")

    with refused("starts_on", "suspended already in that time, from 16 .* to 17 September 2024"):
        suspend(date(2024, 9, 17), school=other_school, by=person(Role.SCHOOL_STAFF, other_school))

    suspend(date(2024, 9, 18))  # the first day back


def test_a_school_suspends_its_own_pupils_only(suspend, other_school, person, provider_staff):
    with pytest.raises(PermissionDenied):
        suspend(school=other_school)
    with pytest.raises(PermissionDenied):
        suspend(by=provider_staff)


def test_sent_twice_it_is_one(suspend):
    first = suspend()

    assert suspend(uid=first.uid) == first
    assert Suspension.objects.count() == 1


# 45 days, across schools: 40 days stand already, in three suspensions and two schools.


@pytest.fixture
def forty_days(suspend, pupil, other_school):
    suspend(date(2024, 9, 2), 30)  # 15 days
    row = suspend(date(2024, 9, 30), 38)  # 19 days
    factories.SuspensionFactory(
        pupil=pupil,
        school=other_school,
        starts_on=date(2024, 11, 4),
        back_on=date(2024, 11, 12),
        sessions=12,
    )
    return row


def test_45_days_a_year_is_the_most_whatever_the_school(suspend, forty_days):
    with refused("sessions", r"45.5 school days in 2024/25.*no more than 5 school days"):
        suspend(date(2025, 1, 6), 11)

    suspend(date(2025, 1, 6), 10)

    with refused("sessions", "no more can be given"):
        suspend(date(2025, 2, 3), 1)
    suspend(date(2025, 9, 8), 4)  # another school year


def test_what_was_served_of_a_cancelled_one_still_counts(suspend, forty_days, school_staff):
    # Cancelled on its fourth school day: three days were served, and 6 sessions count, not 38.
    actions.cancel_suspension(
        forty_days,
        cancelled_on=date(2024, 10, 3),
        because="Not justified",
        sessions_served=None,
        by=school_staff,
    )

    fresh = Suspension.objects.get(pk=forty_days.pk)
    assert fresh.sessions_served == 6
    assert Suspension.objects.in_year(2024).sessions_counted() == 30 + 6 + 12
    assert Suspension.objects.not_cancelled().in_year(2024).count() == 2
    with refused("sessions", "45.5 school days"):
        suspend(date(2025, 1, 6), 43)


def test_a_lunchtime_counts_as_half_a_day_to_the_45(suspend, forty_days):
    with refused("sessions", "45.5"):
        suspend(date(2025, 1, 6), 11, kind="LNCH")


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_do_not_pass_the_45_days(pupil, suspend, caseworker, school_staff):
    suspend(date(2024, 9, 2), 60)

    made = at_once(
        [
            lambda: suspend(date(2024, 11, 4), 20, by=caseworker),
            lambda: suspend(date(2025, 1, 6), 20, by=school_staff),
        ]
    )

    assert [type(row) for row in made].count(Suspension) == 1
    assert Suspension.objects.sessions_counted() == 80


# What is due. Counted by hand on the calendar of 2024/25.


@pytest.mark.parametrize(
    ("sessions", "kind", "day_six"),
    [
        (10, "SUSP", None),  # five days, not more
        (11, "SUSP", date(2024, 9, 23)),  # Monday to Friday are days 1 to 5
        (12, "LNCH", None),  # twelve lunchtimes are six days, but no day is missed
    ],
)
def test_education_is_due_from_the_sixth_day_of_a_longer_one(suspend, sessions, kind, day_six):
    row = suspend(sessions=sessions, kind=kind)

    assert row.day_six_on == day_six


def test_suspensions_without_a_day_between_are_one_for_the_sixth_day(suspend):
    first = suspend(sessions=6)  # Monday to Wednesday
    second = suspend(date(2024, 9, 19), 6)  # Thursday, Friday, Monday: the sixth day

    assert (first.day_six_on, second.day_six_on) == (None, date(2024, 9, 23))
    assert suspend(date(2024, 9, 25), 6).day_six_on is None  # one day back between


def test_an_earlier_one_recorded_later_counts_the_sixth_day_anew(suspend):
    later = suspend(date(2024, 9, 19), 6)
    suspend(sessions=6)

    assert Suspension.objects.get(pk=later.pk).day_six_on == date(2024, 9, 23)


def test_the_board_meets_by_the_days_in_the_term(suspend, school_staff):
    # 15 school days after Monday 16 September is Monday 7 October; 50 are past half term.
    five = suspend(sessions=10)
    assert five.board_by is None  # five days: it considers what parents say, and has no date
    more = suspend(date(2024, 9, 23), 2)
    assert more.board_by is None  # six days in the term, and the parents have said nothing
    more.representations_on = date(2024, 9, 24)
    more = actions.change_suspension(more, seen=more.version, by=school_staff)
    assert more.board_by == date(2024, 12, 9)
    over = suspend(date(2024, 10, 7), 19)  # 15.5 days in the term
    assert over.board_by == date(2024, 11, 4)
    exam = suspend(date(2025, 1, 6), 1, misses_exam=True)  # a new term, half a day
    assert exam.board_by == date(2025, 1, 27)
    told = suspend(date(2025, 1, 20), 1, misses_exam=True, board_told_on=date(2025, 1, 21))
    assert told.board_by == date(2025, 2, 11)


def test_the_clocks_say_how_they_were_counted(suspend):
    row = suspend(sessions=12, misses_exam=True)
    from accounts.models import SchoolCalendar  # noqa: PLC0415

    calendar = SchoolCalendar(MONDAY, MONDAY)
    tell, six, board = row.clocks(calendar, has_social_worker=True, today=date(2024, 9, 17))

    assert str(tell) == "1 school day late (Mon 16 Sep)"
    assert (
        tell.title == "Tell the parents, the council, the social worker, the Virtual School Head"
    )
    assert str(six) == "4 school days left (Mon 23 Sep)"
    assert "aim for the first day" in six.counted
    assert (board.title, board.due_on) == ("Governing board meets", date(2024, 10, 7))
    row.cancelled_on = MONDAY
    assert row.clocks(calendar, has_social_worker=True) == []


def test_due_dates_follow_the_calendar(suspend, school):
    this_year = localdate().year - (localdate().month < 9)
    start = date(this_year, 9, 14)
    start += timedelta(days=(7 - start.weekday()) % 7)
    row = suspend(start, 12)
    before = row.day_six_on
    Closure.objects.create(
        starts_on=start + timedelta(days=3), ends_on=start + timedelta(days=4), reason="Snow"
    )

    assert actions.count_due_again() == 1
    assert Suspension.objects.get(pk=row.pk).day_six_on == before + timedelta(days=1)
    assert actions.count_due_again() == 0


def test_a_reason_is_usable_on_its_days_only(suspend, manager, school_staff):
    reason = ExclusionReason.objects.get(pk="VR")
    days = {"in_force_from": date(2025, 9, 1), "in_force_to": None, "source": "Guide of 2025"}
    actions.change_reason(reason, by=manager, **days)

    with refused("reason_1", r"VR \(Vape related\) may not be used for 16 September 2024"):
        suspend(reason_1=ExclusionReason.objects.get(pk="VR"))
    with pytest.raises(PermissionDenied):
        actions.change_reason(reason, by=school_staff, **days)
    assert not ExclusionReason.objects.in_force(MONDAY).filter(pk="VR").exists()


def test_a_stale_change_is_refused_and_a_cancelled_one_stays(suspend, school_staff, caseworker):
    row = suspend()
    actions.change_suspension(Suspension.objects.get(pk=row.pk), seen=1, by=caseworker)

    with pytest.raises(ValidationError, match="Somebody else changed"):
        actions.change_suspension(row, seen=1, by=school_staff)
    fresh = Suspension.objects.get(pk=row.pk)
    cancel = {"cancelled_on": date(2024, 9, 16), "because": "x", "sessions_served": 0}
    cancelled = actions.cancel_suspension(fresh, by=school_staff, **cancel)
    with pytest.raises(ValidationError, match="stays as it is"):
        actions.cancel_suspension(cancelled, by=school_staff, **cancel)
    suspend()  # the same days again


def test_the_number_of_statements_is_the_same_for_the_tenth(suspend):
    suspend()
    with CaptureQueriesContext(connection) as few:
        suspend(date(2024, 9, 23))
    for week in range(1, 9):
        suspend(date(2024, 11, 4) + timedelta(weeks=week - 1), 2) if week < 7 else None
    with CaptureQueriesContext(connection) as many:
        suspend(date(2024, 9, 30))

    assert len(many) <= len(few) + 1


def test_a_suspension_is_seen_by_those_who_have_the_pupil(suspend, pupil, person, provider):
    row = suspend()
    stranger = person(Role.SCHOOL_STAFF, factories.SchoolFactory())
    assert not Suspension.objects.as_user(stranger).exists()
    lead = person(Role.PROVIDER_LEAD, provider)
    factories.EnrolmentFactory(pupil=pupil, organisation=provider, status="O")

    assert Suspension.objects.as_user(lead).get() == row
    assert not Suspension.objects.as_user(lead).changeable_by(lead).exists()


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        (1, "half a school day"),
        (2, "1 school day"),
        (3, "1.5 school days"),
        (90, "45 school days"),
    ],
)
def test_half_days_are_told_as_days(sessions, words):
    assert days_words(sessions) == words
