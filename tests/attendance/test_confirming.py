"""Uploads that are looked at and confirmed, and the command: nothing is overwritten unseen."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.permissions import Role
from attendance import actions
from attendance.actions import Entry
from attendance.models import Import, ImportFile, Mark, MarkLayout
from tests import factories
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
AM, PM = 0, 1
LONG = "UPN,Date,Session,Mark\n"
NOT_THE_DATE = {"upn": "UPN", "date": "Date", "session": "Session", "code": "Mark"}


@pytest.fixture
def placement(provider):
    return factories.PlacementFactory(provider=provider, pupil__upn=factories.valid_upn(99_007))


def codes():
    return list(Mark.objects.order_by("date", "session").values_list("code_id", flat=True))


@pytest.fixture
def uploaded(provider, provider_staff, placement):
    """Upload rows for the pupil, and name the columns."""

    def uploaded(*rows):
        lines = [",".join([placement.pupil.upn, *row.split(" ")]) for row in rows]
        file = ContentFile((LONG + "\n".join(lines)).encode(), name="week.csv")
        row = actions.upload(provider, file, by=provider_staff)
        if not row.file.mapping:
            actions.choose_columns(row, NOT_THE_DATE, by=provider_staff)
        return Import.objects.get(pk=row.pk)

    return uploaded


def test_the_columns_are_remembered_for_the_next_file(uploaded, provider, provider_staff):
    first = uploaded("16/09/2024 AM /")
    assert first.file.mapping == NOT_THE_DATE

    second = actions.upload(
        provider, ContentFile(LONG.encode(), name="next.csv"), by=provider_staff
    )
    other = actions.upload(
        provider, ContentFile(b"UPN,Day,Half,Mark\n", name="x.csv"), by=provider_staff
    )

    assert second.file.mapping == NOT_THE_DATE
    assert other.file.mapping == {}
    assert MarkLayout.objects.get().saved_by == provider_staff


def test_columns_that_do_not_fit_are_refused(uploaded, provider_staff):
    row = uploaded("16/09/2024 AM /")

    with pytest.raises(ValidationError, match="Marks need the session"):
        actions.choose_columns(
            row, {"upn": "UPN", "date": "Date", "code": "Mark", "session": ""}, by=provider_staff
        )


def test_what_is_confirmed_is_imported_and_the_file_is_gone(uploaded, provider_staff):
    row = uploaded("16/09/2024 AM /")
    plan = actions.look_at(row, by=provider_staff)
    assert not Mark.objects.exists()

    done = actions.confirm(row, seen=plan.fingerprint, reason="", by=provider_staff)

    assert codes() == ["/"]
    assert (done.status, done.new) == ("done", 1)
    assert not ImportFile.objects.exists()
    assert Import.objects.get().done_at


def test_a_file_is_confirmed_once(uploaded, provider_staff):
    row = uploaded("16/09/2024 AM /")
    plan = actions.look_at(row, by=provider_staff)
    actions.confirm(row, seen=plan.fingerprint, reason="", by=provider_staff)

    with pytest.raises(ValidationError, match="not waiting any more"):
        actions.confirm(row, seen=plan.fingerprint, reason="", by=provider_staff)


def test_a_mark_that_a_person_wrote_meanwhile_is_not_overwritten(
    uploaded, provider, provider_staff, placement
):
    row = uploaded("16/09/2024 AM /", "16/09/2024 PM \\")
    plan = actions.look_at(row, by=provider_staff)
    assert plan.changed == 0
    actions.mark(provider, MONDAY, AM, [Entry(placement.pk, "N")], by=provider_staff)

    with pytest.raises(actions.Overtaken):
        actions.confirm(row, seen=plan.fingerprint, reason="Why", by=provider_staff)

    assert codes() == ["N"]
    again = actions.look_at(row, by=provider_staff)
    assert [(one.before, one.code) for one in again.differences] == [("N", "/")]
    actions.confirm(row, seen=again.fingerprint, reason="She came", by=provider_staff)
    assert codes() == ["/", "\\"]


def test_a_mark_that_moved_between_two_codes_is_noticed_too(
    uploaded, provider, provider_staff, placement
):
    actions.mark(provider, MONDAY, AM, [Entry(placement.pk, "N")], by=provider_staff)
    row = uploaded("16/09/2024 AM /")
    plan = actions.look_at(row, by=provider_staff)
    entry = Entry(placement.pk, "O", seen=1, reason="Nobody rang")
    actions.mark(provider, MONDAY, AM, [entry], by=provider_staff)

    with pytest.raises(actions.Overtaken):
        actions.confirm(row, seen=plan.fingerprint, reason="She came", by=provider_staff)

    assert codes() == ["O"]


def test_what_is_given_up_is_deleted_and_stays_on_record(uploaded, provider_staff):
    row = uploaded("16/09/2024 AM /")

    actions.give_up(row, by=provider_staff)

    assert not ImportFile.objects.exists()
    assert Import.objects.get().status == "given up"


def test_uploads_are_given_up_after_a_day(uploaded):
    old, fresh = uploaded("16/09/2024 AM /"), uploaded("17/09/2024 AM /")
    Import.objects.filter(pk=old.pk).update(began_at=timezone.now() - timedelta(hours=25))

    assert actions.clear_uploads() == 1

    assert ImportFile.objects.get().of_id == fresh.pk


def test_a_file_that_is_too_large_is_refused(provider, provider_staff, monkeypatch):
    monkeypatch.setattr("attendance.actions.importing.MOST_BYTES", 10)

    with pytest.raises(ValidationError, match="more than 20 MB"):
        actions.upload(provider, ContentFile(b"x" * 11, name="a.csv"), by=provider_staff)


def test_a_stranger_neither_looks_nor_confirms_nor_deletes(uploaded, person, other_provider):
    row = uploaded("16/09/2024 AM /")
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    for act in (
        lambda: actions.look_at(row, by=stranger),
        lambda: actions.choose_columns(row, NOT_THE_DATE, by=stranger),
        lambda: actions.confirm(row, seen="", reason="", by=stranger),
        lambda: actions.give_up(row, by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert ImportFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_who_confirm_at_once_import_once(uploaded, person):
    row = uploaded("16/09/2024 AM /", "16/09/2024 PM \\")
    people = [person(Role.PROVIDER_STAFF) for _ in range(2)]

    answers = at_once(
        [lambda by=by: actions.confirm(row, seen="", reason="", by=by) for by in people]
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Import", "ValidationError"]
    assert codes() == ["/", "\\"]


# --- The command --------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, provider_staff, placement):
    """Run the command on rows for the pupil, and return what it prints."""

    def run(*rows, **options):
        path = tmp_path / "marks.csv"
        lines = [",".join([placement.pupil.upn, *row.split(" ")]) for row in rows]
        path.write_text(LONG + "\n".join(lines), encoding="utf-8")
        out = io.StringIO()
        given = {"by": provider_staff.email, "provider": "Cedar Centre"} | options
        call_command("import_marks", str(path), stdout=out, **given)
        return out.getvalue().splitlines()

    return run


def test_the_command_says_what_it_did(run):
    assert run("16/09/2024 AM N") == [
        "1 new, 0 changed, 0 the same, 0 left out (nobody was expected), 0 blank."
    ]
    assert run("16/09/2024 AM I", dry_run=True) == [
        "Row 2: 2024-09-16 morning, N becomes I",
        "Nothing was saved. It would be: 0 new, 1 changed, 0 the same, 0 left out (nobody was "
        "expected), 0 blank.",
    ]
    assert codes() == ["N"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "nobody@council.example"}, "There is no account nobody@council.example."),
        ({"provider": "Elsewhere"}, "No providers are called Elsewhere."),
        ({"provider": None}, "may not do this"),
        ({}, "Nothing was saved.\nRow 2: H on 16 September 2024"),
    ],
)
def test_the_command_refuses_in_words(run, options, words):
    with pytest.raises(CommandError) as refused:
        run("16/09/2024 AM H", **options)

    assert words in str(refused.value)


def test_the_command_says_that_a_file_is_missing(provider_staff):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_marks", "/nowhere.csv", by=provider_staff.email)


def test_the_command_refuses_a_file_that_is_too_large_to_be_held(run, monkeypatch):
    monkeypatch.setattr("attendance.management.commands.import_marks.MOST_MEGABYTES", 0)

    with pytest.raises(CommandError, match=r"more than 0 MB\. Export a shorter time"):
        run("16/09/2024 AM /")
