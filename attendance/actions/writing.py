"""Writing what an import is to change: all of it, or nothing where somebody was quicker."""

from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from attendance.actions.lines import BESIDE
from attendance.actions.planning import Plan
from attendance.models.mark import HERE_CODES, LATE_CODES
from attendance.models.taken_back import FIRST_VERSION

LOCK = """
    SELECT count(*) FROM (
        SELECT mark.id FROM import_plan AS planned
        JOIN attendance_mark AS mark ON mark.id = planned.mark_id AND mark.version = planned.seen
        WHERE planned.kind = 'changed'
        ORDER BY mark.date, mark.session, mark.placement_id FOR UPDATE OF mark
    ) AS locked
"""
# What stands beside the code stays as far as it fits the new one, as `lines.kept` keeps it.
MINUTES = "CASE WHEN planned.code = ANY(%(late)s) THEN mark.minutes_late END"
LEFT_AT = "CASE WHEN planned.code = ANY(%(here)s) THEN mark.left_at END"
AMEND = f"""
    INSERT INTO attendance_markamendment
        (mark_id, original, amended, original_beside, amended_beside,
         reason, at, by_id, by_name, by_position)
    SELECT mark_id, before, planned.code,
        {BESIDE.format(minutes="mark.minutes_late", left_at="mark.left_at")},
        {BESIDE.format(minutes=f"({MINUTES})", left_at=f"({LEFT_AT})")},
        %(reason)s, %(at)s, %(by)s, %(name)s, %(position)s
    FROM import_plan AS planned JOIN attendance_mark AS mark ON mark.id = planned.mark_id
    WHERE planned.kind = 'changed' ORDER BY mark_id
"""  # noqa: S608 - constants of ours
CHANGE = f"""
    UPDATE attendance_mark AS mark
    SET code = planned.code, version = mark.version + 1, marked_by_id = %(by)s, marked_at = %(at)s,
        minutes_late = {MINUTES}, left_at = {LEFT_AT}
    FROM import_plan AS planned
    WHERE planned.kind = 'changed' AND mark.id = planned.mark_id AND mark.version = planned.seen
"""  # noqa: S608 - constants of ours
WRITE = f"""
    INSERT INTO attendance_mark
        (placement_id, pupil_id, date, session, code, version, marked_by_id, marked_at)
    SELECT placement_id, pupil_id, date, session, code, {FIRST_VERSION}, %(by)s, %(at)s
    FROM import_plan AS line WHERE kind = 'new' ORDER BY date, session, placement_id
"""  # noqa: S608 - no part of it comes from outside


class Overtaken(Exception):
    """Somebody changed a mark while an import was looked at. Nothing was written."""


def write(found: Plan, *, by: User, at: datetime, reason: str, through: str = "") -> None:
    """Write what the plan of this transaction says. Raise Overtaken where a mark has moved on.

    `through` names what the person used, where it was no page. A fixed number of statements.
    """
    position = by.position or ", ".join(sorted(by.roles))
    given: dict[str, Any] = {
        "by": by.pk,
        "at": at,
        "reason": reason,
        "name": by.name,
        "late": LATE_CODES,
        "here": HERE_CODES,
        "position": f"{position}, {through}"[:100] if through else position[:100],
    }
    with connection.cursor() as cursor:
        if found.changed:
            cursor.execute(LOCK)
            if cursor.fetchone()[0] != found.changed:
                raise Overtaken
            cursor.execute(AMEND, given)
            cursor.execute(CHANGE, given)
        if found.new:
            cursor.execute(WRITE, given)
