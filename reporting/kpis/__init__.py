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

__all__ = ["REGISTRY", "STRATEGY", "Measure", "Period", "Total"]
