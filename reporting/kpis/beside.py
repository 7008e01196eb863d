"""What stands beside a figure on a paper, in words that can be kept."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from apsystem.lib.gds import figure
from reporting.kpis.compare import compare, gap
from reporting.kpis.disclosure import Limits, Rule, in_words
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


def said_of_showing(rule: Rule | None, limits: Limits) -> dict[str, Any]:
    """Return whether a figure is shown, as a pack keeps it: what a board was told stays told."""
    return {"withheld": rule.value if rule else "", "limits": list(limits)}


def told_of_showing(said: dict[str, Any], figure: Snapshot) -> tuple[Rule | None, Limits]:
    """Return what a frozen pack keeps of whether a figure is shown, and by which limits.

    Packs from before it was kept showed every figure with enough children behind it: no count
    was too small for them.
    """
    if "limits" in said:
        return Rule(said["withheld"]) if said["withheld"] else None, Limits(*said["limits"])
    limits = Limits(0, Limits.in_force().cohort)
    return None if figure.has_enough(limits.cohort) else Rule.COHORT, limits


def without_a_way_back(said: dict[str, Any]) -> dict[str, Any]:
    """Return what stands beside a figure that is not shown: nothing that leads back to it does.

    A published value and how far ours is from it are ours; a target and the distance are, too.
    """
    beside = [{**row, "difference": ""} for row in said["beside"]]
    return {**said, "gap": "", "beside": beside}


def counted_apart(snapshot: Snapshot | None) -> list[tuple[str, str]]:
    """Return what was counted apart, for a paper: a small count tells of the children in it."""
    smallest = Limits.in_force().smallest
    return [
        (words, in_words(count, smallest))
        for words, count in (snapshot.counts.items() if snapshot else ())
        if count
    ]
