"""Published figures: every rate of DfE's file again from its counts, and files that are refused."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.tables import ImportRefused, read_table
from reporting.actions import import_comparators
from reporting.actions.layouts import ABSENCE_MEASURES, COUNTS_OF, read_comparators, recomputed
from reporting.kpis.arithmetic import rate
from reporting.models import Comparator, Coverage

ABSENCE_FILE = Path(__file__).parent.parent / "data" / "ees_absence_2term_pru.csv"
OUR_FILE = Path(__file__).parent.parent.parent / "reporting" / "data" / "comparators.csv"
WITHIN = Decimal("0.0006")
HEAD = (
    "measure,academic_year,phase_or_school_type,geography,value,unit,source_title,"
    "source_url_or_note,confidence"
)
GOOD = "severe_absence_rate,2023/24,Primary,England,1.25,percent of enrolments,A source,,high"


def long_file(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


def with_cell(column: str, text: str) -> bytes:
    cells = dict(zip(HEAD.split(","), GOOD.split(","), strict=True))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerows([HEAD.split(","), {**cells, column: text}.values()])
    return stream.getvalue().encode()


def absence_rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(ABSENCE_FILE.read_text(encoding="utf-8-sig"))))


def absence_file(**cells: str) -> bytes:
    row = {**absence_rows()[-1], **cells}
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, row)
    writer.writeheader()
    writer.writerow(row)
    return stream.getvalue().encode()


# --- The arithmetic against what DfE published ---------------------------------------------


def test_every_rate_of_the_dfe_file_comes_again_from_its_own_counts():
    agreeing, largest, symbols = 0, Decimal(0), []
    for row in absence_rows():
        for measure, (_, percent, above, below) in ABSENCE_MEASURES.items():
            if not row[percent].replace(".", "", 1).isdigit():
                symbols.append((measure, row["time_period"], row["la_name"], row[percent]))
                continue
            ours = rate(int(row[above]), int(row[below]))
            assert ours is not None, row
            deviation = abs(ours - Decimal(row[percent]))
            assert deviation <= WITHIN, (measure, row)
            agreeing, largest = agreeing + 1, max(largest, deviation)

    assert agreeing == 6406
    assert largest == Decimal("0.000054")
    assert len(symbols) == 459
    assert {(measure, symbol) for measure, _, _, symbol in symbols} == {
        ("severe_absence_rate", "z")
    }
    assert {period for _, period, _, _ in symbols} == {"201314", "201415", "201516"}


def test_the_import_reads_the_same_rates_and_names_each_that_cannot_be_recomputed():
    figures, notes = read_comparators(read_table(ABSENCE_FILE.read_bytes()))

    again = [figure for figure in figures if figure.value is not None]
    assert (len(figures), len(again), len(notes)) == (6865, 6406, 459)
    assert all(abs(recomputed(figure) - figure.value) <= WITHIN for figure in again)
    assert len(set(notes)) == 459
    assert (
        "severe_absence_rate, State-funded alternative provision (incl. PRU), Hammersmith and "
        "Fulham, 2013/14, autumn and spring terms: published as 'z', so there is no percentage."
    ) in notes
    assert {figure.coverage for figure in figures} == {Coverage.TWO_TERMS}


def test_every_rate_of_the_long_list_that_has_counts_comes_again_from_them():
    figures, notes = read_comparators(read_table(OUR_FILE.read_bytes()))

    rates = [figure for figure in figures if figure.measure in COUNTS_OF]
    counted = [figure for figure in rates if figure.denominator is not None]
    deviations = [abs(recomputed(figure) - figure.value) for figure in counted]
    assert (len(figures), len(rates), len(counted)) == (395, 265, 94)
    assert max(deviations) == Decimal("0.000040")  # a severe rate published to four places
    assert len(notes) == len(rates) - len(counted)
    assert all("its counts are not published" in note for note in notes)
    assert all(figure.source and figure.confidence for figure in figures)


def test_the_long_list_sets_no_part_of_a_year_beside_a_whole_one():
    figures, _ = read_comparators(read_table(OUR_FILE.read_bytes()))

    assert {figure.coverage for figure in figures} == {
        Coverage.YEAR,
        Coverage.TWO_TERMS,
        Coverage.AUTUMN,
    }
    assert not [figure for figure in figures if figure.measure.startswith("ytd_")]


def test_a_rate_that_its_counts_contradict_is_named():
    figures, notes = read_comparators(
        read_table(absence_file(sess_overall="10", sess_possible="40", sess_overall_percent="30"))
    )

    assert figures[0].value == 30
    assert notes[0].endswith("published 30, its counts give 25.")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"sess_overall_percent": "c"}, "published as 'c', so there is no percentage."),
        ({"sess_overall": "c"}, "its counts are not published, so it cannot be recomputed."),
        ({"sess_possible": "0"}, "but its counts say nothing was possible."),
    ],
)
def test_a_rate_that_cannot_be_recomputed_is_named_with_the_reason(cells, said):
    _, notes = read_comparators(read_table(absence_file(**cells)))

    assert notes[0].startswith("overall_absence_rate")
    assert notes[0].endswith(said)


# --- Taking in -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_dfe_file_is_taken_in_with_few_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        result = import_comparators(ABSENCE_FILE.read_bytes())

    assert (result.added, result.changed, result.unchanged) == (6865, 0, 0)
    row = Comparator.objects.get(
        measure="overall_absence_rate", geography="Hammersmith and Fulham", year=2022
    )
    assert rate(row.numerator, row.denominator).quantize(Decimal("0.00001")) == row.value


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing():
    import_comparators(OUR_FILE.read_bytes())
    before = list(Comparator.objects.values())

    result = import_comparators(OUR_FILE.read_bytes())

    assert (result.added, result.changed, result.unchanged) == (0, 0, 395)
    assert list(Comparator.objects.values()) == before


@pytest.mark.django_db
def test_a_revised_figure_changes_its_row_and_no_other():
    import_comparators(long_file(GOOD, GOOD.replace("Primary", "Secondary")))
    before = Comparator.objects.get(school_type="Primary")

    result = import_comparators(long_file(GOOD.replace("1.25", "1.3")))

    assert (result.added, result.changed, result.unchanged) == (0, 1, 0)
    after = Comparator.objects.get(school_type="Primary")
    assert (after.pk, after.value) == (before.pk, Decimal("1.3"))
    assert Comparator.objects.get(school_type="Secondary").value == Decimal("1.25")


@pytest.mark.django_db
def test_a_dry_run_counts_and_saves_nothing():
    result = import_comparators(long_file(GOOD), dry_run=True)

    assert (result.added, Comparator.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_one_bad_row_keeps_the_whole_file_out():
    with pytest.raises(ImportRefused):
        import_comparators(long_file(GOOD, GOOD.replace("1.25", "many")))

    assert not Comparator.objects.exists()


@pytest.mark.parametrize("period", ["2025", "2023/24 spring term"])
def test_rows_of_a_period_that_no_figure_here_has_are_left_out_and_counted(period):
    figures, notes = read_comparators(read_table(long_file(GOOD, GOOD.replace("2023/24", period))))

    assert len(figures) == 1
    assert notes[0].startswith("Rows left out: 1; ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_however_a_spreadsheet_saved_it(encoding, delimiter, line_end):
    text = long_file(GOOD.replace("A source", "Überblick € 2024"), ",,,,,,,,").decode()

    rows = read_table(text.replace(",", delimiter).replace("\n", line_end).encode(encoding))

    assert len(rows) == 1
    assert rows[0]["source_title"] == "Überblick € 2024"


def test_a_row_keeps_the_number_that_a_spreadsheet_shows():
    quoted = '"a source\nof two lines"'
    raw = long_file("", GOOD.replace("A source", quoted), ",,,,,,,,", GOOD)

    assert [row.place for row in read_table(raw)] == [3, 5]


def test_a_share_published_to_one_place_is_held_to_one_place():
    rows = [
        "ks4_sustained_education_rate,2021/22,All,England,33.3,percent of cohort,A source,,high",
        "ks4_sustained_education_pupils,2021/22,All,England,1,pupils,A source,,high",
        "ks4_destination_cohort,2021/22,All,England,3,pupils,A source,,high",
    ]

    assert read_comparators(read_table(long_file(*rows)))[1] == []


BAD_FILES = {
    "nothing": (b"", "Row 1: there are no column names."),
    "blank lines": (b"\n\n\n", "Row 1: there are no column names."),
    "column names only": (long_file(), "The file has no rows below its column names."),
    "a workbook": (b"PK\x03\x04\x14\x00", "The file is a workbook, not a CSV file."),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "The file is a workbook"),
    "a NUL byte": (long_file(GOOD.replace("Primary", "Pri\0mary")), "bytes that are no text"),
    "UTF-16 without its mark": (long_file(GOOD).decode().encode("utf-16-le"), "no text"),
    "UTF-16 cut in half": (long_file(GOOD).decode().encode("utf-16")[:-1], "no text"),
    "UTF-8 that breaks off": (b"\xef\xbb\xbf" + long_file(GOOD) + b"\xff", "no text"),
    "bytes of no encoding": (long_file(GOOD) + b"\x81", "no text"),
    "another file": (b"name,age\nA,1\n", "Row 1: these columns are missing for the list of"),
    "a column missing": (
        long_file(GOOD).replace(b",unit", b",units"),
        "Row 1: these columns are missing for the list of published figures: unit.",
    ),
    "a column twice": (
        long_file(GOOD).replace(b"confidence", b"unit"),
        "Row 1: the column unit stands there twice.",
    ),
    "a short row": (long_file(GOOD, "a,b"), "Row 3: fewer cells than columns."),
    "a long row": (long_file(GOOD + ",more"), "Row 2: more cells than columns."),
    "an open quote": (long_file(GOOD, 'a,"b'), "a quotation mark is opened and never closed."),
    "a quote in a cell": (
        long_file('"a"b,2'),
        "Row 2: a quotation mark stands inside a cell.",
    ),
    "an endless cell": (long_file("x" * 140_000), "Row 2: field larger than field limit"),
    "the same figure twice": (
        long_file(GOOD, GOOD),
        "Row 3: the same figure stands in an earlier row.",
    ),
    "no number": (with_cell("value", "1_000"), "Row 2: value '1_000' is neither a number nor"),
    "an empty value": (with_cell("value", ""), "Row 2: value '' is neither a number nor"),
    "an infinite value": (with_cell("value", "Infinity"), "Row 2: value 'Infinity' is neither"),
    "an exponent": (with_cell("value", "1e9"), "Row 2: value '1e9' is neither"),
    "a negative value": (with_cell("value", "-1"), "Row 2: value '-1' is neither"),
    "other digits": (with_cell("value", "١٢"), "Row 2: value '١٢' is neither"),
    "a huge value": (with_cell("value", "9" * 40), "Row 2: value '99999999999999999999' is"),
    "more than all": (
        with_cell("value", "101"),
        "Row 2: value is 101, but a share is at most 100 percent.",
    ),
    "no year": (
        with_cell("academic_year", "last year"),
        "Row 2: 'last year' is no academic year like 2023/24.",
    ),
    "years that do not follow": (
        with_cell("academic_year", "2023/25"),
        "'2023/25' is no academic",
    ),
    "an unknown part of a year": (
        with_cell("academic_year", "2023/24 Lent"),
        "Row 2: 'Lent' is no part of a year that is known here.",
    ),
    "no measure": (with_cell("measure", ""), "Row 2: measure is empty."),
    "no source": (with_cell("source_title", ""), "Row 2: source_title is empty."),
    "a long name": (
        with_cell("geography", "x" * 81),
        "Row 2: geography is longer than 80 characters.",
    ),
    "no DfE period": (absence_file(time_period="2022"), "Row 2: '2022' is no period like 202223."),
    "DfE years that do not follow": (absence_file(time_period="202224"), "'202224' is no period"),
    "a DfE part of a year": (absence_file(time_identifier="Week 3"), "'week 3' is no part of a"),
    "a DfE school": (
        absence_file(geographic_level="School"),
        "Row 2: 'School' is no geographic level that is read here.",
    ),
    "a DfE place without name": (absence_file(country_name="", la_name=""), "name is empty."),
    "half a pupil": (
        absence_file(enrolments="12.5"),
        "Row 2: enrolments '12.5' is no whole number.",
    ),
    "DfE's file of all schools": (
        absence_file(school_type="State-funded primary"),
        "Row 2: school_type 'State-funded primary' is not alternative provision.",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_a_sentence(name):
    raw, sentence = BAD_FILES[name]

    with pytest.raises(ImportRefused) as refused:
        read_comparators(read_table(raw))

    assert sentence in "\n".join(refused.value.errors)


def test_twenty_bad_rows_are_told_and_the_rest_counted():
    with pytest.raises(ImportRefused) as refused:
        read_comparators(read_table(long_file(*[GOOD.replace("1.25", "many")] * 25)))

    assert len(refused.value.errors) == 21
    assert refused.value.errors[-1] == "And 5 more."


# --- The page ------------------------------------------------------------------------------


@pytest.fixture
def page(client, person):
    client.force_login(person(Role.MANAGER))
    return reverse("reporting:published-import")


def send(client, page, raw, do="save"):
    return client.post(page, {"file": SimpleUploadedFile("figures.csv", raw), "do": do})


@pytest.mark.django_db
def test_a_file_is_checked_first_and_taken_in_on_the_page(client, page):
    checked = send(client, page, long_file(GOOD), "check").content.decode()
    assert "It would be: 1 added" in checked
    assert not Comparator.objects.exists()

    send(client, page, long_file(GOOD))
    again = send(client, page, long_file(GOOD.replace("1.25", "1.5")), "check").content.decode()

    assert "was 1.25, is now 1.5" in again
    assert Comparator.objects.get().value == Decimal("1.25")
    listed = client.get(reverse("reporting:published"), {"measure": "severe_absence_rate"})
    assert "A source" in listed.content.decode()


@pytest.mark.django_db
def test_the_file_of_dfe_is_taken_in_on_the_page(client, page):
    answer = send(client, page, ABSENCE_FILE.read_bytes()).content.decode()

    assert "The file is taken in" in answer
    assert Comparator.objects.count() > 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a,b\n1,2\n", "column"),
        (long_file(GOOD, GOOD), "Row 3"),
        (with_cell("value", "=1+1"), "Row 2"),
        (b"\xff\xfe\x00", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_page_in_words(client, page, raw, said):
    answer = send(client, page, raw)

    assert "The file was not taken in" in answer.context["form"].errors["file"][0]
    assert said in " ".join(answer.context["errors"])
    assert not Comparator.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "role", [r for r in Role if Permission.COMPARATOR_IMPORT not in GRANTS[r]]
)
def test_nobody_else_takes_in_published_figures(person, role):
    with pytest.raises(PermissionDenied):
        import_comparators(long_file(GOOD), by=person(role))
