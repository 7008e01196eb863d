"""The least that the figures could cost: one statement each, written by hand for these tables.

Weekly totals are summed by placement before anything is joined; the days of weeks that the period
cuts through are read from the marks. Beside them stands the same from the marks alone: what the
weekly totals save. What the other figures could cost stands in `floors.sql`.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models.calendar import school_days_at
from attendance.models import Window
from pupils.models.codes import GONE_FOR_GOOD, NOT_COUNTED
from reporting.kpis import REGISTRY, Period
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
# Statements of `floors.sql` that serve two figures, and what each puts in.
ALIKE: dict[str, tuple[str, dict[str, str]]] = {
    "outreach-zero-suspensions-12-months": ("outreach-zero", {
        "answer": "suspended",
        "day": "starts_on",
        "events": "(SELECT * FROM pupils_suspension WHERE cancelled_on IS NULL) AS event",
    }),
    "outreach-zero-permanent-exclusions-12-months": ("outreach-zero", {
        "answer": "excluded",
        "day": "effective_on",
        "events": "(SELECT * FROM pupils_permanentexclusion "
        "WHERE result <> ALL(%(not_counted)s)) AS event",
    }),
    "outreach-semh-improved": ("outreach-improved", {"aspect": "semh"}),
    "outreach-curriculum-improved": ("outreach-improved", {"aspect": "curriculum"}),
    "schools-at-or-below-national-suspensions": ("schools-at-or-below", {
        "day": "starts_on",
        "events": "pupils_suspension WHERE cancelled_on IS NULL AND kind = 'SUSP'",
        "published": "suspension_rate",
    }),
    "schools-at-or-below-national-permanent-exclusions": ("schools-at-or-below", {
        "day": "effective_on",
        "events": "pupils_permanentexclusion WHERE result <> ALL(%(not_counted)s)",
        "published": "permanent_exclusion_rate",
    }),
}  # fmt: skip
OF_ATTENDANCE = (*SESSIONS, *ENROLMENTS)


@cache
def _written() -> dict[str, str]:
    """Return the statements of the file by their names."""
    text = Path(__file__).with_name("floors.sql").read_text(encoding="utf-8")
    _, *parts = re.split(r"^-- name: (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def statement(slug: str, source: str = FROM_TOTALS) -> str:
    """Return the statement that yields a measure's numerator and denominator. Raise KeyError."""
    if slug in SESSIONS:
        return source + f"SELECT sum({SESSIONS[slug]}), sum({POSSIBLE}) FROM counted"  # noqa: S608
    if slug in ENROLMENTS:
        columns = f"count(*) FILTER (WHERE {ENROLMENTS[slug]}), count(*)"
        return source + OF_ENROLMENTS + f"SELECT {columns} FROM enrolled"  # noqa: S608
    if slug in ALIKE:
        name, words = ALIKE[slug]
        return _written()[name].format(**words)
    return _written()[slug]


def statements_of_all() -> dict[str, str]:
    """Return what yields all figures: one statement for attendance, one for each other."""
    columns = [f"sum({SESSIONS[row.slug]})" for row in FAMILY if row.slug in SESSIONS]
    columns += [
        f"count(*) FILTER (WHERE {ENROLMENTS[row.slug]})"
        for row in FAMILY
        if row.slug in ENROLMENTS
    ]
    columns += [f"sum({POSSIBLE})", "count(*)"]
    of_attendance = (
        FROM_TOTALS + OF_ENROLMENTS + f"SELECT {', '.join(columns)} FROM enrolled"  # noqa: S608
    )
    others = {slug: statement(slug) for slug in REGISTRY if slug not in OF_ATTENDANCE}
    return {OF_ATTENDANCE[0]: of_attendance, **others}


def parameters(period: Period) -> dict[str, Any]:
    """Return what the statements ask for, from the definitions that are in use."""
    window = Window.of(period.start, period.until, [period.summer])
    opened, closed = period.days
    days = school_days_at(None, period.start, min(period.end, period.as_of))
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
        "opened": opened,
        "closed": closed,
        "last_day": period.last_day,
        "as_of": period.as_of,
        "year": period.year,
        "school_days": days,
        "first_school_day": days[0],
        "last_school_day": days[-1],
        "paid_days": school_days_at(None, period.start, period.until),
        "grade": settings.KS4_GRADE,
        "gone": [str(reason.value) for reason in GONE_FOR_GOOD],
        "not_counted": [str(result.value) for result in NOT_COUNTED],
    }
