"""DfE's arithmetic: sums of sessions, exact thresholds, halves rounded up (reference 1.5)."""

from decimal import ROUND_HALF_UP, Decimal

Z_95 = Decimal("1.959964")  # of the normal distribution, two-sided
PLACES = Decimal("0.000001")


HUNDRED, A_HUNDREDTH = Decimal(100), Decimal("0.01")


def rate(numerator: int, denominator: int, per: Decimal = HUNDRED) -> Decimal | None:
    """Return a rate per 100, to six places, halves up. None where nothing was possible.

    Per a hundredth it turns pence into pounds.
    """
    if denominator == 0:
        return None
    return (Decimal(numerator) * per / Decimal(denominator)).quantize(PLACES, ROUND_HALF_UP)


def interval(numerator: int, denominator: int) -> tuple[Decimal, Decimal] | None:
    """Return the bounds of the 95% interval of a share of units, per 100. None of no units.

    Wilson's score interval (1927): unlike the plain one it stays within 0 and 100, and says of
    nought of ten that the share may be more than nought.
    """
    if denominator == 0:
        return None
    n, share, z = Decimal(denominator), Decimal(numerator) / denominator, Z_95
    middle = share + z**2 / (2 * n)
    half = z * ((share * (1 - share) + z**2 / (4 * n)) / n).sqrt()
    whole = 1 + z**2 / n
    low, high = ((middle + sign * half) / whole * 100 for sign in (-1, 1))
    return max(low, Decimal(0)), min(high, Decimal(100))


def is_persistent(absent: int, possible: int) -> bool:
    """Tell whether a tenth or more of an enrolment's own possible sessions was missed."""
    return possible > 0 and absent * 10 >= possible


def is_severe(absent: int, possible: int) -> bool:
    """Tell whether half or more of an enrolment's own possible sessions was missed."""
    return possible > 0 and absent * 2 >= possible
