"""Many marks at once: a staging table, set-based checks, one insert. All of them or none."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from accounts.models import User
from accounts.permissions import Permission
from attendance.models.taken_back import FIRST_VERSION

Row = tuple[int, date, int, str]  # placement, day, session, code
MOST_SHOWN = 20

STAGE = """
    CREATE TEMPORARY TABLE staged_mark (
        place serial, placement_id bigint, date date, session smallint, code varchar(2)
    ) ON COMMIT DROP
"""
PROBLEMS = """
    SELECT staged.place, CASE
        WHEN placement.id IS NULL THEN 'there is no such placement'
        WHEN code.code IS NULL THEN 'the code is not in the statutory table'
        WHEN staged.date < coalesce(code.in_force_from, staged.date)
          OR staged.date >= coalesce(code.in_force_to, staged.date + 1)
            THEN 'the code was not in force on that day'
        WHEN staged.session NOT IN (0, 1) THEN 'a session is 0 (morning) or 1 (afternoon)'
        WHEN staged.date < placement.starts_on
          OR staged.date >= coalesce(placement.ends_on, staged.date + 1)
          OR placement.status = 'cancelled' THEN 'the placement is not in force on that day'
        WHEN (coalesce(week.sessions, placement.sessions)
              >> ((extract(isodow FROM staged.date)::int - 1) * 2 + staged.session)) & 1 = 0
            THEN 'the placement does not expect that session'
        WHEN staged.date > %(today)s THEN 'the day has not come yet'
        END AS problem
    FROM staged_mark AS staged
    LEFT JOIN placements_placement AS placement ON placement.id = staged.placement_id
    LEFT JOIN placements_weekpattern AS week ON week.placement_id = placement.id
        AND week.monday = staged.date - (extract(isodow FROM staged.date)::int - 1)
    LEFT JOIN attendance_code AS code ON code.code = staged.code
"""
MOVE = f"""
    INSERT INTO attendance_mark
        (placement_id, pupil_id, date, session, code, version, marked_by_id, marked_at)
    SELECT line.placement_id, placement.pupil_id, line.date, line.session, line.code,
        {FIRST_VERSION}, %(by)s, %(at)s
    FROM staged_mark AS line
    JOIN placements_placement AS placement ON placement.id = line.placement_id
    ORDER BY line.date, line.placement_id, line.session
"""  # noqa: S608 - no part of it comes from outside


@transaction.atomic
def load_marks(rows: Iterable[Row], *, by: User, at: datetime, today: date) -> int:
    """Write many new marks, all or none. Return how many.

    Raise ValidationError with the first row numbers that are wrong, IntegrityError where a session
    is marked already. A closed day is not checked here: what was marked on it was marked. `rows`
    must not query the database while it is read: the connection is busy copying.
    """
    if not by.can(Permission.REGISTER_MARK):
        raise PermissionDenied("this asks for register.mark")
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        columns = "COPY staged_mark (placement_id, date, session, code) FROM STDIN"
        with cursor.copy(columns) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"SELECT * FROM ({PROBLEMS}) AS checked WHERE problem IS NOT NULL "  # noqa: S608
            "ORDER BY place LIMIT %(most)s",
            {"today": today, "most": MOST_SHOWN},
        )
        if problems := cursor.fetchall():
            raise ValidationError([f"Row {place}: {problem}." for place, problem in problems])
        cursor.execute(MOVE, {"by": by.pk, "at": at})
        return cursor.rowcount
