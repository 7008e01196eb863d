"""Nobody finds a small number from all that leadership can have of 24 months."""

from itertools import product
from random import Random

import pytest

from reporting.kpis.withholding import (
    Counts,
    Sheet,
    Shown,
    bounds,
    is_primary,
    withhold,
)
from tests.reporting.attacker import attack

MONTHS_A_YEAR, YEARS = 12, 2
DIMENSIONS = ("provider", "tier", "year-group")


def a_year(chance: Random, children: int) -> list[dict]:
    """Return invented children: where they are, from which month, and what became of them."""
    return [
        {
            "provider": f"P{min(int(chance.expovariate(0.5)), 6)}",
            "tier": str(chance.choices((1, 2, 3), (3, 6, 2))[0]),
            "year-group": str(chance.choices(range(6, 12), (1, 2, 3, 5, 8, 9))[0]),
            "month": chance.randrange(MONTHS_A_YEAR),
            "is_above": chance.random() < 0.6,
            "attends": chance.uniform(0.3, 0.95),
        }
        for _ in range(children)
    ]


def placements(children: list[dict], month: int) -> Counts:
    there = [child for child in children if child["month"] <= month]
    return Counts(sum(child["is_above"] for child in there), len(there), len(there))


def sessions(children: list[dict], month: int) -> Counts:
    there = [child for child in children if child["month"] <= month]
    held = [38 * (month - child["month"] + 1) for child in there]
    went = [int(child["attends"] * 38) * (month - child["month"] + 1) for child in there]
    return Counts(sum(went), sum(held), len(there))


def published(seed: int, *, is_secondary: bool = True) -> list[tuple[str, object]]:
    """Return (series, month of a table) of an invented borough over 24 months."""
    chance, found = Random(seed), []  # noqa: S311 - invented children, the same each time
    for year, count in product(range(YEARS), (placements, sessions)):
        children = a_year(chance, 90)
        for dimension in DIMENSIONS:
            earlier = []
            for month in range(MONTHS_A_YEAR):
                groups = sorted({c[dimension] for c in children if c["month"] <= month})
                rows = {
                    group: count([c for c in children if c[dimension] == group], month)
                    for group in groups
                }
                total = count(children, month)
                made = withhold(
                    total, rows, earlier, smallest=5, cohort=10, is_secondary=is_secondary
                )
                earlier.append(made)
            found += [(f"{year} {count.__name__} {dimension}", made) for made in earlier]
    return found


def recovered(months) -> tuple[int, int, int]:
    """Return how many numbers are withheld, found exactly, and found to less than four."""
    read = [(series, made) for series, made in months if made.sheet]
    tables = [
        {"series": series, **made.sheet._asdict(), "rows": dict(made.sheet.rows)}
        for series, made in read
    ]
    found = attack(tables)
    for (place, group, line), (low, high) in found.items():
        assert low <= getattr(read[place][1].rows[group], line) <= high  # it was not led astray
    widths = [high - low for low, high in found.values()]
    return len(widths), widths.count(0), sum(width < 4 for width in widths)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_withheld_is_found_over_24_months(seed):
    months = published(seed)
    withheld, exact, narrow = recovered(months)
    assert withheld > 100
    assert (exact, narrow) == (0, 0)
    shown = [row for _, made in months if made.sheet for row in made.sheet.rows.values() if row]
    assert len(shown) > 200  # it is not safe because it is empty


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_secondary_suppression_the_attacker_succeeds(seed):
    _, exact, narrow = recovered(published(seed, is_secondary=False))
    assert exact > 0
    assert narrow > exact


def test_no_row_with_a_small_number_is_shown():
    for _, made in published(4):
        for group, row in (made.sheet.rows if made.sheet else {}).items():
            assert row is None or not is_primary(made.rows[group], 5)


def test_the_ranges_of_a_month_are_those_that_trying_every_number_gives():
    sheet = Sheet(11, 19, {"a": None, "b": None, "c": Shown(5, 10)})
    fits = [
        (a, b, c, p, q, r)
        for a, b, c in product(range(12), range(12), (5, 6, 7))
        for p, q, r in product(range(9), range(9), range(5, 9))
        if a + b + c == 11 and p + q + r == 8 and 8 <= c + r <= 12 and a + p and b + q
    ]
    found = bounds([sheet], 5)[0]
    for place, group in enumerate("abc"):
        assert found[group].above == (min(f[place] for f in fits), max(f[place] for f in fits))
        below = [f[place + 3] for f in fits]
        assert found[group].below == (min(below), max(below))
        both = [f[place] + f[place + 3] for f in fits]
        assert found[group].whole == (min(both), max(both))


def test_a_borough_with_few_above_the_line_is_not_divided():
    rows = {"a": Counts(3, 20, 20), "b": Counts(0, 20, 20)}
    assert withhold(Counts(3, 40, 40), rows, [], smallest=5, cohort=10).sheet is None


def test_a_row_is_withheld_for_few_children_however_many_sessions_they_have():
    rows = {"a": Counts(300, 400, 2), "b": Counts(900, 2000, 12), "c": Counts(700, 2100, 11)}
    made = withhold(Counts(1900, 4500, 25), rows, [], smallest=5, cohort=10)
    assert made.sheet is not None
    assert made.sheet.rows["a"] is None
    assert sum(row is None for row in made.sheet.rows.values()) > 1


def test_a_share_is_that_of_the_rounded_numbers_and_of_twenty_or_more():
    assert Shown(15, 40).share == 38
    assert Shown(5, 15).share is None
