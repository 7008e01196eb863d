"""Two ways to do the same work, timed in turns, so that a busy machine slows both alike.

What runs long is interrupted more often than what runs short, so on a busy machine the ratio of
the medians is too high; the ratio of the quickest runs, printed beside it, is hardly touched.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

Work = Callable[[], object]
SECONDS_A_ROW = 6.0
GROWTH_BUDGET = 1.3  # ten years of data beside one


@dataclass(frozen=True)
class Effort:
    """How often work is run: the slow fewest times, the quick most times."""

    fewest: int = 5
    most: int = 40

    def runs(self, seconds: float) -> int:
        """Return how many runs of so many seconds are worth their time."""
        return max(self.fewest, min(self.most, int(SECONDS_A_ROW / max(seconds, 1e-6))))


FULL, QUICK, ONCE = Effort(), Effort(3, 9), Effort(1, 1)


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Way:
    """One way to do the work, and what must be prepared before each run and is not timed."""

    work: Work
    before: Work = nothing

    def seconds(self) -> float:
        """Run it once."""
        self.before()
        started = time.perf_counter()
        self.work()
        return time.perf_counter() - started


@dataclass
class Result:
    """One row of the table. The milliseconds are medians; the ratios are what can be compared."""

    name: str
    size: str
    rows: int
    floor: str
    system_ms: float
    floor_ms: float | None = None
    quickest_ratio: float | None = None
    runs: int = 0
    queries: int | None = None
    budget: float | None = None  # the highest ratio
    limit_ms: float | None = None
    most_queries: int | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how many times the floor the system takes."""
        return self.system_ms / self.floor_ms if self.floor_ms else None

    @property
    def verdict(self) -> str:
        """Say whether the budget, the limit and the number of queries are kept."""
        judged = []
        if self.budget is not None and self.ratio is not None:
            judged.append(self.ratio <= self.budget)
        if self.limit_ms is not None:
            judged.append(self.system_ms <= self.limit_ms)
        if self.most_queries is not None and self.queries is not None:
            judged.append(self.queries <= self.most_queries)
        return "" if not judged else "met" if all(judged) else "MISSED"


def in_turns(system: Way, floor: Way, effort: Effort) -> dict[str, Any]:
    """Return the medians of both, what the quickest say, and the runs, as a Result names them.

    The one that begins changes from run to run; a first run of each is thrown away, but where
    there is only one.
    """
    taken: dict[str, list[float]] = {"system_ms": [], "floor_ms": []}
    runs = 1
    if effort is not ONCE:
        runs = effort.runs(system.seconds() + floor.seconds())
    both = [("system_ms", system), ("floor_ms", floor)]
    for _ in range(runs):
        for name, way in both:
            taken[name].append(way.seconds())
        both.reverse()
    medians = {name: statistics.median(seconds) * 1000 for name, seconds in taken.items()}
    quickest = min(taken["system_ms"]) / min(taken["floor_ms"])
    return {**medians, "quickest_ratio": quickest, "runs": runs}


def count_queries(way: Way) -> int:
    """Return how many statements Django sends for the work."""
    way.before()
    with CaptureQueriesContext(connection) as captured:
        way.work()
    return len(captured)
