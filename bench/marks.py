"""Filling the table of marks: written by the database itself, in the order of days."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import HalfTerm
from apsystem.lib.calendar import school_days
from attendance.models.week import COUNTED, COUNTS, MONDAY
from bench import records, servers
from bench.borough import fill_people
from placements.models import Placement

# Levels like those that are published for alternative provision: some 58 of 100 possible sessions
# attended, a little more authorised than unauthorised absence. The draws hang on the placement
# and the session, so that every run writes the same marks.
MARKS = r"""
    INSERT INTO attendance_mark
        (placement_id, pupil_id, date, session, code, version, marked_by_id, marked_at)
    SELECT id, pupil_id, day, session,
        CASE
            WHEN draw < 12 THEN CASE WHEN day < '2024-08-19' THEN 'Y' ELSE 'Y1' END
            WHEN come < level THEN
                CASE WHEN why < 900 THEN CASE session WHEN 0 THEN '/' ELSE '\' END
                     WHEN why < 950 THEN 'L' WHEN why < 980 THEN 'B' ELSE 'V' END
            WHEN why < 320 THEN 'I' WHEN why < 420 THEN 'M' WHEN why < 480 THEN 'C'
            WHEN why < 540 THEN 'E' WHEN why < 860 THEN 'O' WHEN why < 930 THEN 'N'
            WHEN why < 980 THEN 'U' ELSE 'G'
        END,
        1, opened_by_id, day + interval '9 hours' + session * interval '4 hours'
    FROM (
        SELECT placement.*, day, session, seed & 1023 AS draw, (seed >> 10) & 1023 AS come,
            ((seed >> 20) & 1048575) %% 1000 AS why,
            250 + abs(hashint8(placement.id)) %% 800 AS level
        FROM placements_placement AS placement
        CROSS JOIN unnest(%(days)s::date[]) AS day
        CROSS JOIN (VALUES (0), (1)) AS half(session)
        CROSS JOIN LATERAL (
            SELECT hashint8extended(placement.id, (day - '2000-01-01') * 2 + session) AS seed
        ) AS drawn
        WHERE placement.starts_on < %(end)s
          AND (placement.ends_on IS NULL OR placement.ends_on > %(start)s)
          AND day >= placement.starts_on
          AND (placement.ends_on IS NULL OR day < placement.ends_on)
          AND (placement.sessions
               >> ((extract(isodow FROM day)::int - 1) * 2 + session)) & 1 = 1
    ) AS expected
    WHERE draw >= 4
    ORDER BY day, session, provider_id, id
"""
TOTALS = f"""
    INSERT INTO attendance_weektotal (placement_id, provider_id, week, {", ".join(COUNTED)})
    SELECT mark.placement_id, placement.provider_id, {MONDAY}, {COUNTS}
    FROM (SELECT placement_id, date, code, 1 AS n FROM attendance_mark) AS mark
    JOIN attendance_code AS code ON code.code = mark.code
    JOIN placements_placement AS placement ON placement.id = mark.placement_id
    GROUP BY 1, 2, 3 ORDER BY 3, 2, 1
"""  # noqa: S608 - the names are constants
CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'attendance_mark'::regclass AND contype = 'u'
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = 'attendance_mark'::regclass AND NOT indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@dataclass(frozen=True)
class Filled:
    """What a database holds."""

    pupils: int
    placements: int
    marks: int
    table_mb: int
    indexes_mb: int
    unsummarised_pages: int


def fill(name: str, *, boroughs: int, years: int, has_records: bool = False) -> Filled:
    """Fill the database that Django uses with so many boroughs and years, and records if asked."""
    fill_people(boroughs, years)
    if has_records:
        records.fill(boroughs)
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'")
        later = _drop_indexes(cursor)
        for term in HalfTerm.objects.order_by("starts_on"):
            days = school_days([(term.starts_on, term.ends_on)])
            cursor.execute(MARKS, {"days": days, "start": term.starts_on, "end": term.ends_on})
        for statement in later:
            cursor.execute(statement)
        cursor.execute(TOTALS)  # the triggers that keep them sleep
    connection.close()  # the next session's triggers are awake
    with servers.raw(name) as raw:
        raw.execute("VACUUM (ANALYZE)")
        raw.execute("CHECKPOINT")
        return _weigh(raw)


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop what is quicker built at the end; return the statements that build it again."""
    cursor.execute(CONSTRAINTS)
    constraints = cursor.fetchall()
    cursor.execute(INDEXES)
    indexes = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f"ALTER TABLE attendance_mark DROP CONSTRAINT {name}")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [
        *(
            f"ALTER TABLE attendance_mark ADD CONSTRAINT {name} {text}"
            for name, text in constraints
        ),
        *(text for _, text in indexes),
    ]


def _weigh(raw: Any) -> Filled:
    row = raw.execute(
        """
        SELECT (SELECT count(*) FROM pupils_pupil), (SELECT count(*) FROM placements_placement),
            (SELECT count(*) FROM attendance_mark),
            pg_table_size('attendance_mark') / 1048576, pg_indexes_size('attendance_mark') / 1048576
        """
    ).fetchone()
    late = raw.execute("SELECT brin_summarize_new_values('attendance_mark_days')").fetchone()
    return Filled(*row, unsummarised_pages=late[0])


def a_register(provider_id: int) -> list[Placement]:
    """Return the open placements of a provider, in one order."""
    return list(Placement.objects.filter(provider=provider_id, ends_on=None).order_by("pk"))
