"""What every count reads: exported rows, the parts of a year, and what a unit is.

Everything is read once for a borough: `forget` before the next one.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from accounts.models import HalfTerm
from placements.models import Placement
from pupils.models import Pupil

ONE_DAY = timedelta(days=1)
NOTHING = MappingProxyType({})
HALVES = {
    "year": (1, 6),
    "two terms": (1, 4),
    "autumn": (1, 2),
    "spring": (3, 4),
    "summer": (5, 6),
}
BEGUN = {"open", "paused", "ended"}  # a placement that was taken up
KEPT = []


def kept(function):
    KEPT.append(found := cache(function))
    return found


def forget():
    for function in KEPT:
        function.cache_clear()


@kept
def exported(model, *names):
    return list(model.objects.order_by("pk").values(*names))


@kept
def placements():
    rows = exported(
        Placement, "id", "pupil_id", "provider_id", "tier", "status", "starts_on", "ends_on",
        "sessions", "rate_id", "follows_id",
    )  # fmt: skip
    return {row["id"]: row for row in rows}


@kept
def births():
    return {row["id"]: row["date_of_birth"] for row in exported(Pupil, "id", "date_of_birth")}


def year_group(pupil, year):
    """Return the year group by age: who is 5 on the 31 August before it is in Year 1."""
    born = births()[pupil]
    age = year - born.year - ((born.month, born.day) > (8, 31))
    return age - 4


def is_placed(row, first, last):
    """Tell whether a placement of tiers 2 and 3 was in force on one of some days."""
    goes_on = row["ends_on"] is None or row["ends_on"] > first
    return row["tier"] > 1 and row["status"] in BEGUN and row["starts_on"] <= last and goes_on


class Unit(NamedTuple):
    """What is counted once, what of it stands above and below the line, and beside the figure."""

    provider: int | None
    pupil: int | None
    above: int
    below: int
    apart: Mapping[str, int] = NOTHING


class Part:
    """The days that a figure is of, up to, not on, `until`: with the holidays, and of term only.

    The summer holiday belongs to the year that is ending, every other one to what follows it.
    """

    def __init__(self, number, name, as_of):
        rows = exported(HalfTerm, "year", "number", "starts_on", "ends_on")
        halves = {row["number"]: row for row in rows if row["year"] == number}
        first, last = HALVES[name]
        start, end = halves[first]["starts_on"], halves[last]["ends_on"]
        ends_in_summer = last == 6
        self.number, self.name, self.as_of = number, name, as_of
        self.start = date(number, 9, 1) if first == 1 else halves[first - 1]["ends_on"]
        self.until = min(date(number + 1, 9, 1) if ends_in_summer else end, as_of + ONE_DAY)
        self.in_term = start, min(end, as_of + ONE_DAY)
        self.last_day = self.in_term[1] - ONE_DAY
        self.summer = halves[6]["starts_on"]
        self.is_over = end <= as_of
        self.is_whole = name == "year" and self.is_over

    def __repr__(self):
        return f"{self.name} of {self.number}"

    @property
    def has_begun(self):
        return self.in_term[0] < self.in_term[1]

    def holds(self, day):
        return day is not None and self.start <= day < self.until

    def holds_end(self, day):
        """Tell whether what lasts up to, not on, a day has its last day within."""
        return day is not None and self.holds(day - ONE_DAY)


def summed(units):
    """Return what stands above and below, how many children, and what stands beside.

    Where nothing is below the line, the children are those of whom something stands beside.
    """
    apart = Counter()
    for unit in units:
        apart.update(unit.apart)
    above, below = (sum(getattr(unit, name) for unit in units) for name in ("above", "below"))
    behind = {unit.pupil for unit in units if unit.above or unit.below or not below} - {None}
    return above, below, len(behind), +apart


def by_provider(units):
    found = {}
    for unit in units:
        found.setdefault(unit.provider, []).append(unit)
    return {
        provider: summed([unit for unit in own if unit.above or unit.below])[:3]
        for provider, own in found.items()
    }
