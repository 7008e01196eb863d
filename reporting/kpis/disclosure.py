"""Small numbers in files that leave the service: hidden, and not to be worked out from the rest.

A count from one up to below the smallest is hidden; where that leaves one hidden count beside a
total, the next smallest is hidden too. Nought is shown as nought (reference 8).
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, Protocol, Self

from django.conf import settings

from reporting.kpis.measure import Measure
from reporting.models import Snapshot
from reporting.models.snapshot import is_enough

HIDDEN = "c"  # DfE's symbol for what is confidential
# What every disclosure report says.
SHOWN, WITHHELD, WHICH = "Rows shown", "Rows withheld", "Which rows are withheld"
CELLS, BELOW, NEEDED = "Cells withheld", "Counts hidden below", "Children needed for a figure"
AS_AT, HOW = "As at", "Method"
METHOD_OF_FIGURES = (
    "A figure is withheld as a whole, with its distance from a target and from what is published, "
    "where fewer children than needed are behind it or fewer than that stand below the line. One "
    "that is no headline is withheld too where a small count, of children or of what is theirs, "
    "stands on either side of the line or would follow from the figures beside it. A small count "
    "of what is left out is given as fewer than the smallest. Nought is shown."
)
NOTHING_HIDDEN = (
    "Nothing is withheld: the file is for those who may see every child. Do not hand on its small "
    "counts."
)
NOT_ASKED = "Not asked of this file"


class Limits(NamedTuple):
    """Counts below the first are small; fewer children than the second have no figure."""

    smallest: int
    cohort: int

    @classmethod
    def in_force(cls) -> Self:
        """Return the limits that are set today."""
        return cls(settings.SMALLEST_COUNT, settings.SMALLEST_COHORT)

    @classmethod
    def of_pack(cls, *, is_of_provider: bool) -> Self:
        """Return those of a pack. Who reads a provider's may see its children: no count is small."""
        limits = cls.in_force()
        return cls(0, limits.cohort) if is_of_provider else limits


class Rule(Enum):
    """Why a figure is withheld from those who see no child."""

    COHORT = "cohort"
    SIDE = "side"

    def words(self, limits: Limits, *, of_children: bool = True) -> str:
        """Return the rule as a sentence without its full stop."""
        if self is Rule.COHORT:
            return f"Fewer than {limits.cohort} {'children ' * of_children}are behind this figure"
        return (
            f"Fewer than {limits.smallest} stand on one side of the line of this figure, or could "
            "be worked out from it"
        )


class Figure(Protocol):
    """What a figure is made of, as it is kept or as it was worked out."""

    @property
    def numerator(self) -> int:
        """Return what stands above the line."""

    @property
    def denominator(self) -> int:
        """Return what stands on both sides of it."""

    @property
    def units(self) -> int:
        """Return how many children, schools or places are behind it."""


# What two figures tell of a third number. Leave and no leave add up to the absence that the
# headline gives away; whoever missed half missed a tenth, and the rest is the difference.
ADD_UP = {
    "authorised-absence-ap": "unauthorised-absence-ap",
    "unauthorised-absence-ap": "authorised-absence-ap",
}
LIES_WITHIN = {"severe-absence-ap": "persistent-absence-ap"}
# Two measures of the same interventions: what one counts and leaves out is as many as in the other.
SAME_UNITS = {
    "outreach-zero-suspensions-12-months": "outreach-zero-permanent-exclusions-12-months",
    "outreach-zero-permanent-exclusions-12-months": "outreach-zero-suspensions-12-months",
    "outreach-semh-improved": "outreach-curriculum-improved",
    "outreach-curriculum-improved": "outreach-semh-improved",
}


def withheld_by(
    measure: Measure, figure: Figure, others: Mapping[str, Figure], limits: Limits
) -> Rule | None:
    """Return the rule that withholds a figure; None where it is shown.

    `others` are the figures of the same time by their slugs: what may be read beside it. The
    headlines are shown from a denominator of the cohort on, whatever stands above the line.
    """
    above, whole = figure.numerator, figure.denominator
    rule = rule_for(measure, above, whole, figure.units, limits)
    if rule or measure.is_headline:
        return rule
    other = others.get(ADD_UP.get(measure.slug, ""))
    wider = others.get(LIES_WITHIN.get(measure.slug, ""))
    if other and _is_small(other.numerator, limits):
        return Rule.SIDE
    return Rule.SIDE if wider and _is_small(wider.numerator - above, limits) else None


def hidden_apart(figure: Snapshot, others: Mapping[str, Snapshot], limits: Limits) -> list[str]:
    """Return which counts of what is left out would give away a small one of the same units."""
    twin = others.get(SAME_UNITS.get(figure.measure, ""))
    return [
        words
        for words, count in (twin.counts.items() if twin else ())
        if _is_small(count, limits) and not _is_small(figure.counts.get(words, 0), limits)
    ]


def rule_for(
    measure: Measure | None, above: int, whole: int, units: int, limits: Limits
) -> Rule | None:
    """Return the rule that withholds a figure for its own numbers; None where none does."""
    if not is_enough(whole, units, limits.cohort):
        return Rule.COHORT
    sides = measure.sides(above, whole) if measure else (above, whole - above)
    return Rule.SIDE if any(_is_small(side, limits) for side in sides) else None


def in_words(count: int, smallest: int) -> str:
    """Write a count; a small one tells too much, so it is fewer than the smallest."""
    return f"fewer than {smallest}" if 0 < count < smallest else f"{count:,}"


def report(
    shown: int,
    withheld: Mapping[str, Rule],
    limits: Limits,
    as_at: str,
    *,
    numbers: int = 3,
    method: str = METHOD_OF_FIGURES,
) -> list[tuple[str, Any]]:
    """Return what a file says of the rows that are withheld of it, by their names.

    `numbers` are the cells of a row that hold one: value, above and below the line.
    """
    named = [f"{name} ({rule.words(limits)})" for name, rule in withheld.items()]
    return [
        (SHOWN, shown),
        (WITHHELD, len(withheld)),
        (CELLS, numbers * len(withheld)),
        (WHICH, "; ".join(named) or "None"),
        (BELOW, limits.smallest or NOT_ASKED),
        (NEEDED, limits.cohort),
        (AS_AT, as_at),
        (HOW, method),
    ]


def report_lines(said: Iterable[tuple[str, Any]]) -> list[tuple[Any, ...]]:
    """Return a disclosure report as the last lines of a CSV file, after an empty one."""
    return [(), ("Disclosure report",), *said]


def _is_small(count: int, limits: Limits) -> bool:
    return 0 < count < limits.smallest


def hidden_places(
    counts: Sequence[int], smallest: int, already: Iterable[int] = ()
) -> frozenset[int]:
    """Return the places of the counts to hide. `already` are places that are hidden anyhow."""
    hidden = {place for place, count in enumerate(counts) if 0 < count < smallest} | set(already)
    shown = sorted(
        (count, place) for place, count in enumerate(counts) if count and place not in hidden
    )
    told = [place for place in hidden if counts[place]]
    is_alone = len(told) == 1 or 0 < sum(counts[place] for place in told) < smallest
    if is_alone and shown:
        hidden.add(shown[0][1])
    return frozenset(hidden)
