"""Not yet accounted for: what opens a line, and that nothing closes it but an entry or a presence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from accounts.permissions import Role
from attendance import actions
from attendance.models import AbsenceEntry, Mark, MarkAmendment, Way
from attendance.models.unaccounted import Reading, Rows, count, line_at, lines
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
WINTER = date(2024, 11, 18)


def at(clock, day=MONDAY):
    """Return the moment of a time in UTC."""
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=UTC)


@pytest.fixture
def placement(provider):
    factories.RegisterTimesFactory(provider=provider)
    row = factories.PlacementFactory(provider=provider)
    factories.EnrolmentFactory(pupil=row.pupil, organisation=row.home_school)
    return row


@pytest.fixture
def absent(placement):
    """Mark the pupil N at 9.10 by the clock on the wall, which shows summer time."""
    return factories.MarkFactory(
        placement=placement, date=MONDAY, code_id="N", marked_at=at("8:10")
    )


def entry(mark, **details):
    given = {"way": Way.CALL, "words": "Mum: ill in bed.", "is_accounted": True}
    return AbsenceEntry(
        placement=mark.placement, date=mark.date, session=mark.session, **{**given, **details}
    )


def keys(now, rows=None):
    return [(line.placement.pk, line.session) for line in lines(rows or Rows.all(), now)]


@pytest.mark.parametrize("code", ["N", "O"])
def test_an_absence_without_a_reason_opens_a_line(placement, code):
    factories.MarkFactory(placement=placement, date=MONDAY, code_id=code, marked_at=at("8:10"))

    (line,) = lines(Rows.all(), at("8:48"))

    assert (line.age(at("8:48")), line.half) == ("38 min", "am")
    assert line.age(at("10:15")) == "2 h 5 min"
    assert line.age(at("8:10", MONDAY + timedelta(days=1))) == "since Monday 16 September"


@pytest.mark.parametrize("code", ["/", "L", "I", "B", "U", "D"])
def test_a_mark_that_says_where_the_pupil_is_opens_none(placement, code):
    factories.MarkFactory(placement=placement, date=MONDAY, code_id=code)

    assert keys(at("9:30")) == []


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (MONDAY, "8:29", 0),  # 9.29 in summer
        (MONDAY, "8:30", 1),
        (WINTER, "9:29", 0),
        (WINTER, "9:30", 1),
        (MONDAY, "12:15", 2),
    ],
)
def test_no_mark_opens_a_line_at_the_time_on_the_wall_in_summer_and_winter(
    placement, day, clock, expected
):
    assert len(keys(at(clock, day))) == expected
    assert count(Rows.all(), Reading(at(clock, day))) == expected


def test_no_line_opens_where_the_place_is_closed_or_has_no_times(placement, other_provider):
    factories.PlacementFactory(provider=other_provider)
    factories.ClosureFactory(
        organisation=placement.provider, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=1)
    )

    assert keys(at("11:00")) == []
    assert keys(at("11:00", date(2024, 9, 14))) == []  # a Saturday


def test_the_second_time_makes_it_everybodys_matter(absent):
    (line,) = lines(Rows.all(), at("8:50"))

    assert not line.is_escalated(at("8:59"))
    assert line.is_escalated(at("9:00"))


def test_a_call_that_nobody_answers_closes_nothing(absent, provider_staff):
    actions.record(entry(absent, way=Way.NO_ANSWER, is_accounted=False), by=provider_staff)

    (line,) = lines(Rows.all(), at("9:30"))
    assert [row.way for row in line.entries] == [Way.NO_ANSWER]


@pytest.mark.parametrize("way", [Way.NO_ANSWER, Way.MESSAGE])
def test_silence_cannot_be_written_down_as_an_account(absent, provider_staff, way):
    with pytest.raises(ValidationError, match="nobody knows where the pupil is"):
        actions.record(entry(absent, way=way), by=provider_staff)


def test_an_entry_that_says_where_the_pupil_is_closes_the_line(absent, provider_staff):
    actions.record(entry(absent), by=provider_staff)

    assert keys(at("9:30")) == []
    assert count(Rows.all(), Reading(at("9:30"))) == 0


def test_another_code_of_absence_does_not_close_a_line(absent, provider_staff):
    actions.mark(
        absent.placement.provider,
        MONDAY,
        0,
        [actions.Entry(absent.placement_id, "I", 1, "Looks better.")],
        by=provider_staff,
    )

    assert keys(at("9:30")) == [(absent.placement_id, 0)]


def test_a_mark_that_the_pupil_is_there_closes_it_with_its_reason(absent, provider_staff):
    actions.mark(
        absent.placement.provider,
        MONDAY,
        0,
        [actions.Entry(absent.placement_id, "L", 1, "Came at 9.20.")],
        by=provider_staff,
    )

    assert keys(at("9:30")) == []
    assert MarkAmendment.objects.get().reason == "Came at 9.20."


def test_an_entry_with_a_code_changes_the_register_and_keeps_the_words(absent, provider_staff):
    said = actions.record(entry(absent, code_id="I"), by=provider_staff, seen=1)

    assert said == ""
    assert Mark.objects.get().code_id == "I"
    amendment = MarkAmendment.objects.get()
    assert (amendment.original, amendment.reason) == ("N", "Mum: ill in bed.")


def test_an_entry_is_kept_where_somebody_else_changed_the_mark_first(absent, provider_staff):
    Mark.objects.update(version=2, code_id="O")

    said = actions.record(entry(absent, code_id="I"), by=provider_staff, seen=1)

    assert "Nothing was overwritten" in said
    assert AbsenceEntry.objects.count() == 1
    assert Mark.objects.get().code_id == "O"


def test_an_officer_proposes_and_the_provider_decides(absent, person):
    officer = person(Role.ATTENDANCE_OFFICER)
    actions.record(entry(absent, code_id="I", is_accounted=False), by=officer, seen=1)

    line = line_at(Rows.all(), absent.placement, MONDAY, 0, at("9:30"))
    assert line.proposed == "I"
    assert Mark.objects.get().code_id == "N"


def test_who_may_not_answer_writes_nothing(absent, school_staff, person, other_provider):
    stranger = person(Role.PROVIDER_STAFF, other_provider)

    with pytest.raises(PermissionDenied):
        actions.record(entry(absent), by=school_staff)
    with pytest.raises(absent.placement.DoesNotExist):
        actions.record(entry(absent), by=stranger)
    assert not AbsenceEntry.objects.exists()


def test_a_contact_of_another_pupil_is_refused(absent, provider_staff):
    with pytest.raises(ValidationError, match="contact of this pupil"):
        actions.record(entry(absent, contact=factories.ContactFactory()), by=provider_staff)


def test_an_entry_of_a_day_to_come_is_refused(absent, provider_staff):
    row = entry(absent)
    row.date = localdate() + timedelta(days=1)

    with pytest.raises(ValidationError, match="has not come yet"):
        actions.record(row, by=provider_staff)


def test_an_entry_stays_as_it_was_written(absent):
    row = factories.AbsenceEntryFactory(placement=absent.placement)

    with pytest.raises(DatabaseError):
        AbsenceEntry.objects.filter(pk=row.pk).update(words="No.")


def test_each_sees_the_lines_of_their_own(absent, person, other_provider, school_staff):
    strangers = [person(Role.PROVIDER_STAFF, other_provider), school_staff]
    home = person(Role.SCHOOL_STAFF, absent.placement.home_school)
    officer = person(Role.ATTENDANCE_OFFICER)

    assert [keys(at("9:30"), Rows.of(user)) for user in strangers] == [[], []]
    assert all(keys(at("9:30"), Rows.of(user)) for user in (home, officer))


def test_the_lines_are_read_in_as_many_queries_however_many_there_are(absent, provider):
    with CaptureQueriesContext(connection) as few:
        lines(Rows.all(), at("13:00"))
    for _ in range(8):
        more = factories.PlacementFactory(provider=provider)
        factories.MarkFactory(placement=more, date=MONDAY, code_id="N")
        factories.AbsenceEntryFactory(placement=more)

    with CaptureQueriesContext(connection) as many:
        assert len(lines(Rows.all(), at("13:00"))) == 18
    assert len(many) == len(few)
