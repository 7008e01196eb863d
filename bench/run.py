"""The run from the first row to the file."""

import time
from collections.abc import Iterable

from bench import (
    afterwards,
    boards,
    imports,
    marks,
    measures,
    pages,
    registers,
    results,
    servers,
    wide,
)
from bench.borough import LAST_YEAR
from bench.timing import FULL, QUICK, Effort, Result

TEN_YEARS = 10


def run(boroughs: dict[str, int], *, interventions: int, is_quick: bool) -> None:
    """Fill a database for each size, time its rows, and drop it."""
    effort = QUICK if is_quick else FULL
    servers.migrate()
    found: list[Result] = []
    filled: dict[str, marks.Filled] = {}
    _say(f"The last whole year is {LAST_YEAR}. Ratios count; times belong to this machine.\n")
    for size, count in boroughs.items():
        name = f"bench_{size.lower()}"
        with servers.made(name):
            filled[size] = _fill(name, size, boroughs=count, years=3, has_records=True)
            _say(results.head())
            _show(found, measures.rows(size, filled[size].marks, effort))
            if size == "S":
                _show(found, registers.rows(size, effort))
                _show(found, pages.rows(size, effort))
                _show(found, boards.rows(size, effort))
        if size == "S":
            _grow(found, filled, effort)
            with servers.made("bench_imports"):
                filled["3y"] = _fill("bench_imports", "3y", boroughs=1, years=imports.YEARS)
                _show(found, imports.rows("3y", effort))
            with servers.made("bench_wide"):
                _show(found, wide.rows(effort))
            with servers.made("bench_afterwards"):
                _show(found, afterwards.rows(interventions, effort))
    results.write(found, filled)
    missed = [row.name for row in found if row.verdict == "MISSED"]
    _say(f"\n{len(missed)} of {len(found)} rows miss their budget. Kept in {results.FILE.name}.")


def _grow(found: list[Result], filled: dict[str, marks.Filled], effort: Effort) -> None:
    """Time the same work in a table of one year and in a table of ten."""
    with servers.made("bench_one"), servers.made("bench_ten"):
        servers.use("bench_one")
        filled["1y"] = _fill("bench_one", "1y", boroughs=1, years=1)
        servers.use("bench_ten")
        filled["10y"] = _fill("bench_ten", "10y", boroughs=1, years=TEN_YEARS)
        _say(results.head())
        total = filled["10y"].marks
        _show(found, measures.growth("bench_one", "bench_ten", total, effort))
        _show(found, [pages.growth("bench_one", "bench_ten", total, effort)])


def _fill(
    name: str, size: str, *, boroughs: int, years: int, has_records: bool = False
) -> marks.Filled:
    started = time.monotonic()
    found = marks.fill(name, boroughs=boroughs, years=years, has_records=has_records)
    _say(
        f"\n{size}: {found.pupils:,} pupils, {found.placements:,} placements, "
        f"{found.marks:,} marks (years: {years}); table {found.table_mb:,} MB, "
        f"indexes {found.indexes_mb:,} MB; filled in {time.monotonic() - started:.0f} s\n"
    )
    return found


def _show(found: list[Result], rows: Iterable[Result]) -> None:
    for row in rows:
        found.append(row)
        _say(results.row(row))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the table is the product
