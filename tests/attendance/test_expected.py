"""Which sessions are expected, what is written for those left out, and marks outside them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import OutboxMessage
from accounts.permissions import Role
from attendance import actions
from attendance.actions import Entry
from attendance.models import Code, Mark, MarkAmendment, OutsideMark
from attendance.models.checks import Fault, checked, count_faults, faults
from attendance.models.expected import (
    Roll,
    count_asked_for,
    count_expected,
    expected,
    sessions_of,
)
from attendance.models.home import home_sessions, own_code
from placements.models import Placement
from tests import factories
from tests.factories.timetables import MORNINGS
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
DAY = timedelta(days=1)
SATURDAY, NEXT = MONDAY + 5 * DAY, MONDAY + 7 * DAY
AM, PM = 0, 1


@pytest.fixture
def placement(provider, school):
    row = factories.PlacementFactory(provider=provider, home_school=school)
    factories.EnrolmentFactory(pupil=row.pupil, organisation=school)
    return row


@pytest.fixture
def timetable(placement):
    return factories.TimetableFactory(placement=placement)


def codes(**kwargs):
    rows = Mark.objects.filter(**kwargs).order_by("date", "session")
    return [(row.date - MONDAY, row.session, row.code_id) for row in rows]


@pytest.mark.parametrize(
    ("on", "session", "asked", "out"),
    [
        (MONDAY, AM, True, False),
        (MONDAY, PM, False, True),
        (MONDAY - 3 * DAY, PM, True, False),  # not begun
        (date(2024, 10, 28), PM, True, False),  # full time again
    ],
)
def test_a_timetable_leaves_sessions_out(timetable, on, session, asked, out):
    rows = Placement.objects.all()

    assert expected(rows, on, session).exists() is asked
    here = [timetable.placement]
    assert Roll.read(rows, on, session) == (here * asked, here * out, [])
    assert count_expected(rows, on, session) == (
        {timetable.placement.provider_id: 1} if asked else {}
    )


def test_who_is_left_out_is_named_with_the_timetable(timetable):
    (row,) = Roll.read(Placement.objects.all(), MONDAY, PM).left_out

    assert row.leaving_out == [timetable]


def test_who_has_no_session_or_is_paused_is_not_expected(provider):
    other = factories.PlacementFactory(provider=provider, sessions=MORNINGS)
    factories.PauseFactory(placement=factories.PlacementFactory(), starts_on=MONDAY, ends_on=NEXT)

    assert Roll.read(Placement.objects.filter(pk=other.pk), MONDAY, PM) == ([], [], [other])
    assert len(Roll.read(Placement.objects.exclude(pk=other.pk), MONDAY, PM).others) == 1


def test_many_sessions_follow_the_same_rules_as_one(timetable, placement):
    factories.ClosureFactory(organisation=placement.provider, starts_on=MONDAY + DAY)
    factories.PauseFactory(
        placement=placement, starts_on=MONDAY + 2 * DAY, ends_on=MONDAY + 3 * DAY
    )
    slots = sessions_of([placement.pk], MONDAY, NEXT)

    assert [(slot.date - MONDAY, slot.session, bool(slot.timetable_id)) for slot in slots] == [
        (days * DAY, session, session == PM) for days in (0, 3, 4) for session in (AM, PM)
    ]
    for slot in slots:
        rows = Placement.objects.all()
        assert expected(rows, slot.date, slot.session).exists() is (slot.timetable_id is None)


def test_a_mark_in_a_session_left_out_is_not_one_that_was_asked_for(timetable, placement):
    factories.MarkFactory(placement=placement, date=MONDAY, session=PM, code_id="C2")

    assert count_asked_for(Placement.objects.all(), MONDAY, AM) == {}


def test_the_register_asks_for_expected_sessions_only(client, timetable, provider, provider_staff):
    client.force_login(provider_staff)
    refused = actions.mark(provider, MONDAY, PM, [Entry(timetable.placement_id, "/")],
                           by=provider_staff)  # fmt: skip

    page = client.get(reverse("attendance:register", args=[provider.uid, MONDAY, "pm"]))

    assert "not expected" in refused.problems[timetable.placement_id]
    assert page.context["register"].lines == []
    assert "Not expected: part-time timetable" in page.content.decode()


def test_code_c2_is_written_for_past_sessions_left_out(timetable):
    OutboxMessage.objects.all().delete()

    days = actions.write_left_out(MONDAY + 2 * DAY)

    assert days == [MONDAY, MONDAY + DAY]
    assert codes() == [(0 * DAY, PM, "C2"), (DAY, PM, "C2")]
    assert {row.outside.timetable for row in Mark.objects.all()} == {timetable}
    assert {row.marked_by for row in Mark.objects.all()} == {timetable.recorded_by}
    assert OutboxMessage.objects.filter(kind="marks.changed").count() == 1
    assert actions.write_left_out(MONDAY + 2 * DAY) == []


def test_a_persons_mark_is_never_overwritten(timetable, placement):
    factories.MarkFactory(placement=placement, date=MONDAY, session=PM, code_id="\\")
    elsewhere = factories.PlacementFactory(pupil=placement.pupil)
    factories.MarkFactory(placement=elsewhere, date=MONDAY + DAY, session=PM, code_id="\\")

    actions.write_left_out(MONDAY + 3 * DAY)

    assert codes(placement=placement) == [(0 * DAY, PM, "\\"), (2 * DAY, PM, "C2")]


@pytest.mark.parametrize(
    "details", [{"status": "cancelled", "end_reason": "No."}, {"sessions": MORNINGS}]
)
def test_nothing_is_written_where_nothing_was_expected(timetable, placement, details):
    Placement.objects.filter(pk=placement.pk).update(**details)

    assert actions.write_left_out(NEXT) == []


def test_c2_is_not_written_before_it_was_in_force(provider):
    factories.TimetableFactory(placement=factories.PlacementFactory(), starts_on=date(2024, 7, 15))

    assert actions.write_left_out(date(2024, 7, 20)) == []


@pytest.fixture
def mark_outside(placement, provider_staff):
    def mark_outside(code="\\", reason="Came for the trip", on=MONDAY, session=PM,
                     by=provider_staff, **details):  # fmt: skip
        return actions.mark_outside(
            placement, on, session, code=Code.objects.get(pk=code), reason=reason, by=by, **details
        )

    return mark_outside


def test_who_comes_all_the_same_is_marked_with_a_reason(timetable, mark_outside):
    row = mark_outside()

    assert (row.code_id, row.outside.reason, row.outside.timetable) == (
        "\\", "Came for the trip", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"reason": "  "}, "Say why"),
        ({"code": "/"}, "is not a code for this session"),
        ({"on": SATURDAY}, "no school day"),
        ({"session": AM, "code": "/"}, "The register asks for this pupil"),
        ({"on": date(2023, 12, 18)}, "not in force on this day"),
        ({"code": "#"}, "Enter a closure in the calendar"),
    ],
)
def test_a_mark_outside_is_refused_in_words(timetable, mark_outside, details, words):
    with pytest.raises(ValidationError, match=words):
        mark_outside(**details)
    assert not Mark.objects.exists()


def test_a_school_marks_nobody(timetable, mark_outside, school_staff):
    with pytest.raises(PermissionDenied):
        mark_outside(by=school_staff)


def test_one_mark_that_is_not_d_counts_outside_too(timetable, placement, mark_outside):
    factories.MarkFactory(placement=factories.PlacementFactory(pupil=placement.pupil), date=MONDAY,
                          session=PM, code_id="\\")  # fmt: skip

    with pytest.raises(ValidationError, match="Another place has marked"):
        mark_outside()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_providers_who_mark_outside_at_once_write_one_mark(person, school):
    rows = [factories.TimetableFactory(placement__home_school=school).placement]
    rows.append(factories.PlacementFactory(pupil=rows[0].pupil, sessions=MORNINGS))
    people = [person(Role.PROVIDER_STAFF, row.provider) for row in rows]
    code = Code.objects.get(pk="\\")

    def mark(place):
        return actions.mark_outside(
            rows[place], MONDAY, PM, code=code, reason="Came", by=people[place]
        )

    found = at_once([lambda place=place: mark(place) for place in (0, 1)])

    assert sorted(type(row).__name__ for row in found) == ["Mark", "ValidationError"]
    assert Mark.objects.count() == OutsideMark.objects.count() == 1


def test_what_the_clock_wrote_is_amended_and_keeps_where_it_came_from(timetable, mark_outside):
    actions.write_left_out(MONDAY + DAY)

    with pytest.raises(ValidationError, match="marked C2 at"):
        mark_outside()
    row = mark_outside(seen=1)

    amendment = MarkAmendment.objects.get()
    assert (amendment.original, amendment.amended, row.version) == ("C2", "\\", 2)
    assert OutsideMark.objects.get().timetable == timetable
    assert mark_outside(seen=2).version == 2
    Mark.objects.update(code="L", minutes_late=5)
    assert mark_outside(seen=2).minutes_late is None
    assert MarkAmendment.objects.latest("pk").original_beside == "5 minutes late"


def test_the_page_of_a_mark_outside_keeps_what_was_typed(client, timetable, provider_staff):
    client.force_login(provider_staff)
    address = reverse("attendance:outside", args=[timetable.placement.uid, MONDAY, "pm"])
    actions.write_left_out(MONDAY + DAY)

    stale = client.post(address, {"code": "\\", "reason": "Came for the trip", "seen": "0"})
    form = stale.context["form"]
    saved = client.post(address, {"code": "\\", "reason": "Came", "seen": form["seen"].value()})

    assert "Nothing was overwritten" in stale.content.decode()
    assert form["reason"].value() == "Came for the trip"
    assert (saved.status_code, Mark.objects.get().code_id) == (302, "\\")
    assert client.get(address.replace("/pm/", "/noon/")).status_code == 404
    Placement.objects.update(status="proposed")
    assert client.get(address).status_code == 404  # an offer names no child


@pytest.mark.parametrize(
    ("code", "left", "dual", "own"),
    [
        (None, False, False, ""),
        (None, True, True, "C2"),
        ("C2", True, False, "C2"),
        ("/", False, True, "D"),
        (None, False, True, "D"),
        ("/", False, False, "K"),
        ("L", False, False, "K"),
        ("B", False, False, "K"),
        ("I", False, False, "I"),
        ("N", False, False, "N"),
        ("Y1", False, False, "Y1"),
        ("D", False, False, ""),
        ("#", False, False, ""),
        ("\\", True, False, "K"),
    ],
)
def test_the_code_for_the_schools_own_register(code, left, dual, own):
    found, words = own_code(
        Code.objects.get(pk=code) if code else None, is_left_out=left, is_dual=dual
    )

    assert found == own
    assert words
    assert code is not None or "absent" not in words.lower()


def test_the_home_school_sees_the_mark_and_its_own_code(timetable, school, school_staff):
    factories.MarkFactory(placement=timetable.placement, date=MONDAY, session=AM, code_id="I")

    rows = home_sessions(school, school_staff, MONDAY, MONDAY + DAY)

    assert [(row.half, row.marked[:14], row.own_code) for row in rows] == [
        ("Morning", "I: Illness (no", "I"),
        ("Afternoon", "Not marked yet", "C2"),
    ]


def test_d_is_for_who_is_registered_at_a_provider_that_is_a_school(
    placement, school, school_staff
):
    placement.provider.is_registered_school = True
    placement.provider.save()

    def codes():
        rows = home_sessions(school, school_staff, MONDAY, MONDAY + DAY)
        return {row.own_code for row in rows}

    assert codes() == {""}
    placement.pupil.enrolments.filter(organisation=placement.provider).update(status="S")
    assert codes() == {"D"}


def test_a_mark_outside_the_agreed_sessions_is_said_to_the_school(placement, school, school_staff):
    Placement.objects.filter(pk=placement.pk).update(sessions=MORNINGS)
    factories.MarkFactory(placement=placement, date=MONDAY, session=PM, code_id="\\")

    (_, row) = home_sessions(school, school_staff, MONDAY, MONDAY + DAY)

    assert (row.own_code, row.words) == (
        "",
        "Not an agreed session. Talk to the provider before you mark",
    )


def test_the_home_school_exports_its_week_and_no_other(
    client, timetable, school, other_school, school_staff
):
    client.force_login(school_staff)
    factories.MarkFactory(placement=timetable.placement, date=MONDAY, session=AM)

    file = client.get(reverse("attendance:home-week", args=[school.uid, MONDAY]))
    lines = file.content.decode("utf-8-sig").splitlines()

    assert len(lines) == 11
    assert ",16/09/2024,Morning,/: Present" in lines[1]
    assert lines[1].split(",")[-2] == "K"
    assert lines[2].split(",")[-2] == "C2"
    for name in ("day", "week"):
        address = reverse(f"attendance:home-{name}", args=[other_school.uid, MONDAY])
        assert client.get(address).status_code == 404
    address = reverse("attendance:home-day", args=[school.uid, "today"])
    assert client.get(address).status_code == 404


def test_council_staff_choose_a_school(client, person, school):
    client.force_login(person("attendance officer"))

    page = client.get(reverse("attendance:home")).content.decode()

    assert school.name in page


def test_the_days_page_says_not_marked_and_names_own_placements(client, timetable, school,
                                                                school_staff):  # fmt: skip
    own = factories.SchoolPlacementFactory(school=school, starts_on=MONDAY)
    factories.EnrolmentFactory(pupil=own.pupil, organisation=school)
    client.force_login(school_staff)

    page = client.get(reverse("attendance:home-day", args=[school.uid, MONDAY])).content.decode()

    assert "1 session not marked yet." in page
    assert own.pupil.surname in page


def found_faults(user):
    rows = faults(checked(user, MONDAY, NEXT), MONDAY, NEXT)
    assert len(rows) == count_faults(checked(user, MONDAY, NEXT), MONDAY, NEXT)
    return [(row.fault, row.date - MONDAY, row.half) for row in rows]


def test_sessions_that_do_not_fit_are_listed(placement, caseworker):
    factories.write_marks(placement, "/" * 6 + "D" + "/" + "/" + " ", first_day=MONDAY)
    other = factories.PlacementFactory(pupil=placement.pupil, sessions=64)
    factories.MarkFactory(placement=other, date=MONDAY + 3 * DAY, code_id="D")

    assert found_faults(caseworker) == [
        (Fault.NOBODY, 4 * DAY, "pm"),
        (Fault.BOTH_DUAL, 3 * DAY, "am"),
    ]


def test_c2_needs_a_timetable(timetable, caseworker):
    factories.write_marks(timetable.placement, ["C2", "C2", *"////////"], first_day=MONDAY)

    assert found_faults(caseworker) == [(Fault.NO_TIMETABLE, 0 * DAY, "am")]


def test_the_list_of_sessions_to_check_is_narrowed(client, person, provider):
    client.force_login(person("attendance officer"))

    page = client.get(reverse("attendance:checks"), {"fault": "both D", "weeks": "12"})
    odd = client.get(reverse("attendance:checks"), {"fault": "?", "weeks": "x"})

    assert page.context["chosen"] == "both D"
    assert (odd.status_code, odd.context["weeks"]) == (200, "2")
