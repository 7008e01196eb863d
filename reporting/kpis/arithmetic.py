"""DfE's arithmetic: sums of sessions, exact thresholds, halves rounded up (reference 1.5)."""

from decimal import ROUND_HALF_UP, Decimal

PLACES = Decimal("0.000001")


def rate(numerator: int, denominator: int) -> Decimal | None:
    """Return a rate per 100, to six places, halves up. None where nothing was possible."""
    if denominator == 0:
        return None
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(PLACES, ROUND_HALF_UP)


def is_persistent(absent: int, possible: int) -> bool:
    """Tell whether a tenth or more of an enrolment's own possible sessions was missed."""
    return possible > 0 and absent * 10 >= possible


def is_severe(absent: int, possible: int) -> bool:
    """Tell whether half or more of an enrolment's own possible sessions was missed."""
    return possible > 0 and absent * 2 >= possible
