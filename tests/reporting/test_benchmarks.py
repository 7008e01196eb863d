"""The long list of published figures: every row of it is taken in, or left out for a reason."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from apsystem.lib.tables import read_table
from reporting.actions import import_comparators
from reporting.actions.layouts import key_of, read_comparators
from reporting.models import Comparator

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = ROOT / "tests" / "data" / "national_benchmarks.csv"
CUT = ROOT / "reporting" / "data" / "comparators.csv"
SPRING_ALONE = "Rows left out: 8; they cover the spring term alone, and no figure here does."
CALENDAR_YEARS = (
    "Rows left out: 81; their period is a calendar year, and every figure here has academic years."
)
NO_COUNTS = "its counts are not published, so it cannot be recomputed."


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.django_db
def test_the_whole_list_is_taken_in_and_what_is_left_out_is_said():
    first = import_comparators(LIST.read_bytes())
    again = import_comparators(LIST.read_bytes())

    assert (first.added, first.changed, first.unchanged) == (1773, 0, 0)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1773)
    assert Comparator.objects.count() == 1773
    assert [note for note in first.notes if note.startswith("Rows left out")] == [
        SPRING_ALONE,
        CALENDAR_YEARS,
    ]
    assert len(rows_of(LIST)) == 1773 + 8 + 81


def test_each_percentage_without_counts_is_named_and_only_weighted_ones_differ_from_theirs():
    figures, notes = read_comparators(read_table(LIST.read_bytes()))
    differing = [note for note in notes if "its counts give" in note]

    assert Counter(note.endswith(NO_COUNTS) for note in notes) == {True: 753, False: 24 + 2}
    assert len(differing) == 24
    named = {
        f"{row.measure}, {row.school_type}, {row.geography}, {row.period}": row for row in figures
    }
    assert {named[note.split(": published")[0]].confidence for note in differing} == {
        "high (DfE data file; weighted)"
    }


@pytest.mark.django_db
def test_each_figure_keeps_the_value_unit_and_source_of_its_row():
    import_comparators(LIST.read_bytes())
    published = Counter(
        (row["measure"], row["geography"], float(row["value"]), row["unit"])
        for row in rows_of(LIST)
        if not row["academic_year"].isdecimal()
        and not row["academic_year"].endswith("spring term")
    )
    kept = Comparator.objects.values_list("measure", "geography", "value", "unit")

    assert Counter((*row[:2], float(row[2]), row[3]) for row in kept) == published
    assert not Comparator.objects.filter(source="").exists()


def test_the_shipped_figures_are_rows_of_the_list_without_a_changed_word():
    known = {tuple(row.items()) for row in rows_of(LIST)}
    shipped = rows_of(CUT)

    assert len(shipped) == 395
    assert [row for row in shipped if tuple(row.items()) not in known] == []
    figures, _ = read_comparators(read_table(CUT.read_bytes()))
    assert len({key_of(figure) for figure in figures}) == len(shipped)
