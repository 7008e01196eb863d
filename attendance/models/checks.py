"""Sessions whose marks do not fit together: a child has exactly one mark that is not D (1.4)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, models

from accounts.models import User
from apsystem.lib.calendar import Session
from attendance.models.expected import SESSIONS, TIMETABLE_CODE, given
from attendance.models.mark import DUAL
from placements.models import Placement


class Fault(models.TextChoices):
    """What can be wrong with a session."""

    NOBODY = "nobody", "Expected, and nobody marked"
    BOTH_DUAL = "both D", "D in every register: nobody expected the pupil"
    NO_TIMETABLE = "no timetable", "C2 without a part-time timetable that leaves the session out"


# Two marks that are not D cannot stand side by side: attendance_mark_one_not_dual_for_a_child.
FAULTS = f"""
    WITH slot AS ({SESSIONS})
    SELECT '{Fault.NOBODY.value}' AS fault, slot.placement_id, slot.date, slot.session
    FROM slot
    WHERE slot.timetable_id IS NULL AND NOT EXISTS (
        SELECT FROM attendance_mark AS mark
        WHERE mark.placement_id = slot.placement_id AND mark.date = slot.date
          AND mark.session = slot.session)
    UNION ALL
    SELECT '{Fault.BOTH_DUAL.value}', min(mark.placement_id), mark.date, mark.session
    FROM attendance_mark AS mark
    WHERE mark.date >= %(start)s AND mark.date < %(end)s
      AND mark.placement_id = ANY(%(placements)s)
    GROUP BY mark.pupil_id, mark.date, mark.session
    HAVING count(*) > 1 AND bool_and(mark.code = %(dual)s)
    UNION ALL
    SELECT '{Fault.NO_TIMETABLE.value}', mark.placement_id, mark.date, mark.session
    FROM attendance_mark AS mark
    WHERE mark.date >= %(start)s AND mark.date < %(end)s AND mark.code = %(left_out)s
      AND mark.placement_id = ANY(%(placements)s) AND NOT EXISTS (
        SELECT FROM attendance_parttimetimetable AS timetable
        WHERE timetable.placement_id = mark.placement_id
          AND mark.date >= timetable.starts_on AND mark.date < timetable.ends_on
          AND (timetable.sessions >> ((mark.date - '2000-01-03') %% 7 * 2 + mark.session)) & 1 = 0)
"""  # noqa: S608 - no part of it comes from outside


class Found(NamedTuple):
    """A session that does not fit."""

    fault: str
    placement_id: int
    date: date
    session: int

    @property
    def half(self) -> str:
        """Return the half of the day as addresses name it."""
        return "am" if self.session == Session.AM else "pm"

    @property
    def words(self) -> str:
        """Say what is wrong."""
        return str(Fault(self.fault).label)


def _asked(placements: Iterable[int], start: date, end: date) -> dict[str, Any]:
    codes = {"dual": DUAL, "left_out": TIMETABLE_CODE}
    return {**given(placements, start, end), **codes, "start": start, "end": end}


def faults(placements: Iterable[int], start: date, end: date) -> list[Found]:
    """Return what does not fit from start up to, not on, end: the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({FAULTS}) AS found "  # noqa: S608
            "ORDER BY date DESC, session DESC, fault, placement_id",
            _asked(placements, start, end),
        )
        return [Found(*row) for row in cursor.fetchall()]


def count_faults(placements: Iterable[int], start: date, end: date) -> int:
    """Count them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({FAULTS}) AS found",  # noqa: S608
            _asked(placements, start, end),
        )
        return int(cursor.fetchone()[0])


def checked(user: User, start: date, end: date) -> list[int]:
    """Return the placements whose sessions a person may check in a time. One query."""
    rows = Placement.objects.as_user(user).overlapping(start, end).with_register()
    return list(rows.order_by().values_list("pk", flat=True))
