"""The least that the figures could cost: one statement each, written by hand for these tables.

The files beside this one hold them by family, none taken from the figures' own. What stands there
under `rows` yields a row for each unit, and behind the colon what is counted apart: here it is added
up, the children are counted and the print is taken, as a figure has to. What stands under `sums`
yields only the number above the line and the one below, as the statements of attendance do.

Those are here: weekly totals are summed by placement before anything is joined; the days of weeks
that the period cuts through are read from the marks. Beside them stands the same from the marks
alone: what the weekly totals save. Days of a figure: from `opened` up to, not on, `closed`; of term
only, `start` and `until`.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models.calendar import school_days_at
from attendance.models import Window
from pupils.models.codes import GONE_FOR_GOOD, NOT_COUNTED
from reporting.kpis import REGISTRY, Period, Total
from reporting.kpis.attendance import FAMILY, OLDEST_YEAR, YOUNGEST_YEAR
from reporting.kpis.sessions import codes_by_count
from reporting.models import Coverage

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
# A figure's numbers, its children, its print, and what is counted apart, from a row for each unit.
SUMMED = """
    SELECT coalesce(sum(above), 0), coalesce(sum(below), 0),
        count(DISTINCT {unit}) FILTER (WHERE above <> 0 OR below <> 0),
        md5(coalesce(sum(hash_record_extended(
            ROW(pupil_id, provider_id, school_id, above, below), 0
        )) FILTER (WHERE above <> 0 OR below <> 0), 0)::text){apart}
    FROM ({rows}) AS unit
"""
OF_SCHOOLS = "schools-at-or-below"
LIVE_SUSPENSIONS = "(SELECT * FROM pupils_suspension WHERE cancelled_on IS NULL) AS event"
COUNTED_EXCLUSIONS = (
    "(SELECT * FROM pupils_permanentexclusion WHERE result <> ALL(%(not_counted)s)) AS event"
)
# Statements that serve several figures, and what each puts in.
ALIKE: dict[str, tuple[str, dict[str, str]]] = {
    "suspension-rate-ap": ("rate-ap", {
        "counted": "kind = 'SUSP'",
        "day": "starts_on",
        "events": LIVE_SUSPENSIONS,
    }),
    "permanent-exclusion-rate-ap": ("rate-ap", {
        "counted": "true",
        "day": "effective_on",
        "events": COUNTED_EXCLUSIONS,
    }),
    "outreach-zero-suspensions-12-months": ("outreach-zero", {
        "answer": "suspended",
        "day": "starts_on",
        "events": LIVE_SUSPENSIONS,
    }),
    "outreach-zero-permanent-exclusions-12-months": ("outreach-zero", {
        "answer": "excluded",
        "day": "effective_on",
        "events": COUNTED_EXCLUSIONS,
    }),
    "outreach-semh-improved": ("outreach-improved", {"aspect": "semh"}),
    "outreach-curriculum-improved": ("outreach-improved", {"aspect": "curriculum"}),
    "schools-at-or-below-national-suspensions": (OF_SCHOOLS, {
        "day": "starts_on",
        "events": "pupils_suspension WHERE cancelled_on IS NULL AND kind = 'SUSP'",
        "published": "suspension_rate",
    }),
    "schools-at-or-below-national-permanent-exclusions": (OF_SCHOOLS, {
        "day": "effective_on",
        "events": "pupils_permanentexclusion WHERE result <> ALL(%(not_counted)s)",
        "published": "permanent_exclusion_rate",
    }),
    "post16-sustained-destination": ("post16", {
        "month": "march",
        "wanted": "'there', 'elsewhere'",
    }),
    "post16-neet": ("post16", {"month": "january", "wanted": "'neet'"}),
    "referrals-decided-in-time": ("due", {"due": "decide_by", "done": "decided_on"}),
    "day-six-provision-in-time": ("due", {"due": "day_six_on", "done": "education_from"}),
}  # fmt: skip
OF_ATTENDANCE = (*SESSIONS, *ENROLMENTS)


@cache
def _written() -> dict[str, str]:
    """Return the statements of the files by their names."""
    found = {}
    for path in Path(__file__).parent.glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        _, *parts = re.split(r"^-- (rows|sums): ([\w-]+)(?:: (.+))?$", text, flags=re.MULTILINE)
        for kind, name, apart, written in zip(*(parts[at::4] for at in range(4)), strict=True):
            sql = written.strip().removesuffix(";")
            found[name] = sql if kind == "sums" else _summed(name, sql, apart or "")
    return found


def _summed(name: str, rows: str, apart: str) -> str:
    columns = "".join(f", coalesce(sum({column}), 0)" for column in apart.split(", ") if column)
    unit = "school_id" if name == OF_SCHOOLS else "pupil_id"
    return SUMMED.format(unit=unit, apart=columns, rows=rows)


def statement(slug: str, source: str = FROM_TOTALS) -> str:
    """Return the statement of a measure: numerator, denominator, and more. Raise KeyError.

    More are the children behind it, the print, and what is counted apart, except where the
    statement is one of sums alone.
    """
    if slug in SESSIONS:
        return source + f"SELECT sum({SESSIONS[slug]}), sum({POSSIBLE}) FROM counted"  # noqa: S608
    if slug in ENROLMENTS:
        columns = f"count(*) FILTER (WHERE {ENROLMENTS[slug]}), count(*)"
        return source + OF_ENROLMENTS + f"SELECT {columns} FROM enrolled"  # noqa: S608
    if slug in ALIKE:
        name, words = ALIKE[slug]
        return _written()[name].format(**words)
    return _written()[slug]


def agree(total: Total, found: Sequence[Any]) -> bool:
    """Tell whether a figure says what its statement found, as far as the statement goes.

    Where nothing is below the line, a figure's children are those who are counted apart.
    """
    above, below, *more = found
    if (total.numerator, total.denominator) != (int(above or 0), int(below or 0)):
        return False
    if not more:
        return True
    children, taken, *apart = more
    return (
        total.fingerprint == taken
        and list(total.counts.values()) == [int(count) for count in apart]
        and (total.units == children or not total.denominator)
    )


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
        "is_over": period.is_over and period.coverage == Coverage.YEAR,
        "school_days": days,
        "first_school_day": days[0],
        "last_school_day": days[-1],
        "paid_days": school_days_at(None, period.start, period.until),
        "grade": settings.KS4_GRADE,
        "gone": [str(reason.value) for reason in GONE_FOR_GOOD],
        "not_counted": [str(result.value) for result in NOT_COUNTED],
    }
