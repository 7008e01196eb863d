"""What stands beside a figure on a paper, in words that can be kept."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from apsystem.lib.gds import figure
from reporting.kpis.compare import compare, gap
from reporting.kpis.disclosure import Limits, Rule, hidden_apart, in_words, withheld_by
from reporting.kpis.measure import Measure
from reporting.models import Comparator, Snapshot, Target


def said_beside(
    measure: Measure,
    snapshot: Snapshot | None,
    published: Iterable[Comparator],
    target: Target | None,
    *,
    is_part: bool = False,
) -> dict[str, Any]:
    """Return definition, target and published figures as they stand today.

    Targets are the borough's: a part of it has none.
    """
    comparison = compare(measure, snapshot, published, is_part=is_part)
    goal = None if is_part else target.value if target else measure.target
    return {
        "title": measure.title,
        "definition": measure.definition,
        "above": measure.numerator_words,
        "below": measure.denominator_words,
        "exclusions": measure.exclusions,
        "method": measure.source,
        "owner": measure.owner,
        "sign": measure.sign,
        "of_children": measure.is_of_children,
        "target": "" if goal is None else figure(Decimal(goal), measure.sign),
        "gap": "" if goal is None or snapshot is None else gap(goal, snapshot, measure.sign),
        "why_not": comparison.why_not,
        "beside": [
            {
                "where": row.label,
                "when": row.period,
                "value": figure(row.value, measure.sign),
                "difference": row.words,
                "source": row.comparator.source,
            }
            for row in comparison.rows
        ],
    }


class Showing(NamedTuple):
    """Whether a figure is shown in a pack, by which limits, and which counts apart are not."""

    rule: Rule | None
    limits: Limits
    hidden: list[str]

    def said(self) -> dict[str, Any]:
        """Return the same as a pack keeps it: what a board was told stays told."""
        rule = self.rule.value if self.rule else ""
        return {"withheld": rule, "limits": list(self.limits), "hidden": self.hidden}


def showing(
    measure: Measure,
    figure: Snapshot | None,
    others: Mapping[str, Snapshot],
    *,
    is_of_provider: bool,
) -> Showing:
    """Return what of a figure is shown in a pack that is frozen today."""
    limits = Limits.of_pack(is_of_provider=is_of_provider)
    if figure is None:
        return Showing(None, limits, [])
    rule = withheld_by(measure, figure, others, limits)
    return Showing(rule, limits, hidden_apart(figure, others, limits))


def told_of_showing(said: dict[str, Any], figure: Snapshot) -> Showing:
    """Return what a frozen pack keeps of whether a figure is shown, and by which limits.

    Packs from before it was kept showed every figure with enough children behind it: no count
    was too small for them.
    """
    if "limits" in said:
        rule = Rule(said["withheld"]) if said["withheld"] else None
        return Showing(rule, Limits(*said["limits"]), said["hidden"])
    limits = Limits(0, Limits.in_force().cohort)
    return Showing(None if figure.has_enough(limits.cohort) else Rule.COHORT, limits, [])


def without_a_way_back(said: dict[str, Any]) -> dict[str, Any]:
    """Return what stands beside a figure that is not shown: nothing that leads back to it does.

    A published value and how far ours is from it are ours; a target and the distance are, too.
    """
    beside = [{**row, "difference": ""} for row in said["beside"]]
    return {**said, "gap": "", "beside": beside}


def counted_apart(
    snapshot: Snapshot, hidden: Collection[str], smallest: int
) -> list[tuple[str, str]]:
    """Return what was counted apart, in words: a small count tells of the children in it.

    The hidden ones are named even where they are nought: that, too, would tell of the others.
    """
    return [
        (words, "not shown" if words in hidden else in_words(count, smallest))
        for words, count in snapshot.counts.items()
        if count or words in hidden
    ]
