"""A week of return: the register asks for the sessions at the provider, and for no other."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from apsystem.lib.tables import ImportRefused
from attendance import actions
from attendance.actions import Entry
from attendance.models import Code, Mark
from attendance.models.checks import Fault, faults
from attendance.models.expected import (
    Roll,
    count_expected,
    expected,
    sessions_of,
)
from attendance.models.home import home_sessions
from placements.models import Placement
from tests import factories
from tests.factories.timetables import MORNINGS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
DAY = timedelta(days=1)
THURSDAY, NEXT = MONDAY + 3 * DAY, MONDAY + 7 * DAY
AM, PM = 0, 1
SAID = "Week 3 of 6 of the return: here on Thursday, Friday"


@pytest.fixture
def placement(provider, school):
    row = factories.PlacementFactory(
        provider=provider, home_school=school, pupil__upn=factories.valid_upn(99_007)
    )
    factories.EnrolmentFactory(pupil=row.pupil, organisation=school)
    factories.WeekPatternFactory(placement=row, monday=MONDAY)
    return row


@pytest.mark.parametrize(
    ("on", "session", "asked"),
    [
        (MONDAY, AM, False),
        (MONDAY + 2 * DAY, PM, False),
        (THURSDAY, AM, True),
        (MONDAY + 4 * DAY, PM, True),
        (MONDAY - 3 * DAY, AM, True),  # the Friday before
        (NEXT, AM, True),
    ],
)
def test_one_session_is_asked_for_or_not(placement, on, session, asked):
    rows = Placement.objects.all()

    assert expected(rows, on, session).exists() is asked
    assert Roll.read(rows, on, session) == ([placement] * asked, [], [placement] * (not asked))
    assert count_expected(rows, on, session) == ({placement.provider_id: 1} if asked else {})
    slots = sessions_of([placement.pk], on, on + DAY)
    assert (session in {slot.session for slot in slots}) is asked


def test_another_placement_keeps_its_sessions(placement):
    other = factories.PlacementFactory(provider=placement.provider)

    assert list(expected(Placement.objects.all(), MONDAY, AM)) == [other]
    assert len(sessions_of([placement.pk, other.pk], MONDAY, NEXT)) == 4 + 10


def test_a_timetable_leaves_out_only_what_the_week_holds(placement):
    factories.TimetableFactory(placement=placement)  # mornings

    rows = Placement.objects.all()
    assert Roll.read(rows, MONDAY, PM) == ([], [], [placement])
    assert Roll.read(rows, THURSDAY, PM) == ([], [placement], [])
    days = actions.write_left_out(NEXT)
    assert days == [THURSDAY, THURSDAY + DAY]
    assert Mark.objects.count() == 2


def test_the_register_names_the_week(
    client, placement, provider, provider_staff, django_assert_num_queries
):
    client.force_login(provider_staff)
    here = reverse("attendance:register", args=[provider.uid, THURSDAY, "am"])
    client.get(here)
    away = client.get(reverse("attendance:register", args=[provider.uid, MONDAY, "am"]))

    with django_assert_num_queries(9):
        page = client.get(here).content.decode()

    assert SAID in page
    assert away.context["register"].lines == []
    assert SAID in away.content.decode()
    assert "it is a week of return to school" in away.content.decode()
    later = client.get(reverse("attendance:register", args=[provider.uid, NEXT, "am"]))
    assert "of the return" not in later.content.decode()


def test_the_register_takes_no_mark_of_a_session_at_school(placement, provider, provider_staff):
    saved = actions.mark(provider, MONDAY, AM, [Entry(placement.pk, "/")], by=provider_staff)

    assert "not expected" in saved.problems[placement.pk]


def test_who_comes_all_the_same_is_marked_with_a_reason(placement, provider_staff):
    row = actions.mark_outside(
        placement, MONDAY, AM, code=Code.objects.get(pk="/"), reason="School was shut",
        by=provider_staff,
    )  # fmt: skip

    assert row.outside.reason == "School was shut"


def import_of(provider, by, *rows, **details):
    upn = factories.valid_upn(99_007)
    text = "UPN,Date,Session,Mark\n" + "".join(f"{upn},{row}\n" for row in rows)
    return actions.import_file(text.encode(), name="a.csv", provider=provider, by=by, **details)


@pytest.mark.usefixtures("placement")
def test_an_import_is_refused_at_a_session_at_school_and_taken_at_the_others(
    provider, provider_staff
):
    with pytest.raises(ImportRefused) as refused:
        import_of(provider, provider_staff, "16/09/2024,AM,/")
    assert "does not expect the pupil at that session" in str(refused.value.errors)

    found = import_of(provider, provider_staff, "16/09/2024,AM,D", "19/09/2024,AM,/")

    assert (found.new, found.left_out) == (1, 1)
    assert Mark.objects.get().date == THURSDAY


def test_an_import_changes_a_mark_that_was_there_before_the_week_was_agreed(
    placement, provider, provider_staff
):
    factories.MarkFactory(placement=placement, date=MONDAY, session=AM, code_id="N")

    found = import_of(provider, provider_staff, "16/09/2024,AM,I", reason="Was ill")

    assert (found.new, found.changed) == (0, 1)


def test_many_marks_are_loaded_at_sessions_of_the_week_only(placement, provider_staff):
    def load(on):
        rows = [(placement.pk, on, AM, "/")]
        return actions.load_marks(rows, by=provider_staff, at=timezone.now(), today=NEXT)

    with pytest.raises(ValidationError, match="does not expect that session"):
        load(MONDAY)
    assert load(THURSDAY) == 1


def test_the_home_school_is_shown_the_sessions_at_the_provider(placement, school, school_staff):
    rows = home_sessions(school, school_staff, MONDAY, NEXT)

    assert [row.date - MONDAY for row in rows] == [3 * DAY, 3 * DAY, 4 * DAY, 4 * DAY]


def test_nobody_is_asked_why_a_session_at_school_is_not_marked(placement):
    found = faults([placement.pk], MONDAY, NEXT)

    assert {(row.fault, row.date) for row in found} == {
        (Fault.NOBODY, THURSDAY),
        (Fault.NOBODY, THURSDAY + DAY),
    }


def test_the_pattern_of_a_part_time_placement_and_of_the_week_hold_together(provider):
    row = factories.PlacementFactory(provider=provider, sessions=MORNINGS)
    factories.WeekPatternFactory(placement=row, monday=MONDAY, sessions=MORNINGS & 0b1111)

    slots = sessions_of([row.pk], MONDAY, NEXT)

    assert [(slot.date, slot.session) for slot in slots] == [(MONDAY, AM), (MONDAY + DAY, AM)]
