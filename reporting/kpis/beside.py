"""What stands beside a figure on a paper, in words that can be kept."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from apsystem.lib.gds import figure
from reporting.kpis.compare import compare, gap
from reporting.kpis.measure import Measure
from reporting.models import Comparator, Snapshot, Target


def said_beside(
    measure: Measure,
    snapshot: Snapshot | None,
    published: Iterable[Comparator],
    target: Target | None,
) -> dict[str, Any]:
    """Return definition, target and published figures as they stand today."""
    comparison = compare(measure, snapshot, published)
    goal = target.value if target else measure.target
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
