"""Sessions as figures read them: weekly totals for whole weeks, the marks for the days left over.

What comes out is the same whichever is read; the totals are ten times as quick.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from attendance.models import Window
from attendance.models.code import LATE, PRESENT_KINDS, Kind, codes_of

COUNTS = ("present", "authorised", "unauthorised", "late", "not_possible")
WEEKS = """
    SELECT placement_id, week AS day, present, authorised, unauthorised, late, not_possible
    FROM attendance_weektotal
    WHERE week >= %(first_week)s AND week < %(last_week)s
"""
NOT_BROKEN = " AND week <> ALL(%(broken)s::date[])"
MARKS = """
    SELECT placement_id, date AS day, (code = ANY(%(present)s))::int::smallint AS present,
        (code = ANY(%(authorised)s))::int::smallint AS authorised,
        (code = ANY(%(unauthorised)s))::int::smallint AS unauthorised,
        (code = %(late)s)::int::smallint AS late,
        (code = ANY(%(not_possible)s))::int::smallint AS not_possible
"""
OF_ALL = f"{MARKS} FROM attendance_mark WHERE date = ANY(%(days)s::date[])"


@dataclass(frozen=True)
class Sql:
    """A query, and what it asks for by name."""

    text: str
    params: dict[str, Any]


def codes_by_count() -> dict[str, Any]:
    """Return the codes that stand behind each count."""
    return {
        "present": list(codes_of(*PRESENT_KINDS)),
        "authorised": list(codes_of(Kind.AUTHORISED)),
        "unauthorised": list(codes_of(Kind.UNAUTHORISED)),
        "not_possible": list(codes_of(Kind.NOT_REQUIRED, Kind.UNABLE, Kind.ADMINISTRATIVE)),
        "late": LATE,
    }


def sessions(start: date, until: date, cuts: Sequence[date] = ()) -> Sql:
    """Return the query of all sessions from start up to, not on, until.

    Its rows are placement_id, day, present, authorised, unauthorised, late, not_possible. `day` is
    a Monday where the row stands for a week; no such week has one of the cuts inside it.
    """
    window = Window.of(start, until, cuts)
    params: dict[str, Any] = {"first_week": window.first, "last_week": window.last}
    text = WEEKS
    if window.broken:
        text, params["broken"] = text + NOT_BROKEN, window.broken
    if window.days:
        text = f"{text} UNION ALL {OF_ALL}"
        params |= {"days": window.days, **codes_by_count()}
    return Sql(text, params)


def sessions_of(marks: QuerySet, start: date, until: date) -> Sql:
    """Return the same of these marks only, such as those within a person's reach. Reads marks."""
    try:
        chosen = named(marks.filter(date__gte=start, date__lt=until).values("pk"), "mark")
    except EmptyResultSet:  # the person reaches no mark
        return Sql(f"{MARKS} FROM attendance_mark WHERE false", codes_by_count())
    text = f"{MARKS} FROM attendance_mark WHERE id IN ({chosen.text})"
    return Sql(text, {**chosen.params, **codes_by_count()})


def named(rows: QuerySet, prefix: str) -> Sql:
    """Return the query of some rows with its values by name, to stand within a larger one."""
    text, values = rows.order_by().query.sql_with_params()
    params = {f"{prefix}_{place}": value for place, value in enumerate(values)}
    return Sql(text % tuple(f"%({name})s" for name in params), params)
