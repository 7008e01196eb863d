"""Attendance at mainstream schools: weeks from a file, periods that are typed, never twice."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.tables import ImportRefused
from attendance import actions
from attendance.models import Import, SchoolAttendance
from pupils.models import Enrolment
from pupils.story import chronology
from tests import factories

pytestmark = pytest.mark.django_db

MONDAY = date(2024, 9, 16)
NEXT = MONDAY + timedelta(days=7)
TOTALS = "UPN,Week beginning,Possible,Attended,Authorised,Unauthorised,Late\n"
SESSIONS = "UPN,Date,Session,Mark\n"


@pytest.fixture
def pupil(school):
    row = factories.PupilFactory(upn=factories.valid_upn(99_007))
    factories.EnrolmentFactory(pupil=row, organisation=school, starts_on=date(2023, 9, 1))
    return row


@pytest.fixture
def take(pupil, caseworker):
    """Import rows for the pupil, and return what became of them."""

    def take(*rows, head=TOTALS, by=caseworker, school=None, upn=pupil.upn, **details):
        text = head + "".join(f"{upn},{row}\n" for row in rows)
        return actions.import_at_school(
            text.encode(), name="weeks.csv", school=school, by=by, **details
        )

    return take


def counted():
    return list(
        SchoolAttendance.objects.order_by("starts_on").values_list(
            "starts_on", "possible", "present", "authorised", "unauthorised", "late"
        )
    )


def test_weeks_are_taken_in(take, school, caseworker):
    found = take("16/09/2024,10,7,2,1,3", "23/09/2024,8,8,0,0,")

    assert (found.new, found.changed, found.same) == (2, 0, 0)
    assert counted() == [(MONDAY, 10, 7, 2, 1, 3), (NEXT, 8, 8, 0, 0, 0)]
    row = SchoolAttendance.objects.earliest("starts_on")
    assert (row.school, row.source, row.ends_on) == (school, "imported", NEXT)
    record = Import.objects.get()
    assert (row.taken_in, record.kind, record.new, record.by) == (
        record, "at school", 2, caseworker,
    )  # fmt: skip


def test_sessions_are_added_up_into_weeks_by_the_classes_of_dfe(take):
    rows = ["16/09/2024,AM,/", "16/09/2024,PM,L", "17/09/2024,AM,B", "17/09/2024,PM,I",
            "18/09/2024,AM,O", "18/09/2024,PM,D", "19/09/2024,AM,X", "19/09/2024,PM,Y1",
            "20/09/2024,AM,-", "23/09/2024,AM,N"]  # fmt: skip

    take(*rows, head=SESSIONS)

    assert counted() == [(MONDAY, 5, 3, 1, 1, 1), (NEXT, 1, 0, 0, 1, 0)]


def test_a_week_that_is_there_is_replaced_and_the_history_keeps_it(take):
    take("16/09/2024,10,7,2,1,0", "23/09/2024,8,8,0,0,0")

    found = take("16/09/2024,10,9,1,0,0", "23/09/2024,8,8,0,0,0")
    again = take("16/09/2024,10,9,1,0,0", "23/09/2024,8,8,0,0,0")

    assert (found.new, found.changed, found.same) == (0, 1, 1)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert counted()[0] == (MONDAY, 10, 9, 1, 0, 0)
    assert Import.objects.count() == 2
    before = SchoolAttendance.pgh_event_models["insert"].objects.filter(starts_on=MONDAY)
    assert before.earliest("pgh_id").present == 7


def test_a_dry_run_writes_nothing(take):
    assert take("16/09/2024,10,7,2,1,0", dry_run=True).new == 1
    assert not SchoolAttendance.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("17/09/2024,10,7,2,1,0", "17 September 2024 is no Monday. A week is named by its Monday"),
        ("soon,10,7,2,1,0", "'soon' is not a real date. Write it like 16/09/2026"),
        ("16/09/2024,10,7,2,2,0", "7 attended, 2 authorised and 2 unauthorised do not add up to "
         "10 possible sessions"),
        ("16/09/2024,10,7,2,1,8", "8 late sessions are more than the 7 attended"),
        ("16/09/2024,11,8,2,1,0", "possible is '11'. Write a number from 0 to 10"),
        ("16/09/2024,10,-7,2,1,0", "present is '-7'. Write a number from 0 to 10"),
        ("16/09/2024,10,,2,1,0", "present is ''. Write a number from 0 to 10"),
        ("16/09/2024,=1,7,2,1,0", "possible is '=1'. Write a number from 0 to 10"),
        ("16/09/2024,10", "fewer cells than columns"),
        ("16/09/2024,10,7,2,1,0,9", "more cells than columns"),
        ("15/08/2022,10,7,2,1,0", "the pupil is not on the roll of the school that week"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_row_and_nothing_is_taken_in(take, row, sentence):
    with pytest.raises(ImportRefused) as refused:
        take("23/09/2024,8,8,0,0,0", row)

    assert refused.value.errors == [f"Row 3: {sentence}."]
    assert not SchoolAttendance.objects.exists()


def test_a_number_with_thousands_of_figures_is_told_by_row(take):
    with pytest.raises(ImportRefused, match="Row 2: possible is '1111111111'"):
        take(f"16/09/2024,{'1' * 5000},7,2,1,0")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["16/09/2024,AM,/", "16/09/2024,AM,N"], "the session of this pupil stands in an earlier"),
        (["17/09/2024,AM,/", "16/09/2024,AM,H"], "H was not in force on that day"),
        (["17/09/2024,AM,/", "16/09/2024,PM,/"], "/ belongs to the other session of the day"),
        (["17/09/2024,AM,/", "16/09/2024,PM,?"], "? is not an attendance code"),
        (["17/09/2024,AM,/", "14/09/2024,AM,N"], "the day is no school day"),
    ],
)
def test_what_is_wrong_with_sessions_is_told_by_row(take, rows, sentence):
    with pytest.raises(ImportRefused, match=f"Row 3: {sentence.replace('?', '.')}"):
        take(*rows, head=SESSIONS)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("25/12/2024", "the day is a bank holiday"),
        ("17/09/2024", "the calendar says that the school is closed on that day"),
        ("18/09/2024", "the calendar says that the school is closed on that day"),
    ],
)
def test_a_session_on_a_day_that_is_closed_takes_only_the_code_that_says_so(
    take, school, day, sentence
):
    factories.ClosureFactory(organisation=school, starts_on=MONDAY + timedelta(days=1))
    factories.ClosureFactory(organisation=None, starts_on=MONDAY + timedelta(days=2))

    with pytest.raises(ImportRefused) as refused:
        take("16/09/2024,AM,/", f"{day},AM,/", head=SESSIONS)

    assert refused.value.errors == [f"Row 3: {sentence}."]
    assert take("16/09/2024,AM,/", f"{day},AM,#", head=SESSIONS).new


@pytest.mark.parametrize("is_named", [False, True])
def test_a_closed_day_elsewhere_closes_no_session_of_the_school(take, pupil, school, is_named):
    elsewhere = factories.SchoolFactory() if is_named else factories.ProviderFactory()
    factories.EnrolmentFactory(pupil=pupil, organisation=elsewhere, starts_on=MONDAY)
    factories.ClosureFactory(organisation=elsewhere, starts_on=MONDAY)
    factories.ClosureFactory(organisation=school, starts_on=MONDAY - timedelta(days=1))
    factories.ClosureFactory(organisation=factories.SchoolFactory(), starts_on=MONDAY)

    named = school if is_named else None
    assert take("16/09/2024,AM,/", head=SESSIONS, school=named).new == 1


def test_a_session_to_come_is_refused_but_for_a_closure(take, monkeypatch):
    monkeypatch.setattr("attendance.actions.at_school_import.localdate", lambda: MONDAY)
    factories.ClosureFactory(organisation=None, starts_on=MONDAY + timedelta(days=2))

    with pytest.raises(ImportRefused) as refused:
        take("16/09/2024,AM,/", "17/09/2024,AM,/", "17/09/2024,PM,#", "18/09/2024,AM,#",
             head=SESSIONS)  # fmt: skip

    assert refused.value.errors == [
        "Row 3: the day has not come yet.", "Row 4: the day has not come yet.",
    ]  # fmt: skip


def test_an_unknown_upn_a_week_twice_and_a_week_to_come_are_refused(take):
    monday = localdate() + timedelta(days=14 - localdate().weekday())

    for given, words in (
        ({"upn": "Z205100024009"}, "no pupil with the UPN Z205100024009 is known here"),
        ({}, "the week of this pupil stands in an earlier row already"),
    ):
        with pytest.raises(ImportRefused, match=words):
            take("16/09/2024,10,7,2,1,0", "16/09/2024,10,7,2,1,0", **given)
    with pytest.raises(ImportRefused, match="the week has not begun"):
        take(f"{monday:%d/%m/%Y},10,7,2,1,0")


def test_columns_that_are_missing_are_named(take):
    with pytest.raises(ImportRefused, match="no column holds authorised, unauthorised"):
        take("16/09/2024,10,7", head="UPN,Week beginning,Possible,Attended\n")


def test_two_rolls_need_the_school(take, pupil, school, other_school):
    factories.EnrolmentFactory(pupil=pupil, organisation=other_school, starts_on=MONDAY)

    with pytest.raises(ImportRefused, match="on the rolls of two schools"):
        take("16/09/2024,10,7,2,1,0")

    assert take("16/09/2024,10,7,2,1,0", school=other_school).new == 1
    assert SchoolAttendance.objects.get().school == other_school


def test_only_the_council_imports(take, person):
    for role in Role:
        may = role in {Role.CASEWORKER, Role.MANAGER}
        if not may:
            with pytest.raises(PermissionDenied):
                take("16/09/2024,10,7,2,1,0", by=person(role))


# --- Typed --------------------------------------------------------------------------------------


@pytest.fixture
def record(pupil, school, school_staff):
    def record(by=school_staff, **details):
        given = {"pupil": pupil, "school": school, "starts_on": MONDAY, "ends_on": NEXT,
                 "possible": 10, "present": 7, "authorised": 2, "unauthorised": 1}  # fmt: skip
        return actions.record_at_school(SchoolAttendance(**given | details), by=by)

    return record


def test_a_school_records_a_period(record, school_staff):
    row = record(ends_on=date(2024, 10, 5), possible=30, present=27)

    assert (row.source, row.recorded_by, row.last_day) == (
        "typed", school_staff, date(2024, 10, 4),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"possible": 11, "present": 8}, "at most 10 sessions"),
        ({"possible": 9}, "add up to the possible sessions"),
        ({"late": 8}, "Late sessions are among those attended"),
        ({"starts_on": date(2022, 9, 5), "ends_on": date(2022, 9, 12)}, "not on the roll of"),
        ({"ends_on": MONDAY, "possible": 0, "present": 0, "authorised": 0, "unauthorised": 0},
         "The last day must not be before"),
        ({"starts_on": localdate(), "ends_on": localdate() + timedelta(days=30)},
         "has not come yet"),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_is_refused(record, details, words):
    with pytest.raises(ValidationError, match=words):
        record(**details)
    assert not SchoolAttendance.objects.exists()


def test_no_day_is_counted_twice_typed_or_imported(record, take):
    typed = record(starts_on=MONDAY + timedelta(days=2), ends_on=NEXT, possible=6, present=3)

    with pytest.raises(ValidationError, match="recorded for some of these days already"):
        record()
    with pytest.raises(ImportRefused, match="a period of that week is typed already"):
        take("16/09/2024,10,7,2,1,0")

    actions.take_back_at_school(typed, by=typed.recorded_by)
    take("16/09/2024,10,7,2,1,0")
    assert SchoolAttendance.objects.kept().get().source == "imported"


@pytest.mark.parametrize("role", sorted(set(Role)))
def test_who_records(record, person, role):
    by = person(role)

    if Permission.SCHOOL_ATTENDANCE_RECORD in GRANTS[role]:
        assert record(by=by).pk
    else:
        with pytest.raises(PermissionDenied):
            record(by=by)


def test_a_stranger_neither_records_nor_takes_back_nor_reads(record, person, other_school, pupil):
    stranger = person(Role.SCHOOL_LEAD, other_school)
    factories.EnrolmentFactory(pupil=pupil, organisation=other_school)
    row = record()

    with pytest.raises(PermissionDenied):
        record(by=stranger, starts_on=NEXT, ends_on=NEXT + timedelta(days=7))
    with pytest.raises(PermissionDenied):
        actions.take_back_at_school(row, by=stranger)
    assert not SchoolAttendance.objects.as_user(stranger).exists()


def test_a_period_is_typed_listed_and_taken_back_on_pages(client, school_staff, pupil):
    client.force_login(school_staff)
    days = {f"starts_on_{at}": part for at, part in enumerate((16, 9, 2024))}
    days |= {f"last_day_{at}": part for at, part in enumerate((20, 9, 2024))}
    sent = {**days, "possible": "10", "present": "7", "authorised": "2", "unauthorised": "2"}
    url = reverse("attendance:at-school-add", args=[pupil.uid])

    refused = client.post(url, sent)
    done = client.post(url, sent | {"unauthorised": "1"}, follow=True)
    twice = client.post(url, sent | {"unauthorised": "1"})

    assert "7 attended, 2 authorised and 2 unauthorised add up to 11, not to 10" in str(
        refused.context["form"].errors["possible"]
    )
    assert "7 of 10 sessions from 16/09/2024 is saved." in done.content.decode()
    assert "some of these days already" in str(twice.context["form"].errors["starts_on"])
    row = SchoolAttendance.objects.get()
    back = client.post(reverse("attendance:at-school-take-back", args=[row.uid]), follow=True)
    assert "No attendance at school that you may see is recorded." in back.content.decode()


def test_who_may_not_record_for_a_pupil_finds_no_form(client, person, other_school, pupil):
    factories.EnrolmentFactory(pupil=pupil, organisation=other_school)
    Enrolment.objects.filter(organisation=other_school).update(status="S")
    client.force_login(person(Role.SCHOOL_STAFF))
    foreign = factories.PupilFactory()

    assert client.get(reverse("attendance:at-school-add", args=[foreign.uid])).status_code == 404


def test_the_chronology_tells_of_absence_from_school(record, pupil, school, school_staff):
    record()
    record(starts_on=NEXT, ends_on=NEXT + timedelta(days=7), possible=10, present=10,
           authorised=0, unauthorised=0)  # fmt: skip

    told = [event for event in chronology(pupil, school_staff) if event.kind.slug == "at-school"]

    assert [(event.title, event.detail, event.on) for event in told] == [
        (
            "Absent from school for 3 of 10 sessions",
            f"{school}, 16 September 2024 to 22 September 2024",
            date(2024, 9, 22),
        )
    ]


# --- The command --------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, caseworker, pupil):
    def run(*rows, **options):
        path = tmp_path / "weeks.csv"
        text = TOTALS + "".join(f"{pupil.upn},{row}\n" for row in rows)
        path.write_text(text, encoding="utf-8")
        out = io.StringIO()
        given = {"by": caseworker.email} | options
        call_command("import_school_attendance", str(path), stdout=out, **given)
        return out.getvalue().strip()

    return run


def test_the_command_says_what_it_did(run):
    assert run("16/09/2024,10,7,2,1,0", dry_run=True) == (
        "Nothing was saved. It would be: 1 week new, 0 replaced, 0 the same."
    )
    assert run("16/09/2024,10,7,2,1,0", school="Ash School") == (
        "1 week new, 0 replaced, 0 the same."
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "nobody@council.example"}, "There is no account nobody@council.example."),
        ({"school": "Elsewhere"}, "No schools are called Elsewhere."),
        ({}, "Nothing was saved.\nRow 2: 17 September 2024 is no Monday"),
    ],
)
def test_the_command_refuses_in_words(run, options, words):
    with pytest.raises(CommandError) as refused:
        run("17/09/2024,10,7,2,1,0", **options)

    assert words in str(refused.value)


def test_the_command_names_who_may_not_and_what_is_missing(run, school_staff, caseworker):
    with pytest.raises(CommandError, match="may not do this"):
        run("16/09/2024,10,7,2,1,0", by=school_staff.email)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_school_attendance", "/nowhere.csv", by=caseworker.email)
