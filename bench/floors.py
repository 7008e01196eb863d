"""The least that the figures could cost: one statement each, written by hand for these tables.

Weekly totals are summed by placement before anything is joined; the days of weeks that the period
cuts through are read from the marks. Beside them stands the same from the marks alone: what the
weekly totals save.
"""

from typing import Any

from accounts.models.calendar import school_days_at
from attendance.models import Window
from reporting.kpis import Period
from reporting.kpis.attendance import FAMILY, OLDEST_YEAR, YOUNGEST_YEAR
from reporting.kpis.sessions import codes_by_count

ENROLLED = """
    , counted AS (
        SELECT pupil_id, provider_id, summed.present, summed.authorised, summed.unauthorised
        FROM summed
        JOIN placements_placement AS placement ON placement.id = placement_id
        JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
        WHERE starts_year_1 BETWEEN %(youngest)s AND %(oldest)s
          AND NOT (is_late AND starts_year_1 = %(youngest)s)
          AND status <> 'cancelled' AND starts_on < %(summer)s
    )
"""
FROM_TOTALS = f"""
    WITH summed AS (
        SELECT placement_id, day >= %(summer)s AS is_late, sum(present)::int AS present,
            sum(authorised)::int AS authorised, sum(unauthorised)::int AS unauthorised
        FROM (
            SELECT placement_id, week AS day, present, authorised, unauthorised
            FROM attendance_weektotal
            WHERE week >= %(first)s AND week < %(last)s AND week <> ALL(%(broken)s::date[])
            UNION ALL
            SELECT placement_id, date, (code = ANY(%(present)s))::int::smallint,
                (code = ANY(%(authorised)s))::int::smallint,
                (code = ANY(%(unauthorised)s))::int::smallint
            FROM attendance_mark WHERE date = ANY(%(days)s::date[])
        ) AS session
        GROUP BY 1, 2
    )
    {ENROLLED}
"""  # noqa: S608 - the parts are constants
# Four counts travel in one number, 15 bits each (a placement has fewer than 32,768 sessions):
# adding one number a mark is the quickest that PostgreSQL can do. The marks are read once, by day.
FROM_MARKS = f"""
    WITH packed AS (
        SELECT placement_id, date >= %(summer)s AS is_late,
            sum(CASE WHEN code = ANY(%(present)s) THEN 1::bigint
                     WHEN code = ANY(%(authorised)s) THEN 1::bigint << 15
                     WHEN code = ANY(%(unauthorised)s) THEN 1::bigint << 30
                     ELSE 0 END)::bigint AS sums
        FROM attendance_mark WHERE date >= %(start)s AND date < %(until)s
        GROUP BY 1, 2
    ), summed AS (
        SELECT placement_id, is_late, sums & 32767 AS present, (sums >> 15) & 32767 AS authorised,
            sums >> 30 AS unauthorised
        FROM packed
    )
    {ENROLLED}
"""  # noqa: S608 - the parts are constants
OF_ENROLMENTS = """
    , enrolled AS (
        SELECT sum(present) AS present, sum(authorised) AS authorised,
            sum(unauthorised) AS unauthorised
        FROM counted GROUP BY pupil_id, provider_id
        HAVING sum(present + authorised + unauthorised) > 0
    )
"""
POSSIBLE = "present + authorised + unauthorised"
ABSENT = "authorised + unauthorised"
SESSIONS = {
    "attendance-ap": "present",
    "overall-absence-ap": ABSENT,
    "authorised-absence-ap": "authorised",
    "unauthorised-absence-ap": "unauthorised",
}
ENROLMENTS = {
    "persistent-absence-ap": f"({ABSENT}) * 10 >= {POSSIBLE}",
    "severe-absence-ap": f"({ABSENT}) * 2 >= {POSSIBLE}",
}
# Sessions expected less sessions marked as expected. Children whose placements are alike are
# multiplied, not listed; days since a Monday give the weekday in whole numbers, where extract()
# would go through numeric. What closes places is taken off at the end, and so no mark asks for it;
# `<> 0` and not `= 1` lets the planner expect many marks. Pauses, weeks of return and part-time
# timetables are left out here, because these boroughs have none.
NOT_MARKED = """
    WITH pattern AS (
        SELECT provider_id, starts_on, ends_on, sessions, count(*) AS children
        FROM placements_placement
        WHERE sessions > 0 AND status <> 'cancelled' AND starts_on <= %(last)s
          AND (ends_on IS NULL OR ends_on > %(first)s)
        GROUP BY 1, 2, 3, 4
    ), expected AS (
        SELECT sum(children * bit_count(
            ((sessions >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))) AS n
        FROM pattern
        JOIN unnest(%(days)s::date[]) AS day
          ON day >= starts_on AND (ends_on IS NULL OR day < ends_on)
    ), marked AS (
        SELECT count(*) AS n
        FROM placements_placement AS placement
        JOIN attendance_mark ON placement.id = placement_id
          AND date >= starts_on AND date < coalesce(ends_on, 'infinity')
        WHERE date >= %(first)s AND date <= %(last)s AND date = ANY(%(days)s::date[])
          AND status <> 'cancelled' AND starts_on <= %(last)s
          AND (ends_on IS NULL OR ends_on > %(first)s)
          AND (sessions >> ((date - '2000-01-03') %% 7 * 2 + session)) & 1 <> 0
    ), closed AS (
        SELECT count(*) - count(mark.id) AS n
        FROM accounts_closure AS closure
        JOIN placements_placement AS placement ON provider_id = organisation_id
        JOIN unnest(%(days)s::date[]) AS day
          ON day >= greatest(closure.starts_on, placement.starts_on)
          AND day < least(closure.ends_on, placement.ends_on)
        CROSS JOIN (VALUES (0), (1)) AS half(session)
        LEFT JOIN attendance_mark AS mark
          ON mark.placement_id = placement.id AND date = day AND mark.session = half.session
        WHERE sessions > 0 AND status <> 'cancelled'
          AND (sessions >> ((day - '2000-01-03') %% 7 * 2 + half.session)) & 1 <> 0
    )
    SELECT coalesce(expected.n, 0) - marked.n - closed.n FROM expected, marked, closed
"""


def statement(slug: str, source: str = FROM_TOTALS) -> str | None:
    """Return the statement that yields a measure's numerator and denominator, if one is written."""
    if slug in SESSIONS:
        return source + f"SELECT sum({SESSIONS[slug]}), sum({POSSIBLE}) FROM counted"  # noqa: S608
    if slug in ENROLMENTS:
        columns = f"count(*) FILTER (WHERE {ENROLMENTS[slug]}), count(*)"
        return source + OF_ENROLMENTS + f"SELECT {columns} FROM enrolled"  # noqa: S608
    return None


def statement_of_all() -> str:
    """Return the statement that yields the numerators and denominators of all measures at once."""
    columns = [f"sum({SESSIONS[row.slug]})" for row in FAMILY if row.slug in SESSIONS]
    columns += [
        f"count(*) FILTER (WHERE {ENROLMENTS[row.slug]})"
        for row in FAMILY
        if row.slug in ENROLMENTS
    ]
    columns += [f"sum({POSSIBLE})", "count(*)"]
    return FROM_TOTALS + OF_ENROLMENTS + f"SELECT {', '.join(columns)} FROM enrolled"  # noqa: S608


def parameters(period: Period) -> dict[str, Any]:
    """Return what the statements above ask for, from the definition that is in use."""
    window = Window.of(period.start, period.until, [period.summer])
    return {
        **codes_by_count(),
        "start": period.start,
        "until": period.until,
        "summer": period.summer,
        "first": window.first,
        "last": window.last,
        "broken": window.broken,
        "days": window.days,
        # Years in which a child is in year 1, so that the column stands alone in the comparison.
        "youngest": period.year + 1 - OLDEST_YEAR,
        "oldest": period.year + 1 - YOUNGEST_YEAR,
    }


def parameters_not_marked(period: Period) -> dict[str, Any]:
    """Return what the statement of the sessions that nobody marked asks for."""
    days = school_days_at(None, period.start, min(period.end, period.as_of))
    return {"days": days, "first": days[0], "last": days[-1]}
