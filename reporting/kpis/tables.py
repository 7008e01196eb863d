"""The fixed tables that leadership reads each month: which there are, and how they are kept."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reporting.kpis import REGISTRY
from reporting.kpis.disclosure import Limits, Rule, rule_for
from reporting.kpis.measure import Measure
from reporting.kpis.narrowing import DIMENSIONS as ALL_DIMENSIONS
from reporting.kpis.period import Period
from reporting.kpis.withholding import Counts, Month, sheet_of, withhold
from reporting.models import MonthlyTables

# Few and fixed. No two of them count the same units: a sum over two measures would be one more
# equation that the audit does not know of. Whoever adds one looks for that first.
MEASURES = ("attendance-ap", "plan-on-day-one", "reintegration-on-time", "reintegrated-mainstream")
DIMENSIONS = {name: ALL_DIMENSIONS[name] for name in ("provider", "tier", "year-group")}
METHOD = (
    "A row is withheld as a whole where it holds a small number (primary), and further rows until "
    "no withheld count can be worked out, from this table, the borough's numbers and the earlier "
    "months of the academic year, to a range that spans less than 4 or less than a fifth of the "
    "count (secondary). What is shown is rounded to 5; the borough's numbers are exact. Which of "
    "the withheld rows hold the small numbers is not said: that alone would narrow them."
)


def counted(measure: Measure, period: Period, dimension: str) -> dict[str, Counts]:
    """Return what was counted of each group, by its key. One query."""
    return {
        "" if key is None else str(key): Counts(int(above), int(whole), children)
        for key, above, whole, children in measure.breakdown(period, dimension)
        if whole
    }


def make(
    measure: Measure, period: Period, earlier: Sequence[MonthlyTables], limits: Limits
) -> tuple[Counts, dict[str, Month]]:
    """Count a measure and withhold what the earlier tables of the year ask for."""
    found = measure.total(period)
    total = Counts(found.numerator, found.denominator, found.units)
    tables = {}
    for dimension in DIMENSIONS:
        before = [months_of(row)[dimension] for row in earlier if dimension in row.tables]
        rows = counted(measure, period, dimension)
        tables[dimension] = withhold(
            total, rows, before, smallest=limits.smallest, cohort=limits.cohort
        )
    return total, tables


def kept(month: Month, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a table as it is kept: its rows with their names, in the order of `names`."""
    sheet = month.sheet.rows if month.sheet else {}
    return {
        "is_read": month.sheet is not None,
        "rows": [
            [key, name, *month.rows[key], sheet.get(key) is None]
            for key, name in names.items()
            if key in month.rows
        ],
    }


def months_of(row: MonthlyTables) -> dict[str, Month]:
    """Return the tables of a month as the arithmetic knows them."""
    total, found = Counts(*row.total), {}
    for dimension in [name for name in DIMENSIONS if name in row.tables]:
        table = row.tables[dimension]
        rows = {key: Counts(*counts) for key, _, *counts, _ in table["rows"]}
        withheld = {line[0] for line in table["rows"] if line[-1]}
        sheet = sheet_of(total, rows, withheld) if table["is_read"] else None
        found[dimension] = Month(total, rows, sheet)
    return found


class Line(NamedTuple):
    """A row as it is read. Three times None: it is withheld."""

    name: str
    above: int | None
    whole: int | None
    share: int | None


class Read(NamedTuple):
    """A table as it is read, with what its disclosure report says."""

    dimension: str
    title: str
    lines: list[Line]

    @property
    def withheld(self) -> list[str]:
        """Return the names of the rows that are withheld."""
        return [line.name for line in self.lines if line.whole is None]


def limits_of(row: MonthlyTables) -> Limits:
    """Return the limits that were in force when the tables were made."""
    return Limits(row.smallest_count, row.smallest_cohort)


def total_withheld_by(row: MonthlyTables) -> Rule | None:
    """Return what withholds the borough's own numbers; a headline's stand from ten children on.

    Those of another measure only where no small number stands on either side of the line.
    """
    total = Counts(*row.total)
    return rule_for(REGISTRY.get(row.measure), *total, limits=limits_of(row))


def read(row: MonthlyTables) -> list[Read]:
    """Return the tables of a month as leadership reads them: nothing of what is withheld."""
    found = []
    for dimension, month in months_of(row).items():
        names = {line[0]: line[1] for line in row.tables[dimension]["rows"]}
        shown = month.sheet.rows if month.sheet else {}
        lines = [
            Line(names[key], one.above, one.whole, one.share)
            if one
            else Line(names[key], None, None, None)
            for key, one in shown.items()
        ]
        found.append(Read(dimension, DIMENSIONS[dimension], lines))
    return found
