"""What a measure is: a definition in words, and one query that yields a row per counted unit.

Everything else is derived here once, for all measures: the value, the breakdowns, the children
behind it. Averages of rates do not exist: a value is a sum over a sum.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.models import HalfTerm
from apsystem.lib.calendar import academic_year, year_bounds, year_label
from reporting.kpis.arithmetic import rate
from reporting.kpis.sessions import named
from reporting.models import Coverage

LAST_HALF_TERM = {Coverage.AUTUMN: 2, Coverage.TWO_TERMS: 4, Coverage.YEAR: 6}
HALF_TERMS_A_YEAR = 6


class NoCalendar(Exception):
    """The half terms of the year are not entered, so no period can be formed."""


@dataclass(frozen=True)
class Period:
    """Part of an academic year, up to but not on `end`; `as_of` cuts off what lies ahead."""

    year: int
    coverage: Coverage
    start: date
    end: date
    as_of: date
    second_half_of_summer: date | None

    @classmethod
    def of(cls, year: int, coverage: Coverage, as_of: date) -> Self:
        """Form the period from the half terms as entered. One query; raise NoCalendar."""
        half_terms = {row.number: row for row in HalfTerm.objects.of_year(year)}
        last = LAST_HALF_TERM[coverage]
        if 1 not in half_terms or last not in half_terms:
            raise NoCalendar(f"Enter the half terms of {year_label(year)} first.")
        summer = half_terms.get(HALF_TERMS_A_YEAR)
        return cls(
            year=year,
            coverage=coverage,
            start=half_terms[1].starts_on,
            end=half_terms[last].ends_on,
            as_of=as_of,
            second_half_of_summer=summer.starts_on if summer else None,
        )

    @property
    def is_over(self) -> bool:
        """Tell whether the whole period lies behind the as-of day."""
        return self.end <= self.as_of

    @property
    def until(self) -> date:
        """Return the half-open end of what is counted: the as-of day is counted."""
        return max(self.start, min(self.end, self.as_of + timedelta(days=1)))

    @property
    def summer(self) -> date:
        """Return the first day of the second half of summer; the end where it is not entered."""
        return self.second_half_of_summer or self.end

    @property
    def days(self) -> tuple[date, date]:
        """Return its days without the gaps of holidays, up to, not on, the second.

        What happens in the summer holiday belongs to the year that is ending.
        """
        start, end = year_bounds(self.year)
        until = end if self.coverage == Coverage.YEAR else self.end
        return start, max(start, min(until, self.as_of + timedelta(days=1)))

    @property
    def words(self) -> str:
        """Return the period as people read it."""
        words = f"{self.coverage.label} {year_label(self.year)}"
        return words if self.is_over else f"{words}, so far"


def periods(as_of: date) -> list[Period]:
    """Return the periods that the figures are kept for: this year and the two before it."""
    this_year, found = academic_year(as_of), []
    for year in (this_year, this_year - 1, this_year - 2):
        for coverage in (Coverage.TWO_TERMS, Coverage.YEAR):
            try:
                found.append(Period.of(year, coverage, as_of))
            except NoCalendar:
                continue
    return found


@dataclass(frozen=True)
class Units:
    """The query that yields a row per unit of a family of measures: the large tables are here.

    Its columns: pupil_id, school_id, provider_id, tier, year_group, and what the family counts.
    """

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Population:
    """Which units a measure counts, and what of each stands above and below the line.

    `counts` names the columns that are summed for the small print.
    """

    units: Units
    numerator: str
    denominator: str
    counted: str = "true"
    counts: dict[str, str] = field(default_factory=dict)
    unit: str = "pupil_id"  # whose number says how small the figure is

    @property
    def sql(self) -> str:
        """Return the query of the rows, over the units' own query."""
        return self.over(f"({self.units.sql})")

    @property
    def params(self) -> dict[str, Any]:
        """Return what the units' query asks for."""
        return self.units.params

    def over(self, source: str) -> str:
        """Return the query of the rows over a table, or a query in brackets, of the units."""
        columns = ", ".join(("", *self.counts.values()))
        return (
            "SELECT pupil_id, school_id, provider_id, tier, year_group, "  # noqa: S608
            f"{self.numerator} AS numerator, {self.denominator} AS denominator{columns} "
            f"FROM {source} AS units WHERE {self.counted}"
        )


@dataclass(frozen=True)
class Total:
    """A measure's value with what it was made of."""

    numerator: int
    denominator: int
    units: int
    counts: dict[str, int]
    fingerprint: str

    @property
    def value(self) -> Decimal | None:
        """Return numerator per 100 of the denominator; None where the denominator is 0."""
        return rate(self.numerator, self.denominator)


@dataclass(frozen=True)
class Published:
    """Which published figure a measure is set beside."""

    measure: str
    school_type: str
    is_complement: bool = False  # attendance is published as its complement, absence


# What a unit is, and the print of all of them: two prints are alike only where no unit changed.
UNIT = "pupil_id, provider_id, school_id, numerator, denominator"
PRINT = (
    "md5(coalesce(string_agg(concat_ws(':', pupil_id, provider_id, school_id, numerator, "
    f"denominator), ',' ORDER BY {UNIT}), ''))"
)
DIMENSIONS = {
    "provider": "provider_id",
    "school": "school_id",
    "tier": "tier",
    "year-group": "year_group",
}


@dataclass(frozen=True)
class Measure:
    """One entry of the registry."""

    slug: str
    title: str
    definition: str
    numerator_words: str
    denominator_words: str
    exclusions: str
    source: str
    unit: str
    better: str  # "higher" or "lower"
    version: int
    owner: str
    population: Callable[[Period], Population]
    published: Published | None = None
    is_headline: bool = False
    is_of_sessions: bool = True  # sessions that nobody marked stand in its small print
    target: int | None = None  # of the strategy
    priority: int = 2  # of the strategy; 0 for how the system runs

    @property
    def is_of_children(self) -> bool:
        """Tell whether its units are children: some are schools, or places."""
        return "schools" not in self.unit and "places" not in self.unit

    @property
    def sign(self) -> str:
        """Return what stands after the number: a percent sign, or what it is per."""
        return "%" if self.unit.startswith("percent") else " per 100 pupils"

    def total(self, period: Period) -> Total:
        """Compute the measure for the borough. One query."""
        population = self.population(period)
        return _total(population, population.sql, population.params)

    def breakdown(self, period: Period, dimension: str) -> list[tuple[Any, int, int, int]]:
        """Return (group, numerator, denominator, children) of each group. One query."""
        population, column = self.population(period), DIMENSIONS[dimension]
        return _run(
            f"SELECT {column}, sum(numerator)::bigint, sum(denominator)::bigint, "  # noqa: S608
            f"count(DISTINCT pupil_id) FROM ({population.sql}) AS units GROUP BY 1 ORDER BY 1",
            population.params,
        )

    def rows(self, period: Period) -> tuple[list[list[Any]], str]:
        """Return [pupil, provider, school, numerator, denominator] of each unit, and their print."""
        population = self.population(period)
        rows, found = _run(
            f"SELECT coalesce(json_agg(json_build_array({UNIT}) ORDER BY {UNIT}), '[]'), "  # noqa: S608
            f"{PRINT} FROM ({population.sql}) AS rows",
            population.params,
        )[0]
        return rows, found

    def children(self, period: Period, pupils: QuerySet) -> list[tuple[int, int, int, int]]:
        """Return (pupil, provider, numerator, denominator) of the units of these pupils."""
        population = self.population(period)
        try:
            visible = named(pupils.values("pk"), "visible")
        except EmptyResultSet:  # the person reaches no child
            return []
        return _run(
            "SELECT pupil_id, provider_id, numerator::bigint, denominator::bigint "  # noqa: S608
            f"FROM ({population.sql}) AS units WHERE pupil_id IN ({visible.text}) "
            "ORDER BY pupil_id, provider_id",
            {**population.params, **visible.params},
        )


def totals(measures: Iterable[Measure], period: Period) -> dict[str, Total]:
    """Compute measures together. Those of one family read the large tables once between them.

    To be called in a transaction: the units lie in a table that goes with it.
    """
    found: dict[str, Total] = {}
    tables: dict[str, str] = {}
    for measure in measures:
        population = measure.population(period)
        sql = population.units.sql
        if sql not in tables:
            tables[sql] = f"units_{len(tables)}"
            _do(f"DROP TABLE IF EXISTS {tables[sql]}", {})
            _do(f"CREATE TEMPORARY TABLE {tables[sql]} ON COMMIT DROP AS {sql}", population.params)
        found[measure.slug] = _total(population, population.over(tables[sql]), {})
    return found


def _total(population: Population, rows: str, params: dict[str, Any]) -> Total:
    extra = "".join(f", coalesce(sum({column}), 0)" for column in population.counts.values())
    row = _run(
        "SELECT coalesce(sum(numerator), 0), coalesce(sum(denominator), 0), "  # noqa: S608
        f"count(DISTINCT {population.unit}), {PRINT}{extra} FROM ({rows}) AS rows",
        params,
    )[0]
    return Total(
        numerator=int(row[0]),
        denominator=int(row[1]),
        units=int(row[2]),
        fingerprint=row[3],
        counts=dict(zip(population.counts, map(int, row[4:]), strict=True)),
    )


def _do(sql: str, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _run(sql: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
