"""What stands beside a figure on a paper, in words that can be kept."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings

from apsystem.lib.gds import figure
from reporting.kpis.compare import compare, gap
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


def without_a_way_back(said: dict[str, Any]) -> dict[str, Any]:
    """Return what stands beside a figure that is not shown: nothing that leads back to it does.

    A published value and how far ours is from it are ours; a target and the distance are, too.
    """
    beside = [{**row, "difference": ""} for row in said["beside"]]
    return {**said, "gap": "", "beside": beside}


def counted_apart(snapshot: Snapshot | None) -> list[tuple[str, str]]:
    """Return what was counted apart, for a paper: a small count tells of the children in it."""
    few = f"fewer than {settings.SMALLEST_COUNT}"
    return [
        (words, few if count < settings.SMALLEST_COUNT else f"{count:,}")
        for words, count in (snapshot.counts.items() if snapshot else ())
        if count
    ]
