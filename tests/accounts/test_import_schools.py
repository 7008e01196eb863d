"""Schools from the public register and from the dated list: what is taken, kept and refused."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.utils.timezone import localdate

from accounts.actions import ImportRefused, import_schools
from accounts.actions.registers import REGISTER_SOURCE
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role

DATA = Path(__file__).parent.parent / "data"
REGISTER, LIST = DATA / "gias_sample.csv", DATA / "hf_schools_2017_18.csv"
Kind, Phase = Organisation.Kind, Organisation.Phase

pytestmark = pytest.mark.django_db


def register(*changes: dict[str, str], encoding: str = "cp1252") -> bytes:
    """Return the register with one open school a change: Alder Primary School, URN counted up."""
    with REGISTER.open(encoding="cp1252", newline="") as file:
        alder = next(iter(csv.DictReader(file)))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, alder)
    writer.writeheader()
    for place, change in enumerate(changes):
        own = {"URN": str(900001 + place), "UKPRN": ""}
        writer.writerow({**alder, **own, **change})
    return stream.getvalue().encode(encoding)


def saved(urn: int = 900001) -> Organisation:
    return Organisation.objects.get(urn=str(urn))


# --- The public register -------------------------------------------------------------------


def test_the_register_is_taken_in_by_urn_and_other_councils_are_counted():
    result = import_schools(REGISTER.read_bytes())

    assert (result.added, result.changed, result.unchanged, result.elsewhere) == (8, 0, 0, 2)
    alder, birch = saved(900001), saved(900002)
    assert (alder.kind, alder.phase, alder.laestab) == (Kind.SCHOOL, Phase.PRIMARY, "2052901")
    assert (alder.ukprn, alder.postcode, alder.source) == ("19000001", "ZZ1 1AA", REGISTER_SOURCE)
    assert (birch.name, birch.opened_on) == ("Birch Œillet Academy", date(2012, 9, 1))
    assert saved(900007).laestab == ""
    assert not Organisation.objects.filter(urn__startswith="9001").exists()


def test_alternative_provision_becomes_a_provider_that_is_a_school():
    import_schools(REGISTER.read_bytes())

    providers = Organisation.objects.providers()
    assert [row.name for row in providers] == ["Cherry AP Academy", "Dogwood Centre"]
    assert all(row.is_registered_school for row in providers)
    assert not Organisation.objects.schools().filter(is_registered_school=True).exists()


def test_a_special_school_is_told_by_its_type():
    special = {"PhaseOfEducation (name)": "Not applicable"}
    kinds = [
        *("Community special school", "Free schools special", "Academy special converter"),
        *("Other independent special school", "Special post 16 institution"),
    ]

    import_schools(register(*[{"TypeOfEstablishment (name)": name, **special} for name in kinds]))

    found = dict(Organisation.objects.values_list("urn", "phase"))
    assert [found[str(900001 + place)] for place in range(5)] == ["special"] * 3 + [
        "not applicable"
    ] * 2


def test_a_closing_date_closes_once_it_has_come():
    result = import_schools(REGISTER.read_bytes())

    assert saved(900005).closed_on == date(2019, 8, 31)
    assert saved(900006).closed_on is None
    assert any("is to close on 31 August 2099 and is open until then" in n for n in result.notes)


def test_schools_that_cannot_be_used_are_left_out_and_told():
    result = import_schools(REGISTER.read_bytes())

    assert not Organisation.objects.filter(urn__in=["900008", "900009"]).exists()
    assert "Rows left out: 1; their status is 'Proposed to open'." in result.notes
    assert any("Ivy School is closed, but the register gives no date" in n for n in result.notes)


def test_the_same_register_twice_changes_nothing():
    import_schools(REGISTER.read_bytes())
    before = list(Organisation.objects.order_by("pk").values())

    result = import_schools(REGISTER.read_bytes())

    assert (result.added, result.changed, result.unchanged) == (0, 0, 8)
    assert result.differences == []
    assert list(Organisation.objects.order_by("pk").values()) == before


def test_a_dry_run_tells_the_differences_and_saves_nothing():
    result = import_schools(REGISTER.read_bytes(), dry_run=True)

    assert (result.added, Organisation.objects.count()) == (8, 0)
    assert "900001 Alder Primary School: added as school." in result.differences
    assert (
        "900005 Elder Infant School: added as school, closed on 31 August 2019."
        in result.differences
    )


def test_what_changed_is_told_in_words():
    import_schools(register({}))

    result = import_schools(
        register(
            {
                "EstablishmentName": "Alder Academy",
                "EstablishmentStatus (name)": "Closed",
                "CloseDate": "31/08/2024",
                "UKPRN": "19000001",
            }
        )
    )

    assert (result.added, result.changed) == (0, 1)
    assert result.differences == [
        "900001 Alder Primary School: name was 'Alder Primary School', is now 'Alder Academy'; "
        "UKPRN was empty, is now '19000001'; closed on was empty, is now 31 August 2024."
    ]


def test_what_the_register_leaves_blank_stays():
    import_schools(register({"UKPRN": "19000001"}))

    result = import_schools(
        register({"Postcode": "", "PhaseOfEducation (name)": "Not applicable"})
    )

    assert result.unchanged == 1
    assert (saved().ukprn, saved().postcode, saved().phase) == (
        "19000001",
        "ZZ1 1AA",
        Phase.PRIMARY,
    )


def test_an_organisation_without_a_row_is_never_touched():
    kept = Organisation.objects.create(kind=Kind.PROVIDER, name="A farm")
    gone = Organisation.objects.create(kind=Kind.SCHOOL, name="Gone", urn="999999")

    import_schools(REGISTER.read_bytes())

    assert set(Organisation.objects.filter(pk__in=[kept.pk, gone.pk], closed_on=None)) == {
        kept,
        gone,
    }


def test_a_school_closed_by_hand_is_not_opened_again():
    import_schools(register({}))
    Organisation.objects.update(closed_on=date(2025, 1, 1))

    result = import_schools(register({}))

    assert saved().closed_on == date(2025, 1, 1)
    assert any("is closed here and open in the file" in note for note in result.notes)


def test_an_independent_school_that_the_council_uses_stays_a_provider():
    Organisation.objects.create(kind=Kind.PROVIDER, name="Alder", urn="900001")

    import_schools(register({"TypeOfEstablishment (name)": "Other independent school"}))

    assert (saved().kind, saved().is_registered_school) == (Kind.PROVIDER, False)


def test_a_school_becomes_a_provider_unless_people_hold_a_schools_roles_there():
    unit = {"TypeOfEstablishment (name)": "Pupil referral unit"}
    import_schools(register({}, {}))
    Membership.objects.create(
        user=User.objects.create_user("head@example.org", name="A Head"),
        organisation=saved(900001),
        role=Role.SCHOOL_LEAD,
        starts_on=date(2024, 9, 1),
    )

    result = import_schools(register(unit, unit))

    assert (saved(900001).kind, saved(900001).is_registered_school) == (Kind.SCHOOL, False)
    assert (saved(900002).kind, saved(900002).is_registered_school) == (Kind.PROVIDER, True)
    assert any("so it stays a school" in note for note in result.notes)


def test_a_ukprn_moves_from_one_school_to_another():
    import_schools(register({"UKPRN": "19000001"}, {"UKPRN": "19000002"}))

    result = import_schools(register({"UKPRN": "19000002"}, {"UKPRN": "19000001"}))

    assert result.changed == 2
    assert (saved(900001).ukprn, saved(900002).ukprn) == ("19000002", "19000001")


def test_a_ukprn_that_a_closed_school_shares_goes_to_the_open_one():
    closed = {"EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2020"}

    result = import_schools(register({"UKPRN": "19000001", **closed}, {"UKPRN": "19000001"}))

    assert (saved(900001).ukprn, saved(900002).ukprn) == (None, "19000001")
    assert any("UKPRN 19000001 is not entered" in note for note in result.notes)


def test_a_ukprn_that_another_organisation_holds_is_not_taken_from_it():
    holder = Organisation.objects.create(kind=Kind.PROVIDER, name="A farm", ukprn="19000001")

    import_schools(register({"UKPRN": "19000001"}))

    holder.refresh_from_db()
    assert (holder.ukprn, saved().ukprn) == ("19000001", None)


def test_a_chain_of_ukprns_breaks_nothing():
    import_schools(register({"UKPRN": "19000001"}, {"UKPRN": "19000002"}))
    Organisation.objects.create(kind=Kind.PROVIDER, name="A farm", ukprn="19000009")

    import_schools(register({"UKPRN": "19000009"}, {"UKPRN": "19000001"}))

    assert (saved(900001).ukprn, saved(900002).ukprn) == ("19000001", "19000002")


def test_the_register_is_taken_in_with_few_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        import_schools(register(*[{}] * 300))
    with django_assert_max_num_queries(12):
        result = import_schools(register(*[{"EstablishmentName": "Renamed"}] * 300))

    assert result.changed == 300


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_register_is_read_in_the_encodings_that_people_have(encoding):
    import_schools(register({"EstablishmentName": "École Œillet"}, encoding=encoding))

    assert saved().name == "École Œillet"


def test_another_council_takes_its_own_rows(settings):
    settings.COUNCIL_LA_CODE = "999"

    with pytest.raises(ImportRefused, match="No row is of local authority 999"):
        import_schools(REGISTER.read_bytes())


# --- The dated list ------------------------------------------------------------------------


def test_the_dated_list_is_taken_in_and_says_that_it_is_dated():
    result = import_schools(LIST.read_bytes())

    assert (result.added, result.elsewhere) == (62, 0)
    assert any("names of 2017/18" in note for note in result.notes)
    assert Organisation.objects.get(urn="136172").name == "Hammersmith Academy"
    assert import_schools(LIST.read_bytes()).unchanged == 62


def test_the_dated_list_does_not_overwrite_what_the_register_says():
    import_schools(register({"URN": "100315", "EstablishmentName": "Today's Name"}))

    result = import_schools(LIST.read_bytes())

    assert (result.added, result.changed, result.unchanged) == (61, 0, 1)
    row = saved(100315)
    assert (row.name, row.laestab, row.source) == ("Today's Name", "2052901", REGISTER_SOURCE)


def test_the_dated_list_fills_gaps_of_what_people_entered():
    Organisation.objects.create(kind=Kind.PROVIDER, name="Typed", urn="100315")

    import_schools(LIST.read_bytes())

    row = saved(100315)
    assert (row.name, row.kind, row.laestab, row.source) == ("Typed", "provider", "2051034", "")


def test_the_register_overwrites_the_dated_list():
    import_schools(LIST.read_bytes())

    import_schools(register({"URN": "100315", "EstablishmentName": "Today's Name"}))

    assert saved(100315).name == "Today's Name"


# --- Files that are refused ----------------------------------------------------------------

BAD_ROWS = {
    "a short URN": ({"URN": "90001"}, "URN '90001' does not have six digits."),
    "a URN with a letter": ({"URN": "90O001"}, "URN '90O001' does not have six digits."),
    "a URN of other digits": ({"URN": "٩٠٠٠٠١"}, "does not have six digits."),
    "no URN": ({"URN": ""}, "URN '' does not have six digits."),
    "a day that is none": ({"OpenDate": "31-02-2020"}, "OpenDate '31-02-2020' is no day like"),
    "a month that is none": ({"CloseDate": "01-13-2020"}, "CloseDate '01-13-2020' is no day"),
    "a day the other way round": ({"OpenDate": "2020-02-28"}, "OpenDate '2020-02-28' is no day"),
    "a closing before the opening": (
        {"OpenDate": "01-09-2020", "CloseDate": "31-08-2020"},
        "CloseDate lies before OpenDate.",
    ),
    "no name": ({"EstablishmentName": " "}, "EstablishmentName is empty."),
    "an endless name": ({"EstablishmentName": "x" * 201}, "is longer than 200 characters."),
    "an endless postcode": ({"Postcode": "x" * 11}, "Postcode is longer than 10 characters."),
    "a bad UKPRN": ({"UKPRN": "29000001"}, "UKPRN '29000001' is not eight digits that begin"),
    "a bad number": ({"EstablishmentNumber": "29O1"}, "EstablishmentNumber '29O1' does not have"),
    "an unknown phase": ({"PhaseOfEducation (name)": "Tertiary"}, "'Tertiary' is not known here."),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_one_bad_row_keeps_the_whole_register_out(name):
    cells, sentence = BAD_ROWS[name]

    with pytest.raises(ImportRefused) as refused:
        import_schools(register({"URN": "900050"}, cells, encoding="utf-8"))

    assert len(refused.value.errors) == 1
    assert refused.value.errors[0].startswith("Row 3: ")
    assert sentence in refused.value.errors[0]
    assert not Organisation.objects.exists()


BAD_FILES = {
    "a URN twice": (
        register({"URN": "900001"}, {"URN": "900001"}),
        "Row 3: URN 900001 stands in row 2 too.",
    ),
    "a NUL byte": (register({"Postcode": "A\0B"}), "bytes that are no text"),
    "a short row": (register({}) + b"900002,205\r\n", "Row 3: fewer cells than columns."),
    "a long row": (register({}).rstrip() + b",x\r\n", "Row 2: more cells than columns."),
    "a column missing": (
        register({}).replace(b"CloseDate", b"Closed", 1),
        "Row 1: these columns are missing for the public register of schools: CloseDate.",
    ),
    "a column of the list missing": (
        LIST.read_bytes().replace(b"laestab", b"number", 1),
        "Row 1: these columns are missing for the dated list of schools: laestab.",
    ),
    "another file": (
        b"name,age\nA,1\n",
        "missing for the dated list of schools: laestab, name_2017_18, note, source, urn; or for",
    ),
    "a short LAESTAB": (
        LIST.read_bytes().replace(b"2051034", b"51034", 1),
        "Row 2: LAESTAB '51034' does not have seven digits.",
    ),
    "no row": (register(), "The file has no rows below its column names."),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_a_sentence(name):
    raw, sentence = BAD_FILES[name]

    with pytest.raises(ImportRefused) as refused:
        import_schools(raw)

    assert sentence in "\n".join(refused.value.errors)
    assert not Organisation.objects.exists()


def test_a_school_cannot_close_before_the_day_it_opened_here():
    import_schools(register({"OpenDate": "01-09-2021"}))

    with pytest.raises(ImportRefused, match="Row 2: it would close before it opened here"):
        import_schools(register({"OpenDate": "", "CloseDate": "31-08-2021"}))

    assert saved().closed_on is None


def test_a_school_closes_on_the_day_itself():
    today = localdate()

    import_schools(register({"CloseDate": f"{today:%d-%m-%Y}"}))

    assert saved().closed_on == today
