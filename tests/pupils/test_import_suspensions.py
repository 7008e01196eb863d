"""Files of suspensions and headcounts: all or nothing, in sentences, and twice is once."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pupils import actions
from pupils.models import Headcount, Suspension
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

HEAD = (
    "upn,urn,start_date,first_day_back,sessions,lunchtime,reason_1,reason_2,reason_3,cancelled_on"
)
COUNTS = "urn,academic_year,census,pupils"
UPN, OTHER, STRANGER = (factories.valid_upn(n) for n in (701, 702, 703))


@pytest.fixture
def borough():
    school = factories.SchoolFactory(name="Ash School", urn="100001")
    for upn in (UPN, OTHER):
        child = factories.PupilFactory(upn=upn)
        factories.EnrolmentFactory(pupil=child, organisation=school)
    return school


def file_of(*rows, head=HEAD):
    return "\n".join([head, *rows]).encode()


GOOD = file_of(
    f"{UPN},100001,2024-09-16,,4,no,PA,DB,,",
    f"{UPN},100001,23/09/2024,25/09/2024,3,no,db,,,",
    f"{OTHER},100001,16/09/2024,,3,yes,BU,,,",
    f"{OTHER},100001,2024-11-04,,10,no,PP,,,2024-11-06",
)


def take_in(raw, **details):
    return actions.import_suspensions(raw, **details)


def test_a_file_is_taken_in_and_the_same_file_twice_changes_nothing(borough):
    first = take_in(GOOD)
    rows = list(Suspension.objects.order_by("pk").values())

    second = take_in(GOOD)

    assert (first.added, first.changed, first.unchanged) == (4, 0, 0)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 4)
    assert list(Suspension.objects.order_by("pk").values()) == rows
    assert [str(row["back_on"]) for row in rows] == [
        "2024-09-18", "2024-09-25", "2024-09-19", "2024-11-11"]  # fmt: skip
    cancelled = Suspension.objects.get(cancelled_on=date(2024, 11, 6))
    assert (cancelled.sessions_served, cancelled.is_imported) == (4, True)
    assert [str(reason.code) for reason in Suspension.objects.earliest("pk").reasons] == [
        "PA", "DB"]  # fmt: skip


def test_a_changed_row_changes_the_suspension_and_says_so(borough):
    take_in(GOOD)

    result = take_in(GOOD.replace(b",4,no,PA,DB,,", b",3,no,PA,,,"))

    assert (result.changed, result.unchanged) == (1, 3)
    assert "sessions was 4, is now 3" in result.differences[0]
    assert Suspension.objects.get(starts_on=date(2024, 9, 16), kind="SUSP").sessions == 3


def test_a_dry_run_saves_nothing(borough):
    result = take_in(GOOD, dry_run=True)

    assert result.added == 4
    assert (
        "Row 2: added, suspension, 2 school days from 16 September 2024" in (result.differences[0])
    )
    assert not Suspension.objects.exists()


def test_pupils_who_are_not_known_are_left_out_and_told_of(borough):
    raw = file_of(
        f"{STRANGER},100001,2024-09-16,,4,no,PA,,,", f"{UPN},100001,2024-09-16,,4,no,PA,,,"
    )

    result = take_in(raw)

    assert (result.added, result.left_out[:14]) == (1, "1 left out, be")
    assert "row 2" in result.left_out


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("X205110124001,100001,2024-09-16,,4,no,PA,,,", "Row 2: upn: .*first letter"),
        (f"{UPN},1,2024-09-16,,4,no,PA,,,", "Row 2: urn is '1', not six figures"),
        (f"{UPN},999999,2024-09-16,,4,no,PA,,,", "Row 2: no school with the URN 999999"),
        (f"{UPN},100001,,,4,no,PA,,,", "Row 2: start_date is empty"),
        (f"{UPN},100001,16.9.24,,4,no,PA,,,", "Row 2: start_date is '16.9.24', not a day"),
        (f"{UPN},100001,2024-09-16,,0,no,PA,,,", "Row 2: sessions is '0'"),
        (f"{UPN},100001,2024-09-16,,2.5,no,PA,,,", "Row 2: sessions is '2.5'"),
        (f"{UPN},100001,2024-09-16,,4,perhaps,PA,,,", "Row 2: lunchtime is 'perhaps'"),
        (f"{UPN},100001,2024-09-16,,4,no,,,,", "Row 2: reason_1 is empty"),
        (f"{UPN},100001,2024-09-16,,4,no,ZZ,,,", "Row 2: ZZ is no reason"),
        (f"{UPN},100001,2024-09-16,,4,no,PA,PA,,", "Row 2: Give each reason once"),
        (f"{UPN},100001,2024-09-16,2024-09-16,4,no,PA,,,", "Row 2: The first day back must come"),
        (f"{UPN},100001,2024-09-15,,4,no,PA,,,", "Row 2: 15 September 2024 is no school day"),
        (f"{UPN},100001,2024-12-19,,8,no,PA,,,", "Row 2: A suspension ends with the term"),
        (f"{UPN},100001,2018-09-17,2018-09-19,4,no,PA,,,", "Row 2: The pupil is not on the roll"),
        (f"{UPN},100001,2024-09-16,,4,no,PA,,,2099-01-01", "Row 2: The day of the cancellation"),
        (f"{UPN},100001,2024-09-02,,91,no,PA,,,", "Row 2: sessions is '91'"),
    ],
)
def test_a_fault_refuses_the_whole_file_with_its_row(borough, row, words):
    good = f"{OTHER},100001,2024-09-16,,4,no,PA,,,"

    with pytest.raises(actions.ImportRefused, match=words):
        take_in(file_of(row, good))

    assert not Suspension.objects.exists()


def test_rows_are_held_against_each_other(borough):
    with pytest.raises(actions.ImportRefused) as caught:
        take_in(
            file_of(
                f"{UPN},100001,2024-09-16,,4,no,PA,,,",
                f"{UPN},100001,2024-09-17,,4,no,PA,,,",
                f"{UPN},100001,2024-09-16,,4,no,PA,,,",
            )
        )

    assert [sentence[:6] for sentence in caught.value.errors] == ["Row 2:", "Row 3:", "Row 4:"]
    assert "it says the same as row 2" in caught.value.errors[2]


def test_45_days_are_counted_over_the_rows_of_a_file(borough):
    with pytest.raises(actions.ImportRefused, match=r"45\.5 school days in 2024/25"):
        take_in(
            file_of(
                f"{UPN},100001,2024-09-02,,60,no,PA,,,",
                f"{UPN},100001,2024-11-04,,31,no,PA,,,",
            )
        )


def test_a_file_of_many_rows_asks_as_often_as_a_short_one(borough):
    def file_for(first, count):
        rows = []
        for number in range(first, first + count):
            upn = factories.valid_upn(number)
            child = factories.PupilFactory(upn=upn)
            factories.EnrolmentFactory(pupil=child, organisation=borough)
            rows.append(f"{upn},100001,2024-09-16,,4,no,PA,,,")
        return file_of(*rows)

    short, long = file_for(800, 2), file_for(810, 30)
    with CaptureQueriesContext(connection) as few:
        take_in(short)
    with CaptureQueriesContext(connection) as many:
        take_in(long)

    assert len(many) == len(few) <= 20


def test_headcounts_are_taken_in_from_their_own_layout(borough):
    raw = file_of("100001,2024/25,spring,120", "100001,2024-25,autumn,118", head=COUNTS)

    assert take_in(raw).added == 2
    assert take_in(raw).unchanged == 2
    changed = take_in(raw.replace(b",120", b",121"))
    assert "was 120, is now 121" in changed.differences[0]
    assert Headcount.objects.get(census="spring").pupils == 121


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("100001,2024/25,spring,0", "pupils is '0', not a whole number from 1"),
        ("100001,2024/26,spring,9", "not a year like 2025/26"),
        ("100001,2024/25,winter,9", "not autumn, spring or summer"),
        ("100001,2024/25,spring,9\n100001,2024/25,spring,8", "Row 3: row 2 is about the same"),
    ],
)
def test_a_wrong_headcount_is_refused_with_its_row(borough, row, words):
    with pytest.raises(actions.ImportRefused, match=words):
        take_in(file_of(row, head=COUNTS))


def test_a_file_of_neither_kind_is_told_what_is_missing(borough):
    with pytest.raises(actions.ImportRefused, match="columns are missing"):
        take_in(b"upn,urn\n1,2")


def test_the_page_needs_the_permission(borough, caseworker, manager):
    with pytest.raises(PermissionDenied):
        take_in(GOOD, by=caseworker)

    take_in(GOOD, by=manager)
    assert {row.recorded_by for row in Suspension.objects.all()} == {manager}


def test_the_command_says_what_it_did(borough, tmp_path, capsys):
    path = tmp_path / "suspensions.csv"
    path.write_bytes(GOOD)
    call_command("import_suspensions", path, "--dry-run")
    assert "Nothing was saved. It would be: 4 added" in capsys.readouterr().out

    call_command("import_suspensions", path)
    assert "4 added, 0 changed, 0 unchanged." in capsys.readouterr().out
    path.write_bytes(file_of(f"{STRANGER},100001,2024-09-16,,4,no,PA,,,"))
    call_command("import_suspensions", path)
    assert "1 left out" in capsys.readouterr().out
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="Nothing was saved"):
        call_command("import_suspensions", path)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_suspensions", tmp_path / "none.csv")
