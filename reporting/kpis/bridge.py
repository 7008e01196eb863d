"""From a figure as it was to the figure as it is: which units came, went or changed, and by how much.

The points of the steps add up to the whole difference exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reporting.kpis.arithmetic import HUNDRED, rate

Row = Sequence[Any]  # pupil, provider, school, numerator, denominator
Pair = tuple[int, int]
CAME, WENT, CHANGED = "came", "went", "changed"
WORDS = {
    CAME: "Counted now, and not then",
    WENT: "Counted then, and not now",
    CHANGED: "Counted both times, with other numbers",
}


@dataclass(frozen=True)
class Step:
    """One way in which the units differ: how many, what they add, and the points that makes."""

    kind: str
    units: int
    numerator: int
    denominator: int
    points: Decimal | None  # None where there was no value before it, or is none after it

    @property
    def words(self) -> str:
        """Return what happened to the units."""
        return WORDS[self.kind]


def bridge(then: Iterable[Row], now: Iterable[Row], per: Decimal = HUNDRED) -> list[Step]:
    """Return the steps from the units that were counted then to those counted now."""
    before, after = _added_up(then), _added_up(now)
    parts = {
        CAME: {key: pair for key, pair in after.items() if key not in before},
        WENT: {key: (-up, -low) for key, (up, low) in before.items() if key not in after},
        CHANGED: {
            key: (pair[0] - before[key][0], pair[1] - before[key][1])
            for key, pair in after.items()
            if key in before and pair != before[key]
        },
    }
    steps, (above, below) = [], _sum(before.values())
    for kind, pairs in parts.items():
        up, low = _sum(pairs.values())
        was, value = rate(above, below, per), rate(above + up, below + low, per)
        points = None if was is None or value is None else value - was
        if pairs:
            steps.append(Step(kind, len(pairs), up, low, points))
        above, below = above + up, below + low
    return steps


def total_of(rows: Iterable[Row]) -> Pair:
    """Return what stands above and below the line."""
    return _sum(_added_up(rows).values())


def _added_up(rows: Iterable[Row]) -> dict[tuple[Any, ...], Pair]:
    found: dict[tuple[Any, ...], Pair] = {}
    for pupil, provider, school, up, low in rows:
        above, below = found.get((pupil, provider, school), (0, 0))
        found[pupil, provider, school] = (above + int(up), below + int(low))
    return {key: pair for key, pair in found.items() if any(pair)}


def _sum(pairs: Iterable[Pair]) -> Pair:
    listed = list(pairs)
    return sum(up for up, _ in listed), sum(low for _, low in listed)
