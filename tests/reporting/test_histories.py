"""The ten measures of outreach and exclusions, held to a table of histories worked by hand."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from reporting.kpis import REGISTRY
from reporting.kpis.measure import NOT_KNOWN
from reporting.kpis.outreach import GONE, IN_PROGRESS
from tests.reporting.conftest import AFTER
from tests.reporting.histories import HAPPENED, borough, made
from tests.reporting.recount import COUNTED
from tests.reporting.recount.rows import Part, forget, summed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

# The columns of the table, in its order.
MEASURES = {
    "no suspension": "outreach-zero-suspensions-12-months",
    "no exclusion": "outreach-zero-permanent-exclusions-12-months",
    "during": "outreach-attendance-during",
    "six months": "outreach-attendance-6-months",
    "semh": "outreach-semh-improved",
    "curriculum": "outreach-curriculum-improved",
    "schools susp.": "schools-at-or-below-national-suspensions",
    "schools excl.": "schools-at-or-below-national-permanent-exclusions",
    "AP susp.": "suspension-rate-ap",
    "AP excl.": "permanent-exclusion-rate-ap",
}
# What stands beside a figure, as the table says it.
WHY = {
    NOT_KNOWN: "unknown",
    GONE: "gone",
    IN_PROGRESS: "in progress",
    "Interventions with no attendance returned": "none returned",
    "No scores before, left out": "no baseline",
    "Scores before and none after, left out": "no exit",
    "Scores removed since, left out": "removed",
    "Scores that cannot be judged, left out": "not judged",
    "Schools without a headcount of the January census, left out": "no headcount",
    "Suspensions at schools without a headcount, left out": "no headcount",
    "Permanent exclusions at schools without a headcount, left out": "no headcount",
    "Schools whose year is not over, left out": "not over",
    "Schools held to all schools together": "of all",
}


def read_table():
    with Path(__file__).with_name("histories.csv").open(encoding="utf-8", newline="") as lines:
        head, *rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
    return head, {name: cells for name, *cells in rows}


HEAD, TABLE = read_table()


@pytest.fixture(autouse=True)
def shared(calendar):
    forget()
    borough()
    yield
    forget()


def cell_of(above, below, beside):
    numbers = [f"{above}/{below}"] if above or below else []
    why = [WHY[words] for words, number in beside.items() for _ in range(number)]
    return " ".join([*numbers, *why]) or "-"


def read(cell):
    """Return what a cell says: above, below, and the reason beside it."""
    numbers, _, why = cell.partition(" ") if "/" in cell else ("0/0", "", cell)
    return *map(int, numbers.split("/")), why if why != "-" else ""


def test_the_table_tells_every_history_and_every_measure():
    assert ["history", *MEASURES] == HEAD
    assert list(TABLE) == list(HAPPENED)
    for place, name in enumerate(MEASURES):
        cells = {cells[place] for cells in TABLE.values()}
        assert len(cells) > 2, f"{name} says the same of all histories"


@pytest.mark.parametrize("history", TABLE)
def test_a_history_counts_as_it_was_worked_by_hand(whole_year, history):
    made(history)
    totals = [REGISTRY[slug].total(whole_year) for slug in MEASURES.values()]

    found = [cell_of(row.numerator, row.denominator, row.counts) for row in totals]
    assert dict(zip(MEASURES, found, strict=True)) == dict(
        zip(MEASURES, TABLE[history], strict=True)
    )


def test_all_histories_together_are_the_sum_of_the_table_and_of_a_second_count(whole_year):
    for history in HAPPENED:
        made(history)
    for place, slug in enumerate(MEASURES.values()):
        cells = [read(cells[place]) for cells in TABLE.values()]
        total = REGISTRY[slug].total(whole_year)
        beside = +Counter(total.counts)

        assert total.numerator == sum(above for above, *_ in cells)
        # The academy is one, whatever happened.
        below = 4 if slug.endswith("-ap") else sum(below for _, below, _ in cells)
        assert total.denominator == below
        assert Counter(WHY[words] for words in beside.elements()) == Counter(
            why for *_, why in cells if why
        )
        above, below, _, apart = summed(COUNTED[slug](Part(2024, "year", AFTER)))
        assert (above, below, apart) == (total.numerator, total.denominator, beside)
