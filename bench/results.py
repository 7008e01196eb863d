"""Writing the rows: a table for people, a file for the next run."""

import json
import platform
from collections.abc import Iterable
from pathlib import Path

from django.db import connection
from django.utils.timezone import localdate

from bench.marks import Filled
from bench.timing import Result

FILE = Path(__file__).resolve().parent / "results.json"
HEADS = (
    *("work", "size", "rows", "queries", "runs", "system ms", "floor ms"),
    *("ratio", "quickest", "budget", ""),
)
WIDTHS = (43, 4, 10, 7, 4, 10, 9, 7, 8, 6, 6)


def line(cells: Iterable[object]) -> str:
    """Return a line of the table: the first cell to the left, the others to the right."""
    return "  ".join(
        f"{cell!s:<{width}}" if place == 0 else f"{cell!s:>{width}}"
        for place, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )


def head() -> str:
    """Return the head of the table."""
    return line(HEADS) + "\n" + line("-" * width for width in WIDTHS)


def row(result: Result) -> str:
    """Return a row of the table, and on a second line what stands on the other side."""
    budget = f"{result.budget:g}x" if result.budget else ""
    if result.limit_ms:
        budget = f"{result.limit_ms / 1000:g} s"
    told = line(
        (
            result.name,
            result.size,
            f"{result.rows:,}",
            "" if result.queries is None else result.queries,
            result.runs,
            f"{result.system_ms:,.2f}",
            f"{result.floor_ms:,.2f}" if result.floor_ms else "",
            f"{result.ratio:.2f}x" if result.ratio else "",
            f"{result.quickest_ratio:.2f}x" if result.quickest_ratio else "",
            budget,
            result.verdict,
        )
    )
    note = f"; {result.note}" if result.note else ""
    return f"{told}\n    beside: {result.floor}{note}"


def write(results: list[Result], filled: dict[str, Filled]) -> None:
    """Write the file that is kept. Ratios may be compared between machines, times may not."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    kept = {
        "on": localdate().isoformat(),
        "postgresql": postgres,
        "python": platform.python_version(),
        "databases": {name: vars(found) for name, found in filled.items()},
        "rows": [
            {
                **{
                    name: round(value, 3) if isinstance(value, float) else value
                    for name, value in vars(result).items()
                },
                "ratio": round(result.ratio, 2) if result.ratio else None,
                "verdict": result.verdict,
            }
            for result in results
        ],
    }
    FILE.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
