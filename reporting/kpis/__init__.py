"""The measures: a definition and one query for each, and what is derived from them all."""

from reporting.kpis.attendance import FAMILY as ATTENDANCE
from reporting.kpis.costs import FAMILY as COSTS
from reporting.kpis.exclusions import FAMILY as EXCLUSIONS
from reporting.kpis.measure import Measure, Total
from reporting.kpis.onward import ATTAINMENT
from reporting.kpis.onward import FAMILY as ONWARD
from reporting.kpis.outreach import FAMILY as OUTREACH
from reporting.kpis.period import Period
from reporting.kpis.registers import FAMILY as REGISTERS
from reporting.kpis.system import FAMILY as SYSTEM
from reporting.kpis.way_back import FAMILY as WAY_BACK

REGISTRY: dict[str, Measure] = {
    measure.slug: measure
    for measure in (
        *WAY_BACK,
        *ONWARD,
        *ATTENDANCE,
        *ATTAINMENT,
        *EXCLUSIONS,
        *OUTREACH,
        *REGISTERS,
        *COSTS,
        *SYSTEM,
    )
}

# What the strategy is judged by, in the order of its priorities.
STRATEGY = sorted(
    (slug for slug, measure in REGISTRY.items() if measure.priority),
    key=lambda slug: REGISTRY[slug].priority,
)

# The strategy's three priorities, and what shows whether the system keeps its own time.
PRIORITIES = {
    1: "Priority 1: sustainable transitions and preparation for adulthood",
    2: "Priority 2: excellent attendance",
    3: "Priority 3: a high quality outreach service",
    0: "How the system runs",
}


def by_priority() -> list[tuple[str, list[Measure]]]:
    """Return the measures under the headings of their priorities."""
    return [
        (title, [row for row in REGISTRY.values() if row.priority == priority])
        for priority, title in PRIORITIES.items()
    ]


__all__ = ["PRIORITIES", "REGISTRY", "STRATEGY", "Measure", "Period", "Total", "by_priority"]
