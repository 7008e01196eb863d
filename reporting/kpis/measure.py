"""What a measure is: a definition in words, and one query that yields a row per counted unit.

Everything else is derived here once, for all measures: the value, the breakdowns, the children
behind it. Averages of rates do not exist: a value is a sum over a sum.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apsystem.lib.gds import MONEY
from reporting.kpis.arithmetic import A_HUNDREDTH, HUNDRED, rate
from reporting.kpis.narrowing import ALL, COLUMNS, DIMENSIONS, Narrowing
from reporting.kpis.period import Period
from reporting.kpis.sessions import Sql, named


@dataclass(frozen=True)
class Units:
    """The query that yields a row per unit of a family of measures: the large tables are here.

    Its columns: pupil_id, school_id, provider_id, tier, year_group, and what the family counts.
    """

    sql: str
    params: dict[str, Any]


NOTHING_LEFT_OUT = ALL.sql()
# How many units nothing is known of, as measures count it apart: its coverage follows.
NOT_KNOWN = "Not known, in neither number"


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
    kept_to: Sql = NOTHING_LEFT_OUT
    per: Decimal = HUNDRED

    @property
    def sql(self) -> str:
        """Return the query of the rows, over the units' own query."""
        return self.over(f"({self.units.sql})")

    @property
    def params(self) -> dict[str, Any]:
        """Return what the query of the rows asks for."""
        return {**self.units.params, **self.kept_to.params}

    def over(self, source: str) -> str:
        """Return the query of the rows over a table, or a query in brackets, of the units."""
        columns = ", ".join(("", *self.counts.values()))
        return (
            "SELECT pupil_id, school_id, provider_id, tier, year_group, "  # noqa: S608
            f"{self.numerator} AS numerator, {self.denominator} AS denominator{columns} "
            f"FROM {source} AS units WHERE ({self.counted}) AND {self.kept_to.text}"
        )

    def after(self, earlier: "Population") -> "Population":
        """Return this one with the units of an earlier part of the time before its own."""
        text = re.sub(r"%\((\w+)\)s", r"%(earlier_\1)s", earlier.units.sql)
        params = {f"earlier_{name}": value for name, value in earlier.units.params.items()}
        units = Units(
            f"SELECT * FROM ({text}) AS earlier UNION ALL "  # noqa: S608
            f"SELECT * FROM ({self.units.sql}) AS later",
            {**params, **self.units.params},
        )
        return replace(self, units=units)


@dataclass(frozen=True)
class Total:
    """A measure's value with what it was made of.

    `units` are the children behind it. Where nothing is below the line there is no figure, and
    they are those of whom something is counted apart.
    """

    numerator: int
    denominator: int
    units: int
    counts: dict[str, int]
    fingerprint: str
    per: Decimal = HUNDRED

    @property
    def value(self) -> Decimal | None:
        """Return numerator per 100 of the denominator; None where the denominator is 0."""
        return rate(self.numerator, self.denominator, self.per)


@dataclass(frozen=True)
class Published:
    """Which published figure a measure is set beside."""

    measure: str
    school_type: str
    is_complement: bool = False  # attendance is published as its complement, absence


# What is counted apart stands on neither side of the line: nobody of it is behind the figure.
IS_BEHIND = "(numerator <> 0 OR denominator <> 0)"
# What a unit is, and the print of all of them: two prints are alike only where no unit changed.
# Hashes of rows are summed, which costs no sort, and does not depend on the order of the rows.
UNIT = "pupil_id, provider_id, school_id, numerator, denominator"
PRINT = (
    f"md5(coalesce(sum(hash_record_extended(ROW({UNIT}), 0)) FILTER (WHERE {IS_BEHIND}), 0)::text)"
)


class Rolls(Enum):
    """How a measure is counted over twelve months that lie in two academic years."""

    AS_ONE = "its rules are the same in every year"
    BY_YEAR = "each year's part by that year's rules"
    NEVER = "it belongs to one academic year"


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
    knows: frozenset[str] = frozenset(DIMENSIONS)  # what its units can be told apart by
    rolls: Rolls = Rolls.AS_ONE
    reads: frozenset[str] = frozenset()  # besides marks: records whose change moves it at once
    may_pass_100: bool = False  # more may stand above the line than below it

    @property
    def is_share(self) -> bool:
        """Tell whether no value of it can be over 100."""
        return self.unit.startswith("percent") and not self.may_pass_100

    @property
    def is_share_of_sessions(self) -> bool:
        """Tell whether it is a share of sessions, of which each child has many."""
        return self.is_share and "sessions" in self.unit

    @property
    def is_of_children(self) -> bool:
        """Tell whether its units are children: some are schools, or places."""
        return "schools" not in self.unit and "places" not in self.unit

    def sides(self, above: int, whole: int) -> tuple[int, ...]:
        """Return the counts of children, or of what is theirs, that no figure may give away.

        Schools and places are no children, nor are pence. What is counted per 100 is no part of
        its denominator, so nothing lies below. A headline is shown whatever its sides are.
        """
        if self.is_headline or not self.is_of_children or self.sign == MONEY:
            return ()
        return (above, whole - above) if self.sign == "%" else (above,)

    @property
    def has_rates(self) -> bool:
        """Tell whether a child has a rate of its own: not where it is counted or not."""
        return self.is_of_sessions or self.sign == MONEY

    @property
    def per(self) -> Decimal:
        """Return what the quotient is multiplied with: 100, or a hundredth where it is of pence."""
        return A_HUNDREDTH if self.sign == MONEY else HUNDRED

    @property
    def sign(self) -> str:
        """Return what stands beside the number: a percent sign, pounds, or what it is per."""
        if self.unit.startswith("pounds"):
            return MONEY
        return "%" if self.unit.startswith("percent") else " per 100 pupils"

    @property
    def unit_words(self) -> str:
        """Return what is counted, of a share: 'interventions'."""
        return self.unit.removeprefix("percent of ")

    def why_not(self, period: Period, narrowing: Narrowing = ALL) -> str:
        """Say why there is no such figure; nothing where there is."""
        if period.is_rolling and self.rolls == Rolls.NEVER:
            return "This figure is of one academic year, and has none of twelve months."
        if unknown := sorted(DIMENSIONS[name].lower() for name in narrowing.asks - self.knows):
            return f"This figure cannot be kept to a {' or '.join(unknown)}: it does not count so."
        return ""

    def counted(self, period: Period, narrowing: Narrowing = ALL) -> Population:
        """Return what is counted of a period, kept to what is asked for."""
        if period.by_year and self.rolls == Rolls.BY_YEAR:
            first, *more = map(self.population, period.by_year)
            found = more[0].after(first) if more else first
        else:
            found = self.population(period)
        return replace(found, kept_to=narrowing.sql(), per=self.per)

    def total(self, period: Period, narrowing: Narrowing = ALL) -> Total:
        """Compute the measure for the borough, or what is asked for of it. One query."""
        population = self.counted(period, narrowing)
        return _total(population, population.sql, population.params)

    def breakdown(self, period: Period, dimension: str) -> list[tuple[Any, int, int, int]]:
        """Return (group, numerator, denominator, children) of each group. One query."""
        population, column = self.counted(period), COLUMNS[dimension]
        return _run(
            f"SELECT {column}, sum(numerator)::bigint, sum(denominator)::bigint, "  # noqa: S608
            f"count(DISTINCT pupil_id) FILTER (WHERE {IS_BEHIND}) "
            f"FROM ({population.sql}) AS units GROUP BY 1 ORDER BY 1",
            population.params,
        )

    def rows(self, period: Period, narrowing: Narrowing = ALL) -> tuple[list[list[Any]], str]:
        """Return [pupil, provider, school, numerator, denominator] of each unit, and their print."""
        population = self.counted(period, narrowing)
        rows, found = _run(
            f"SELECT coalesce(json_agg(json_build_array({UNIT}) ORDER BY {UNIT}) "  # noqa: S608
            f"FILTER (WHERE {IS_BEHIND}), '[]'), {PRINT} FROM ({population.sql}) AS rows",
            population.params,
        )[0]
        return rows, found

    def children(
        self, period: Period, pupils: QuerySet, narrowing: Narrowing = ALL
    ) -> list[tuple[int, int, int, int]]:
        """Return (pupil, provider, numerator, denominator) of the units of these pupils."""
        population = self.counted(period, narrowing)
        try:
            visible = named(pupils.values("pk"), "visible")
        except EmptyResultSet:  # the person reaches no child
            return []
        return _run(
            "SELECT pupil_id, provider_id, numerator::bigint, denominator::bigint "  # noqa: S608
            f"FROM ({population.sql}) AS units WHERE {IS_BEHIND} "
            f"AND pupil_id IN ({visible.text}) "
            "ORDER BY pupil_id, provider_id",
            {**population.params, **visible.params},
        )


def totals(
    measures: Iterable[Measure], period: Period, narrowing: Narrowing = ALL
) -> dict[str, Total]:
    """Compute measures together. Those of one family read the large tables once between them.

    To be called in a transaction: the units lie in a table that goes with it.
    """
    asked = {measure.slug: measure.counted(period, narrowing) for measure in measures}
    families = Counter(_family(population) for population in asked.values())
    found: dict[str, Total] = {}
    tables: dict[str, str] = {}
    for slug, population in asked.items():
        family = _family(population)
        if families[family] == 1:
            found[slug] = _total(population, population.sql, population.params)
            continue
        if family not in tables:
            table = tables[family] = f"units_{len(tables)}"
            _do(f"DROP TABLE IF EXISTS {table}", {})
            _do(
                f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {population.units.sql}",
                population.units.params,
            )
        found[slug] = _total(
            population, population.over(tables[family]), population.kept_to.params
        )
    return found


def _family(population: Population) -> str:
    """Tell families apart: one query may ask for two things."""
    return f"{population.units.sql} {sorted(population.units.params.items())}"


def _total(population: Population, rows: str, params: dict[str, Any]) -> Total:
    extra = "".join(f", coalesce(sum({column}), 0)" for column in population.counts.values())
    row = _run(
        "SELECT coalesce(sum(numerator), 0), coalesce(sum(denominator), 0), "  # noqa: S608
        f"CASE WHEN sum(denominator) <> 0 THEN count(DISTINCT {population.unit}) "
        f"FILTER (WHERE {IS_BEHIND}) ELSE count(DISTINCT {population.unit}) END, "
        f"{PRINT}{extra} FROM ({rows}) AS rows",
        params,
    )[0]
    return Total(
        numerator=int(row[0]),
        denominator=int(row[1]),
        units=int(row[2]),
        fingerprint=row[3],
        per=population.per,
        counts=dict(zip(population.counts, map(int, row[4:]), strict=True)),
    )


def _do(sql: str, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _run(sql: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
