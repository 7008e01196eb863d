"""Importing marks: what is checked, what changes, what is kept of it, and who may."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from accounts.models import OutboxMessage
from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.tables import ImportRefused
from attendance import actions
from attendance.actions import lines
from attendance.models import Import, Mark, MarkAmendment
from attendance.models.choice import why_not
from tests import factories
from tests.factories.timetables import MORNINGS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
AM, PM = 0, 1
ALL_WEEK = 0b1111111111
LONG = "UPN,Date,Session,Mark\n"
NOT_THE_DATE = {"upn": "UPN", "date": "Date", "session": "Session", "code": "Mark"}


@pytest.fixture
def placement(provider):
    return factories.PlacementFactory(provider=provider, pupil__upn=factories.valid_upn(99_007))


@pytest.fixture
def take(provider, provider_staff, placement):
    """Import rows of 'date session code' for the pupil, as a command does."""

    def take(*rows, by=provider_staff, to=provider, upn=placement.pupil.upn, **details):
        lines = [",".join([upn, *row.split(" ")]) for row in rows]
        text = LONG + "\n".join(lines) + "\n"
        return actions.import_file(text.encode(), name="a.csv", provider=to, by=by, **details)

    return take


def refused(take, *rows, **details):
    with pytest.raises(ImportRefused) as found:
        take(*rows, **details)
    assert not Import.objects.exists()
    return found.value.errors


def codes():
    return list(Mark.objects.order_by("date", "session").values_list("code_id", flat=True))


def test_marks_are_written_with_who_and_when(take, placement, provider_staff):
    found = take("16/09/2024 AM /", "16/09/2024 PM N", "17/09/2024 AM -")

    assert (found.new, found.changed, found.same, found.blank) == (2, 0, 0, 1)
    mark = Mark.objects.earliest("session")
    assert (mark.placement, mark.pupil_id, mark.date) == (placement, placement.pupil_id, MONDAY)
    assert (mark.code_id, mark.version, mark.marked_by) == ("/", 1, provider_staff)
    row = Import.objects.get()
    assert (row.status, row.new, row.changed, row.same, row.by) == (
        "done", 2, 0, 0, provider_staff,
    )  # fmt: skip
    assert (row.first_on, row.last_on) == (MONDAY, MONDAY)


def test_the_same_file_twice_changes_nothing(take):
    take("16/09/2024 AM /")
    before = Mark.objects.values().get()

    found = take("16/09/2024 AM /")

    assert found.is_empty
    assert found.same == 1
    assert Mark.objects.values().get() == before
    assert Import.objects.count() == 1


def test_a_dry_run_writes_nothing(take):
    found = take("16/09/2024 AM /", dry_run=True)

    assert found.new == 1
    assert not Mark.objects.exists()
    assert not Import.objects.exists()


def test_a_changed_mark_keeps_the_five_things(take, person, provider):
    take("16/09/2024 AM N", "16/09/2024 PM \\")
    tutor = person(Role.PROVIDER_STAFF, name="Tess Tutor", position="Tutor")

    found = take("16/09/2024 AM I", "16/09/2024 PM \\", by=tutor, reason=" Parents rang. ")

    assert (found.new, found.changed, found.same) == (0, 1, 1)
    amendment = MarkAmendment.objects.get()
    assert (amendment.original, amendment.amended) == ("N", "I")
    assert (amendment.reason, amendment.by) == ("Parents rang.", tutor)
    assert (amendment.by_name, amendment.by_position) == ("Tess Tutor", "Tutor")
    mark = amendment.mark
    assert (mark.code_id, mark.version, mark.marked_by) == ("I", 2, tutor)
    assert Import.objects.latest("pk").reason == "Parents rang."


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_change_needs_a_reason(take, reason):
    take("16/09/2024 AM N")

    with pytest.raises(ImportRefused, match="Say why marks are changed"):
        take("16/09/2024 AM I", "17/09/2024 AM /", reason=reason)

    assert codes() == ["N"]
    assert not MarkAmendment.objects.exists()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("16/09/2024 AM ?", "? on 16 September 2024, morning: this is not an attendance code"),
        ("16/09/2024 AM H", "H on 16 September 2024, morning: the code was not in force on that "
         "day"),
        ("16/07/2024 AM C2", "C2 on 16 July 2024, morning: the code was not in force on that day"),
        ("16/09/2024 PM /", "/ on 16 September 2024, afternoon: the code belongs to the other "
         "session of the day"),
        ("14/09/2024 AM N", "N on 14 September 2024, morning: it is no school day here"),
        ("28/10/2024 AM N", "N on 28 October 2024, morning: it is no school day here"),
        ("05/01/2024 AM N", "N on 5 January 2024, morning: the pupil is not placed here on that "
         "day"),
    ],
)  # fmt: skip
def test_what_the_database_finds_is_a_sentence_with_the_row(take, row, problem):
    assert refused(take, "17/09/2024 AM /", row) == [f"Row 3: {problem}."]
    assert not Mark.objects.exists()


def test_withdrawn_codes_are_taken_for_the_days_on_which_they_were_in_force(take):
    assert take("16/07/2024 AM H", "16/07/2024 PM J", "17/07/2024 AM Y").new == 3


def test_a_day_ahead_is_refused(take):
    ahead = f"{localdate() + timedelta(days=1):%d/%m/%Y}"

    assert "the day has not come yet" in refused(take, f"{ahead} AM N")[0]


def test_two_rows_for_one_session_name_both(take):
    assert refused(take, "16/09/2024 AM /", "16/09/2024 PM \\", "16/09/2024 AM N") == [
        "Row 4: 16 September 2024, morning of this pupil stands in row 2 already."
    ]


def test_a_closed_day_is_refused_but_for_the_code_that_says_so(take, provider):
    factories.ClosureFactory(organisation=provider, starts_on=MONDAY)
    factories.ClosureFactory(
        organisation=factories.ProviderFactory(), starts_on=MONDAY + timedelta(days=1)
    )

    assert refused(take, "16/09/2024 AM /", "17/09/2024 AM /") == [
        "Row 2: / on 16 September 2024, morning: it is no school day here."
    ]
    found = take("16/09/2024 AM #", "28/10/2024 PM #", "17/09/2024 AM /", "05/01/2024 AM Z")
    assert (found.new, found.left_out) == (1, 3)


def test_sessions_outside_the_pattern_are_refused_but_for_codes_that_say_so(take, placement):
    type(placement).objects.filter(pk=placement.pk).update(sessions=0b11)

    assert refused(take, "16/09/2024 AM /", "17/09/2024 PM \\") == [
        "Row 3: \\ on 17 September 2024, afternoon: the placement does not expect the pupil at "
        "that session."
    ]
    found = take("16/09/2024 AM /", "17/09/2024 PM D", "18/09/2024 AM X")
    assert (found.new, found.left_out) == (1, 2)


def test_sessions_that_a_timetable_leaves_out_are_refused_but_for_codes_that_say_so(
    take, placement
):
    factories.TimetableFactory(placement=placement)  # mornings, for six weeks

    assert refused(take, "16/09/2024 AM /", "16/09/2024 PM \\") == [
        "Row 3: \\ on 16 September 2024, afternoon: a part-time timetable leaves that session out. "
        "Mark who came in the register, with the reason."
    ]
    found = take("16/09/2024 PM C2", "17/09/2024 PM D", "13/09/2024 PM \\", "28/10/2024 PM #",
                 "04/11/2024 PM \\")  # fmt: skip
    assert (found.new, found.left_out) == (2, 3)


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        (ALL_WEEK, "it is no school day here"),
        (MORNINGS, "the placement does not expect the pupil at that session"),
    ],
)
def test_c2_is_left_to_the_clock_only_where_the_clock_writes_it(take, placement, sessions, words):
    factories.TimetableFactory(placement=placement)
    type(placement).objects.filter(pk=placement.pk).update(sessions=sessions)
    if sessions == ALL_WEEK:
        factories.ClosureFactory(organisation=placement.provider, starts_on=MONDAY)

    assert words in refused(take, "16/09/2024 PM C2")[0]


def test_a_mark_at_a_session_that_a_timetable_leaves_out_is_amended(take, placement):
    factories.TimetableFactory(placement=placement)
    actions.write_left_out(MONDAY + timedelta(days=1))

    assert take("16/09/2024 PM C2").same == 1
    assert take("16/09/2024 PM \\", reason="Came for the trip").changed == 1


def test_a_paused_placement_is_not_marked(take, placement):
    factories.PauseFactory(placement=placement, starts_on=MONDAY, ends_on=None)

    assert "the placement is paused" in refused(take, "16/09/2024 AM /")[0]


def test_a_session_that_another_place_marked_takes_only_d(take, placement, other_provider):
    elsewhere = factories.PlacementFactory(provider=other_provider, pupil=placement.pupil)
    factories.MarkFactory(placement=elsewhere)

    assert "another place has marked the pupil" in refused(take, "16/09/2024 AM N")[0]
    assert take("16/09/2024 AM D").new == 1


def test_a_pupil_of_another_provider_is_unknown_here(take, other_provider):
    foreign = factories.PlacementFactory(provider=other_provider)
    said = f"Row 2: no pupil with the UPN {foreign.pupil.upn} is placed here."

    assert refused(take, "16/09/2024 AM /", upn=foreign.pupil.upn) == [said]


def test_problems_of_reading_and_of_checking_stand_in_the_order_of_rows(take):
    errors = refused(take, "16/09/2024 AM H", "soon AM /", *["28/10/2024 AM N"] * 30)

    assert [error.partition(":")[0] for error in errors[:3]] == ["Row 2", "Row 3", "Row 4"]
    # 30 rows are of no school day, and 29 of them repeat the session of the first
    assert errors[-1] == f"And {2 + 30 + 29 - 20} more."


@pytest.mark.parametrize("role", sorted(set(Role)))
def test_who_may_import(take, person, role):
    may = Permission.MARK_IMPORT in GRANTS[role]
    by = person(role)

    if may:
        assert take("16/09/2024 AM /", by=by).new == 1
    else:
        with pytest.raises(PermissionDenied):
            take("16/09/2024 AM /", by=by)


def test_a_provider_imports_for_no_other_and_not_for_all(take, person, other_provider):
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    for to in ({}, {"to": None}):
        with pytest.raises(PermissionDenied):
            take("16/09/2024 AM /", by=stranger, **to)


def test_the_figures_are_asked_for_each_year_once(take):
    take("16/07/2024 AM /", "16/09/2024 AM /")

    days = OutboxMessage.objects.filter(kind="marks.changed").values_list("payload", flat=True)
    assert sorted(day["day"] for day in days) == ["2024-07-16", "2024-09-01"]


def test_an_import_costs_as_many_statements_with_200_marks_as_with_2(take, provider_staff):
    def statements(first, count):
        on = [first + timedelta(days=at) for at in range(count * 2)]
        rows = [f"{day:%d/%m/%Y} AM /" for day in on if day.weekday() < 5]
        with CaptureQueriesContext(connection) as captured:
            take(*rows)
        return len(captured)

    statements(date(2024, 11, 4), 1)  # who the person is, is asked once
    assert statements(MONDAY, 1) == statements(date(2025, 1, 6), 15)


@pytest.mark.parametrize("code", ["Z", "#", "E", "X"])
@pytest.mark.parametrize("is_school", [False, True])
@pytest.mark.parametrize("born", [date(2010, 3, 1), date(2007, 3, 1)], ids=["year 10", "year 13"])
def test_a_line_takes_the_codes_that_a_register_takes(take, placement, code, is_school, born):
    provider = placement.provider
    provider.is_registered_school = is_school
    provider.save()
    placement.pupil.date_of_birth = born
    placement.pupil.save()

    if why_not(code, provider, placement.pupil.starts_year_1, MONDAY):
        assert refused(take, f"16/09/2024 AM {code}")
    else:
        assert take(f"16/09/2024 AM {code}").new == 1


def test_a_code_that_does_not_fit_drops_what_stands_beside_the_mark(take, placement):
    beside = {"minutes_late": 9, "left_at": time(11, 30), "note": "Helped a friend"}
    factories.MarkFactory(placement=placement, code_id="L", **beside)

    take("16/09/2024 AM U", reason="After the register closed")
    late = Mark.objects.get()
    assert (late.minutes_late, late.left_at, late.note) == (9, time(11, 30), "Helped a friend")
    take("16/09/2024 AM I", reason="Sent home")
    absent = Mark.objects.get()
    assert (absent.minutes_late, absent.left_at, absent.note) == (None, None, "Helped a friend")
    kept = "9 minutes late, left at 11:30, note: Helped a friend"
    found = MarkAmendment.objects.order_by("pk").values_list("original_beside", "amended_beside")
    assert list(found) == [(kept, kept), (kept, "note: Helped a friend")]


@pytest.mark.parametrize("minutes", [None, 1, 2])
@pytest.mark.parametrize("left_at", [None, time(9, 5)])
@pytest.mark.parametrize("note", ["", "Stayed calm"])
def test_an_import_says_what_stood_beside_a_mark_as_a_change_by_hand_does(
    take, placement, minutes, left_at, note
):
    beside = {"minutes_late": minutes, "left_at": left_at, "note": note}
    before = lines.beside(lines.New("L", *beside.values()))
    factories.MarkFactory(placement=placement, code_id="L", **beside)

    take("16/09/2024 AM B", reason="Was at college")

    amendment = MarkAmendment.objects.get()
    after = lines.beside(lines.New("B", None, left_at, note))
    assert (amendment.original_beside, amendment.amended_beside) == (before, after)
