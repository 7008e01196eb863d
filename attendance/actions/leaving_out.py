"""What the clock writes: code C2 for past sessions that a part-time timetable left out.

The session stays a possible one and counts as authorised absence (reference 1.2), so cutting hours
makes no figure better. A person's mark is never overwritten.
"""

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from accounts import work
from apsystem.lib.calendar import academic_year
from attendance.models import PartTimeTimetable
from attendance.models.expected import SESSIONS, TIMETABLE_CODE, given
from attendance.models.taken_back import FIRST_VERSION

BACK = timedelta(days=366)
# In the order in which registers lock their lines. What a person or another place has marked stays.
WRITE = f"""
    WITH written AS (
        INSERT INTO attendance_mark
            (placement_id, pupil_id, date, session, code, version, marked_by_id, marked_at)
        SELECT line.placement_id, line.pupil_id, line.date, line.session, code.code, {FIRST_VERSION},
            timetable.recorded_by_id, %(at)s
        FROM ({SESSIONS}) AS line
        JOIN attendance_parttimetimetable AS timetable ON timetable.id = line.timetable_id
        JOIN attendance_code AS code ON code.code = %(code)s
          AND (code.in_force_from IS NULL OR code.in_force_from <= line.date)
          AND (code.in_force_to IS NULL OR code.in_force_to > line.date)
        WHERE NOT EXISTS (
            SELECT FROM attendance_mark AS mark
            WHERE mark.placement_id = line.placement_id AND mark.date = line.date
              AND mark.session = line.session)
        ORDER BY line.date, line.session, line.placement_id
        ON CONFLICT DO NOTHING RETURNING id, placement_id, date
    ), named AS (
        INSERT INTO attendance_outsidemark (mark_id, timetable_id, reason, recorded_at)
        SELECT written.id, timetable.id, '', %(at)s
        FROM written JOIN attendance_parttimetimetable AS timetable
          ON timetable.placement_id = written.placement_id
          AND written.date >= timetable.starts_on AND written.date < timetable.ends_on
    )
    SELECT DISTINCT date FROM written
"""  # noqa: S608 - no part of it comes from outside


@transaction.atomic
def write_left_out(today: date) -> list[date]:
    """Write code C2 for the sessions left out before today. Return the days that were written.

    One statement. Run again, it finds nothing left to write.
    """
    rows = PartTimeTimetable.objects.filter(ends_on__gt=today - BACK, starts_on__lt=today)
    first = rows.aggregate(first=Min("starts_on"))["first"]
    if first is None:
        return []
    placements = rows.order_by().values_list("placement", flat=True).distinct()
    asked = given(placements, first, today)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {**asked, "code": TIMETABLE_CODE, "at": timezone.now()})
        days = sorted(day for (day,) in cursor.fetchall())
    for year in {academic_year(day): day for day in days}.values():
        work.post("marks.changed", day=year.isoformat())
    return days
