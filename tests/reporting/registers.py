"""What the registers lack, as the figure of their completeness tells."""

from datetime import date

from reporting.kpis import REGISTRY, Period
from reporting.kpis.registers import SLUG
from reporting.models import Coverage


def count_not_marked(as_of: date) -> int:
    """Count the sessions of 2024/25 before a day that were expected and that nobody marked."""
    total = REGISTRY[SLUG].total(Period.of(2024, Coverage.YEAR, as_of))
    return total.denominator - total.numerator
