"""Registers that nobody has finished: of today and of the school days before it."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import get_current_timezone, localtime

from accounts.models import SchoolCalendar
from apsystem.lib.calendar import Session
from attendance.models.expected import SESSIONS
from attendance.models.threshold import RegisterTimes
from placements.models import TAKEN_UP, PlacementQuerySet

DAYS_BACK = 10

UNMARKED = f"""
    SELECT placement.provider_id, slot.date, slot.session, count(*), count(mark.id)
    FROM ({SESSIONS}) AS slot
    JOIN placements_placement AS placement ON placement.id = slot.placement_id
    LEFT JOIN attendance_mark AS mark
        ON mark.placement_id = slot.placement_id AND mark.date = slot.date
        AND mark.session = slot.session AND mark.date = ANY(%(days)s)
    WHERE slot.timetable_id IS NULL
    GROUP BY 1, 2, 3 HAVING count(mark.id) < count(*)
    ORDER BY 2 DESC, 3 DESC, 1
"""  # noqa: S608 - ours


@dataclass(frozen=True)
class Unmarked:
    """A register in which somebody who was expected has no mark."""

    provider_id: int
    on: date
    session: int
    expected: int
    marked: int
    due_at: datetime | None  # none where nobody set a time
    is_today: bool

    @property
    def half(self) -> str:
        """Return the session as an address holds it."""
        return Session(self.session).name.lower()

    @property
    def left(self) -> int:
        """Return how many are not marked."""
        return self.expected - self.marked


def moment_of(on: date, at: time) -> datetime:
    """Return a time of a day by the clock on the wall: in summer an hour earlier in UTC."""
    return datetime.combine(on, at, tzinfo=get_current_timezone())


def late_registers(
    placements: PlacementQuerySet,
    now: datetime,
    *,
    back: int = DAYS_BACK,
    calendar: SchoolCalendar | None = None,
) -> list[Unmarked]:
    """Return the registers that are late, newest first. Five queries, however many there are.

    Those of today once their time has passed, where a time is set; those of earlier school days
    in any case. A provider is named by its id: the page reads the names once.
    """
    today = localtime(now).date()
    days = (calendar or SchoolCalendar(today, today)).days()
    until = bisect_right(days, today)
    times, found = RegisterTimes.objects.on(today), []
    for provider, on, session, expected, marked in _rows(placements, days[:until][-back - 1 :]):
        due_at = None
        if on == today:
            if provider not in times:
                continue
            due_at = moment_of(on, times[provider].mark_by(session))
            if due_at > now:
                continue
        found.append(Unmarked(provider, on, session, expected, marked, due_at, on == today))
    return found


def _rows(placements: PlacementQuerySet, days: list[date]) -> list[tuple[Any, ...]]:
    """Return the registers with pupils unmarked. One that expects nobody is none of them."""
    if not days:
        return []
    rows = placements.with_register().overlapping(days[0], days[-1] + timedelta(days=1))
    given = {
        "days": days,
        "placements": list(rows.order_by().values_list("pk", flat=True)),
        "taken_up": TAKEN_UP,
    }
    with connection.cursor() as cursor:
        cursor.execute(UNMARKED, given)
        return cursor.fetchall()
