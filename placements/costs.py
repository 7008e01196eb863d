"""What a placement costs: the rate agreed, times what is paid for.

By the session: each session of the pattern of the week on the provider's school days, pauses left
out; in a week of return to school that is fewer.
By the week: a fifth of the rate for each of the provider's school days, pauses included.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from accounts.models import SchoolCalendar
from apsystem.lib.calendar import monday_of, session_bit
from placements.models import Placement, Rate, Unit

PENNY = Decimal("0.01")
DAYS_A_WEEK = 5


@dataclass(frozen=True)
class Cost:
    """Pounds committed for a time, and pounds spent up to today."""

    committed: Decimal
    so_far: Decimal


def cost_of(
    placement: Placement, calendar: SchoolCalendar, *, start: date, end: date, today: date
) -> Cost | None:
    """Return what a placement costs from a day up to, not on, another; None without a rate.

    Pauses, weeks and the rate are fetched with the placement. A placement without a last day is committed
    up to the end of the time asked for.
    """
    rate = placement.rate
    if rate is None:
        return None
    start = max(start, placement.starts_on)
    end = min(end, placement.ends_on) if placement.ends_on else end
    days = [day for day in calendar.days(placement.provider_id) if start <= day < end]
    past = [day for day in days if day <= today]
    return Cost(_price(placement, rate, days), _price(placement, rate, past))


def _price(placement: Placement, rate: Rate, days: list[date]) -> Decimal:
    if rate.unit == Unit.WEEK:
        pounds = rate.pounds * len(days) / DAYS_A_WEEK
    else:
        weeks = {row.monday: row.sessions for row in placement.week_patterns.all()}
        pounds = rate.pounds * sum(_sessions(placement, day, weeks) for day in days)
    return pounds.quantize(PENNY, ROUND_HALF_UP)


def _sessions(placement: Placement, day: date, weeks: dict[date, int]) -> int:
    for pause in placement.pauses.all():
        if pause.starts_on <= day and (pause.ends_on is None or day < pause.ends_on):
            return 0
    sessions = weeks.get(monday_of(day), placement.sessions)
    return sum(bool(sessions & session_bit(day, half)) for half in (0, 1))
