"""Rows of the figures: each measure, all of them, and what more years in the table cost."""

from collections.abc import Iterator
from typing import Any

import psycopg

from bench import floors, servers
from bench.borough import AS_OF, LAST_YEAR
from bench.timing import GROWTH_BUDGET, ONCE, Effort, Result, Way, count_queries, in_turns
from reporting.actions import compute
from reporting.actions.figures import is_kept
from reporting.kpis import REGISTRY, Measure, Period, Total
from reporting.kpis.period import periods
from reporting.models import Coverage, Snapshot

MEASURE_BUDGET = 1.5
TOTALS_BUDGET = 0.5  # what is kept must be worth keeping
ALL_LIMIT_MS = {"S": 1_000, "M": 10_000}
ONE_STATEMENT = "one hand-written statement for what a figure says"


def rows(size: str, marks: int, effort: Effort) -> Iterator[Result]:
    """Time every measure of the registry for the last whole year, then all of them."""
    period = Period.of(LAST_YEAR, Coverage.YEAR, AS_OF)
    with servers.raw() as raw:
        total_ms = 0.0
        given = floors.parameters(period)
        for slug, measure in REGISTRY.items():
            sql = floors.statement(slug)
            _agree(measure.total(period), raw.execute(sql, given).fetchone(), slug)
            system = Way(lambda measure=measure: measure.total(period))
            floor = Way(lambda sql=sql: raw.execute(sql, given).fetchall())
            row = Result(
                f"measure {slug}",
                size,
                marks,
                ONE_STATEMENT,
                queries=count_queries(system),
                budget=MEASURE_BUDGET,
                **in_turns(system, floor, effort),
            )
            total_ms += row.system_ms
            yield row
        yield _saved_by_totals(raw, given, size, marks, effort)
        of_all = floors.statements_of_all().values()
        floor = Way(lambda: [raw.execute(sql, given).fetchall() for sql in of_all])
        taken = in_turns(floor, floor, effort)
        yield Result(
            "all measures of one year",
            size,
            marks,
            "one statement for attendance, and one for each other",
            system_ms=total_ms,
            floor_ms=taken["floor_ms"],
            runs=taken["runs"],
            queries=len(REGISTRY),
            limit_ms=ALL_LIMIT_MS[size],
            note="the sum of the rows above",
        )
        yield _compute(size, marks, effort)


def _saved_by_totals(
    raw: psycopg.Connection, given: dict[str, Any], size: str, marks: int, effort: Effort
) -> Result:
    """Time a borough's year from the weekly totals beside the best that the marks alone allow."""
    slug = "persistent-absence-ap"
    statements = [floors.statement(slug), floors.statement(slug, floors.FROM_MARKS)]
    found = [raw.execute(sql, given).fetchone() for sql in statements]
    if found[0] != found[1]:
        raise servers.CannotRun(f"Weekly totals and marks differ: {found}")
    ways = [Way(lambda sql=sql: raw.execute(sql, given).fetchall()) for sql in statements]
    return Result(
        "borough-year statistics, weekly totals",
        size,
        marks,
        "one hand-written statement over the marks",
        budget=TOTALS_BUDGET,
        **in_turns(*ways, effort),
    )


def _agree(total: Total, floor: tuple, slug: str) -> None:
    """Refuse to compare two different figures, or two of nothing."""
    if not (floors.agree(total, floor) and total.numerator and total.denominator):
        raise servers.CannotRun(
            f"{slug}: the system says {total}, the hand-written statement {floor}. One of them "
            "counts wrongly, or nothing; if the definition has changed, change the statement in "
            "bench/ with it."
        )


def _compute(size: str, marks: int, effort: Effort) -> Result:
    """Time the nightly work: every measure of its periods, and what is kept of it."""
    asked = [
        (sql, floors.parameters(period))
        for period in periods(AS_OF)
        for slug, sql in floors.statements_of_all().items()
        if is_kept(REGISTRY[slug], period)
    ]

    def floor() -> None:
        with servers.raw() as raw:
            for sql, given in asked:
                raw.execute(sql, given).fetchall()

    system = Way(lambda: compute(AS_OF), before=Snapshot.objects.all().delete)
    is_long = size == "M"
    queries = None if is_long else count_queries(system)
    taken = in_turns(system, Way(floor), ONCE if is_long else effort)
    return Result(
        "compute(), all periods",
        size,
        marks,
        "the statements of them all, a period each",
        queries=queries,
        limit_ms=ALL_LIMIT_MS[size],
        note=f"{Snapshot.objects.count()} snapshots written",
        **taken,
    )


def growth(one: str, ten: str, marks: int, effort: Effort) -> Iterator[Result]:
    """Time the measures of one year in a table of ten years against the same in one year."""
    for slug in ("overall-absence-ap", "persistent-absence-ap"):
        measure = REGISTRY[slug]

        def work(measure: Measure = measure) -> object:
            return measure.total(Period.of(LAST_YEAR, Coverage.YEAR, AS_OF))

        ways = [Way(*servers.within(name, work)) for name in (ten, one)]
        yield Result(
            f"growth: {slug}",
            "10y",
            marks,
            "the same, one year in the table; one core each",
            budget=GROWTH_BUDGET,
            **in_turns(*ways, effort),
        )
