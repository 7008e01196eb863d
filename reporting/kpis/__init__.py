"""The measures: a definition and one query for each, and what is derived from them all."""

from reporting.kpis.attendance import FAMILY as ATTENDANCE
from reporting.kpis.exclusions import FAMILY as EXCLUSIONS
from reporting.kpis.measure import Measure, Period, Total
from reporting.kpis.outreach import FAMILY as OUTREACH

REGISTRY: dict[str, Measure] = {
    measure.slug: measure for measure in (*ATTENDANCE, *EXCLUSIONS, *OUTREACH)
}

__all__ = ["REGISTRY", "Measure", "Period", "Total"]
