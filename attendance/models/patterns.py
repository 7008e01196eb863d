"""Absence that asks for a step: each pattern is one query, and says in words what it found.

The marks are read as somebody, so that each person finds what their own registers show.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, zip_longest
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import date_format

from accounts.models import SchoolCalendar
from apsystem.lib.calendar import academic_year, year_bounds
from attendance.models.code import ABSENT_KINDS, PRESENT_KINDS, Kind, codes_of
from attendance.models.mark import MarkQuerySet
from attendance.models.threshold import Kind as Counted
from attendance.models.threshold import Threshold

ILL, UNEXPLAINED = "I", "N"
WEEKDAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"]


@dataclass(frozen=True)
class Finding:
    """A pupil whose absence asks for a step, and why, in words."""

    pupil_id: int
    words: str


def days_in_words(days: Sequence[date]) -> str:
    """Return days as people say them: '3, 10 and 17 November', '27 October, 3 and 10 November'."""
    said = []
    for day, following in zip_longest(days, days[1:]):
        is_last = following is None or (day.year, day.month) != (following.year, following.month)
        said.append(f"{day.day} {day:%B}" if is_last else str(day.day))
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]


def _say(day: date) -> str:
    return date_format(day, "j F")


def _rows(marks: MarkQuerySet, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a query over the marks, which stand in it as `mark`."""
    given: QuerySet = marks.order_by().values("pupil_id", "date", "session", "code_id")
    inner, inner_params = given.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH mark (pupil_id, date, session, code) AS ({inner}) {sql}",
            [*inner_params, *params],
        )
        return cursor.fetchall()


UNAUTHORISED = """
    SELECT pupil_id, count(*), count(*) FILTER (WHERE code = %s) FROM mark
    GROUP BY pupil_id HAVING count(*) >= %s ORDER BY 2 DESC, 1
"""


def unauthorised(
    marks: MarkQuerySet, rule: Threshold, today: date, calendar: SchoolCalendar
) -> list[Finding]:
    """Find pupils with many unauthorised sessions in the last school weeks up to today."""
    start = start_of_weeks(rule.within or 1, today, calendar)
    rows = _rows(
        marks.between(start, today + timedelta(days=1)).filter(
            code__in=codes_of(Kind.UNAUTHORISED)
        ),
        UNAUTHORISED,
        [UNEXPLAINED, rule.number],
    )
    return [
        Finding(
            pupil,
            f"{sessions} unauthorised sessions in the {rule.within} school weeks from "
            f"{_say(start)} to {_say(today)}"
            + (f", {unknown} of them with no reason known so far (N)" if unknown else ""),
        )
        for pupil, sessions, unknown in rows
    ]


def start_of_weeks(number: int, today: date, calendar: SchoolCalendar) -> date:
    """Return the Monday of the first of some school weeks, of which the last is this one.

    A school week is a week with a school day in it, across half terms, terms and years.
    """
    mondays = sorted(
        {day - timedelta(days=day.weekday()) for day in calendar.days() if day <= today}
    )
    return mondays[-number:][0] if mondays else today


ILLNESS = """
    SELECT pupil_id, count(DISTINCT date), count(*), min(date), max(date) FROM mark
    GROUP BY pupil_id HAVING count(DISTINCT date) >= %s ORDER BY 2 DESC, 1
"""


def illness(
    marks: MarkQuerySet, rule: Threshold, today: date, calendar: SchoolCalendar
) -> list[Finding]:
    """Find pupils who were marked ill on many days of the academic year, in a row or not."""
    start, end = year_bounds(academic_year(today))
    rows = _rows(marks.between(start, end).filter(code=ILL), ILLNESS, [rule.number])
    return [
        Finding(
            pupil,
            f"Marked ill on {days} school days this school year, in a row or not: {sessions} "
            f"sessions from {_say(first)} to {_say(last)}",
        )
        for pupil, days, sessions, first, last in rows
    ]


# Of a pupil who is away as often on every day of the week, no weekday is told.
WEEKDAY = """
    , by_day AS (
        SELECT pupil_id, date, extract(isodow FROM date)::int AS weekday,
            bool_or(code = ANY(%s)) AS was_away
        FROM mark GROUP BY pupil_id, date
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY pupil_id, weekday ORDER BY date DESC) AS place
        FROM by_day
    ), weekdays AS (
        SELECT pupil_id, weekday, count(*) AS looked_at,
            count(*) FILTER (WHERE was_away) AS away,
            array_agg(date ORDER BY date) FILTER (WHERE was_away) AS away_on
        FROM ranked WHERE place <= %s GROUP BY pupil_id, weekday
    ), judged AS (
        SELECT *, bool_and(away >= %s) OVER (PARTITION BY pupil_id) AS is_every_day FROM weekdays
    )
    SELECT pupil_id, weekday, away, looked_at, away_on FROM judged
    WHERE away >= %s AND NOT is_every_day ORDER BY pupil_id, weekday
"""


def weekday(
    marks: MarkQuerySet, rule: Threshold, today: date, calendar: SchoolCalendar
) -> list[Finding]:
    """Find pupils who are away on the same weekday again and again, for a session or the day."""
    start, _ = year_bounds(academic_year(today))
    rows = _rows(
        marks.between(start, today + timedelta(days=1)).of_running(today).possible(),
        WEEKDAY,
        [list(codes_of(*ABSENT_KINDS)), rule.within, rule.number, rule.number],
    )
    return [
        Finding(pupil, "; ".join(_of_weekday(*row[1:]) for row in of_pupil))
        for pupil, of_pupil in groupby(rows, key=lambda row: row[0])
    ]


def _of_weekday(day: int, away: int, looked_at: int, away_on: list[date]) -> str:
    name = WEEKDAYS[day - 1]
    return f"Absent on {away} of the last {looked_at} {name}: {days_in_words(away_on)}"


RECENT = """
    , ranked AS (
        SELECT pupil_id, date, code = ANY(%s) AS was_there,
            row_number() OVER (PARTITION BY pupil_id ORDER BY date DESC, session DESC) AS place
        FROM mark
    )
    SELECT pupil_id, count(*) FILTER (WHERE was_there), count(*), min(date), max(date)
    FROM ranked WHERE place <= %s GROUP BY pupil_id
    HAVING count(*) = %s AND count(*) FILTER (WHERE was_there) * 100 < count(*) * %s
    ORDER BY 2, 1
"""


def recent(
    marks: MarkQuerySet, rule: Threshold, today: date, calendar: SchoolCalendar
) -> list[Finding]:
    """Find pupils who attended little of their last possible sessions, the lowest first.

    Who has not had so many sessions so far is left out. The share is tested on exact numbers.
    """
    start, _ = year_bounds(academic_year(today))
    rows = _rows(
        marks.between(start, today + timedelta(days=1)).of_running(today).possible(),
        RECENT,
        [list(codes_of(*PRESENT_KINDS)), rule.within, rule.within, rule.number],
    )
    return [
        Finding(
            pupil,
            f"Attended {present} of the last {possible} possible sessions, {_say(first)} to "
            f"{_say(last)}",
        )
        for pupil, present, possible, first, last in rows
    ]


def unexplained(
    marks: MarkQuerySet, rule: Threshold, today: date, calendar: SchoolCalendar
) -> MarkQuerySet:
    """Keep the marks of N that should have been replaced by now.

    The last day to replace one is a number of school days after it; the day itself does not count.
    """
    past = [day for day in calendar.days() if day < today]
    if len(past) <= rule.number:
        return marks.none()
    return marks.filter(code=UNEXPLAINED, date__lte=past[-rule.number - 1])


Finder = Callable[[MarkQuerySet, Threshold, date, SchoolCalendar], list[Finding]]
FINDERS: dict[str, Finder] = {
    Counted.UNAUTHORISED: unauthorised,
    Counted.ILLNESS: illness,
    Counted.WEEKDAY: weekday,
    Counted.RECENT: recent,
}


def findings(
    kind: str,
    marks: MarkQuerySet,
    rule: Threshold | None,
    today: date,
    calendar: SchoolCalendar,
) -> list[Finding]:
    """Return what a pattern finds, by one query; nothing where no threshold is set."""
    return FINDERS[kind](marks, rule, today, calendar) if rule else []
