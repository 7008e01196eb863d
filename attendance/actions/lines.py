"""The lines of a register in the database: how they are locked, written and taken out.

Each function is one statement, however many lines. The ORM can pass over a conflict or return what
it wrote, but not both at once; and putting its queries together takes longer than their answers.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import connection

from attendance.models.mark import DUAL, HERE_CODES, LATE_CODES, Mark
from attendance.models.taken_back import FIRST_VERSION

INSERT = f"""
    INSERT INTO attendance_mark
        (placement_id, pupil_id, code, date, session, version, marked_by_id, marked_at,
         minutes_late, left_at, note)
    SELECT placement_id, pupil_id, code, date, session, {FIRST_VERSION}, %(by)s, %(at)s,
        minutes, left_at, note
    FROM (
        SELECT *, %(on)s::date AS date, %(session)s::smallint AS session
        FROM unnest(%(placements)s::bigint[], %(pupils)s::bigint[], %(codes)s::varchar[],
                    %(minutes)s::smallint[], %(left)s::time[], %(notes)s::varchar[])
            AS given(placement_id, pupil_id, code, minutes, left_at, note)
    ) AS line
    ON CONFLICT DO NOTHING RETURNING placement_id, id, version
"""  # noqa: S608 - no part of it comes from outside
UPDATE = """
    UPDATE attendance_mark AS mark
    SET code = line.code, version = version + 1,
        minutes_late = minutes, left_at = line.left_at, note = line.note,
        marked_by_id = CASE WHEN mark.code = line.code THEN marked_by_id ELSE %(by)s END,
        marked_at = CASE WHEN mark.code = line.code THEN marked_at ELSE %(at)s END
    FROM unnest(%(marks)s::bigint[], %(codes)s::varchar[],
                %(minutes)s::smallint[], %(left)s::time[], %(notes)s::varchar[])
        AS line(id, code, minutes, left_at, note)
    WHERE mark.id = line.id
"""
# What `beside` says, for many lines at once.
BESIDE = """
    concat_ws(', ',
        {minutes} || CASE {minutes} WHEN 1 THEN ' minute late' ELSE ' minutes late' END,
        'left at ' || to_char({left_at}, 'HH24:MI'), 'note: ' || nullif(mark.note, ''))
"""
DELETE = "DELETE FROM attendance_mark WHERE id = ANY(%s)"
IN_FORCE = """
    SELECT code, kind FROM attendance_code
    WHERE (in_force_from IS NULL OR in_force_from <= %(on)s)
      AND (in_force_to IS NULL OR in_force_to > %(on)s)
"""
LOCK = """
    SELECT mark.id, placement_id, pupil_id, code, version, marked_at, marked_by_id, person.name,
        minutes_late, left_at, note
    FROM attendance_mark AS mark JOIN accounts_user AS person ON person.id = marked_by_id
    WHERE date = %(on)s AND session = %(session)s
      AND (placement_id = ANY(%(placements)s) OR pupil_id = ANY(%(pupils)s) AND code <> %(dual)s)
    ORDER BY placement_id FOR UPDATE OF mark
"""


class Expected(NamedTuple):
    """The child of a line, as far as the rules of codes ask."""

    pupil_id: int
    starts_year_1: int


class Found(NamedTuple):
    """A mark that is there, as LOCK reads it."""

    pk: int
    placement_id: int
    pupil_id: int
    code: str
    version: int
    marked_at: datetime
    marked_by_id: int
    marked_by: str
    minutes_late: int | None
    left_at: time | None
    note: str


def found(row: Mark) -> Found:
    """Return a mark as LOCK reads it. The caller has locked it, and fetched who marked it."""
    return Found(
        row.pk, row.placement_id, row.pupil_id, row.code_id, row.version, row.marked_at,
        row.marked_by_id, row.marked_by.name, row.minutes_late, row.left_at, row.note,
    )  # fmt: skip


class New(NamedTuple):
    """What a line is to say."""

    code: str
    minutes_late: int | None
    left_at: time | None
    note: str


def beside(line: Found | New) -> str:
    """Return in words what stands beside a code, as an amendment keeps it."""
    minutes, left_at = line.minutes_late, line.left_at
    parts = [
        f"{minutes} minute{'' if minutes == 1 else 's'} late" if minutes else "",
        f"left at {left_at:%H:%M}" if left_at else "",
        f"note: {line.note}" if line.note else "",
    ]
    return ", ".join(filter(None, parts))


def only_adds(row: Found, new: New) -> bool:
    """Tell whether nothing that stands beside the code is changed or cleared."""
    there = (row.minutes_late, row.left_at, row.note)
    return all(was in (None, "", now) for was, now in zip(there, new[1:], strict=True))


def kept(row: Found | None, code: str) -> New:
    """Return a code with what stands beside the mark already, as far as it fits the code."""
    if row is None:
        return New(code, None, None, "")
    return New(
        code,
        row.minutes_late if code in LATE_CODES else None,
        row.left_at if code in HERE_CODES else None,
        row.note,
    )


class Stamp(NamedTuple):
    """When and where a save happens, and who does it."""

    on: date
    session: int
    by_id: int
    by_name: str
    at: datetime

    @property
    def given(self) -> dict[str, Any]:
        """Return it as the statements name it."""
        return {"on": self.on, "session": self.session, "by": self.by_id, "at": self.at}


def codes_in_force(on: date) -> dict[str, str]:
    """Return the codes that may be used for a day, with how each is counted."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, {"on": on})
        return dict(cursor.fetchall())


def lock(
    expected: dict[int, Expected], on: date, session: int
) -> tuple[dict[int, Found], set[int]]:
    """Lock the marks of these children for the session, in one order.

    Return the marks of these placements, and the pupils for whom another place already holds the
    one mark that is not D. The placements were read through as_user; of the other places' marks
    only the fact is used.
    """
    given: dict[str, Any] = {
        "on": on,
        "session": session,
        "placements": list(expected),
        "pupils": [row.pupil_id for row in expected.values()],
        "dual": DUAL,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK, given)
        rows = [Found(*row) for row in cursor.fetchall()]
    here = {row.placement_id: row for row in rows if row.placement_id in expected}
    return here, {row.pupil_id for row in rows if row.placement_id not in expected}


def insert(fresh: dict[int, New], expected: dict[int, Expected], stamp: Stamp) -> dict[int, Found]:
    """Insert new marks; return those for which nobody else was quicker."""
    if not fresh:
        return {}
    order = sorted(fresh)
    given: dict[str, Any] = {
        "placements": order,
        "pupils": [expected[key].pupil_id for key in order],
        **_columns([fresh[key] for key in order]),
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {**stamp.given, **given})
        rows = cursor.fetchall()
    return {
        key: Found(
            pk, key, expected[key].pupil_id, fresh[key].code, version,
            stamp.at, stamp.by_id, stamp.by_name, *fresh[key][1:],
        )
        for key, pk, version in rows
    }  # fmt: skip


def update(changed: Sequence[tuple[Found, New]], stamp: Stamp) -> dict[int, Found]:
    """Change marks. They are locked, so each still has the version that was judged."""
    if not changed:
        return {}
    given = {"marks": [row.pk for row, _ in changed], **_columns([new for _, new in changed])}
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, {**stamp.given, **given})
    return {row.placement_id: _after(row, new, stamp) for row, new in changed}


def delete(rows: Sequence[Found]) -> None:
    """Take marks out. They are locked."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(DELETE, [[row.pk for row in rows]])


def _columns(lines: list[New]) -> dict[str, Any]:
    return {
        "codes": [line.code for line in lines],
        "minutes": [line.minutes_late for line in lines],
        "left": [line.left_at for line in lines],
        "notes": [line.note for line in lines],
    }


def _after(row: Found, new: New, stamp: Stamp) -> Found:
    found = row._replace(version=row.version + 1, **new._asdict())
    if new.code == row.code:
        return found
    return found._replace(marked_at=stamp.at, marked_by_id=stamp.by_id, marked_by=stamp.by_name)
