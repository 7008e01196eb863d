"""Which sessions are expected: the pattern of the week, less pauses, closed days and timetables.

The one place that knows. Registers ask for one session at a time (`expected`, `Roll`), lists for
many days (`SESSIONS`, `sessions_of`), figures for all placements (`expected_and_marked`).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple, Self

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, prefetch_related_objects

from accounts.models.calendar import school_days_at
from apsystem.lib.calendar import bank_holidays, monday_of, session_bit
from apsystem.lib.conditions import Condition
from attendance.models.mark import Mark
from attendance.models.timetable import LEAVES_OUT, PartTimeTimetable
from placements.models import TAKEN_UP, Placement, PlacementQuerySet, with_week

TIMETABLE_CODE = "C2"  # regulation 11(6): authorised absence, a possible session (reference 1.2)

# Which sessions a placement has in a week: those that are set for a week of return, or the usual
# ones. The join costs a tenth; NOT EXISTS for each session cost two thirds where returns ran.
OF_WEEK = """
    LEFT JOIN placements_weekpattern AS week ON week.placement_id = placement.id
      AND week.monday = {day} - ({day} - '2000-01-03') %% 7
"""
HERE = "coalesce(week.sessions, placement.sessions)"
# A row for each session of the placements' patterns on the given school days. `timetable_id` names
# the part-time timetable that leaves the session out: nobody asks for a mark then.
SESSIONS = f"""
    SELECT placement.id AS placement_id, placement.pupil_id, day AS date, half.session,
        timetable.id AS timetable_id
    FROM placements_placement AS placement
    JOIN unnest(%(days)s::date[]) AS day
      ON day >= placement.starts_on AND (placement.ends_on IS NULL OR day < placement.ends_on)
    {OF_WEEK.format(day="day")}
    CROSS JOIN (VALUES (0), (1)) AS half(session)
    LEFT JOIN attendance_parttimetimetable AS timetable
      ON timetable.placement_id = placement.id
      AND day >= timetable.starts_on AND day < timetable.ends_on
      AND (timetable.sessions >> ((day - '2000-01-03') %% 7 * 2 + half.session)) & 1 = 0
    WHERE placement.id = ANY(%(placements)s) AND placement.status = ANY(%(taken_up)s)
      AND ({HERE} >> ((day - '2000-01-03') %% 7 * 2 + half.session)) & 1 = 1
      AND NOT EXISTS (
        SELECT FROM accounts_closure AS closure
        WHERE closure.organisation_id = placement.provider_id
          AND day >= closure.starts_on AND day < closure.ends_on)
      AND NOT EXISTS (
        SELECT FROM placements_pause AS pause
        WHERE pause.placement_id = placement.id
          AND day >= pause.starts_on AND (pause.ends_on IS NULL OR day < pause.ends_on))
"""  # noqa: S608 - constants of ours

# Whether a part-time timetable leaves a session of a placement out.
LEFT_OUT = f"""
    EXISTS (
        SELECT FROM attendance_parttimetimetable WHERE placement_id = {{0}}
          AND {LEAVES_OUT.format("starts_on", "ends_on", "sessions")}
    )
"""
# Which sessions of a day a pattern holds, counted.
OF_DAY = "bit_count((({sessions} >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))"
HOLDS = "({sessions} >> ((day - '2000-01-03') %% 7 * 2 + session)) & 1 <> 0"
SCHOOL_DAYS = """
    SELECT found::date AS day
    FROM accounts_halfterm AS half,
        generate_series(greatest(half.starts_on, %(first)s::date),
            least(half.ends_on, %(until)s::date) - 1, interval '1 day') AS found
    WHERE extract(isodow FROM found) < 6 AND found::date <> ALL(%(holidays)s::date[])
      AND NOT EXISTS (
        SELECT FROM accounts_closure AS closure
        WHERE closure.organisation_id IS NULL AND found >= closure.starts_on
          AND found < closure.ends_on)
"""
# Placements that are alike are worked out together, and all marks within the patterns are counted at
# once. What is left out of a pattern is then taken off both: few sessions, each of them once. `kept`
# is what a placement still has while it is left out.
EXPECTED_AND_MARKED = f"""
    WITH school_day AS ({SCHOOL_DAYS}
    ), placed AS (
        SELECT id, provider_id, starts_on, coalesce(ends_on, 'infinity') AS ends_on, sessions
        FROM placements_placement
        WHERE sessions > 0 AND status = ANY(%(taken_up)s) AND starts_on < %(until)s
          AND (ends_on IS NULL OR ends_on > %(first)s)
    ), pattern AS (
        SELECT starts_on, ends_on, sessions, array_agg(id) AS placements FROM placed
        GROUP BY 1, 2, 3
    ), left_out AS (
        SELECT placed.id AS placement_id, closure.starts_on, closure.ends_on, 0 AS kept
        FROM accounts_closure AS closure JOIN placed ON provider_id = organisation_id
        UNION ALL
        SELECT placement_id, starts_on, coalesce(ends_on, 'infinity'), 0 FROM placements_pause
        UNION ALL
        SELECT placement_id, monday, monday + 7, sessions FROM placements_weekpattern
        UNION ALL
        SELECT placement_id, starts_on, ends_on, sessions FROM attendance_parttimetimetable
    ), less AS (
        SELECT placement_id, count(*) AS expected, count(mark.id) AS marked
        FROM (
            SELECT DISTINCT placement_id, day AS date, session
            FROM left_out JOIN placed ON placed.id = placement_id
            JOIN school_day ON day >= greatest(left_out.starts_on, placed.starts_on)
              AND day < least(left_out.ends_on, placed.ends_on)
            CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS half(session)
            WHERE {HOLDS.format(sessions="(sessions & ~kept)")}
        ) AS slot
        LEFT JOIN attendance_mark AS mark USING (placement_id, date, session)
        GROUP BY 1
    ), marked AS (
        SELECT placement_id, count(*) AS every, count(*) FILTER (
            WHERE day >= starts_on AND day < ends_on AND day IN (SELECT day FROM school_day)
              AND {HOLDS.format(sessions="sessions")}) AS n
        FROM (SELECT placement_id, date AS day, session FROM attendance_mark) AS mark
        JOIN placed ON placed.id = placement_id
        WHERE day >= %(first)s AND day < %(until)s
        GROUP BY 1
    )
    SELECT placement_id, coalesce(marked.n, 0) - coalesce(less.marked, 0) AS marked,
        asked.n - coalesce(less.expected, 0) AS expected, coalesce(less.expected, 0) AS left_out,
        coalesce(marked.every - marked.n, 0) + coalesce(less.marked, 0) AS unasked
    FROM pattern CROSS JOIN LATERAL (
        SELECT sum({OF_DAY.format(sessions="sessions")}) AS n FROM school_day
        WHERE day >= starts_on AND day < ends_on
    ) AS asked
    CROSS JOIN unnest(placements) AS placement_id
    LEFT JOIN less USING (placement_id)
    LEFT JOIN marked USING (placement_id)
    WHERE asked.n IS NOT NULL
"""  # noqa: S608 - constants of ours


class Slot(NamedTuple):
    """One session of one placement, and the timetable that leaves it out, if any."""

    placement_id: int
    pupil_id: int
    date: date
    session: int
    timetable_id: int | None


def expected(rows: PlacementQuerySet, on: date, session: int) -> PlacementQuerySet:
    """Keep the placements of which a register asks for a mark. The caller knows if it is open."""
    return rows.expected(on, session).filter(~Q(_leaving_out(on, session)))


class Roll(NamedTuple):
    """The placements in force at a session, by pupil, with what is said of the week.

    `left_out` are those whose part-time timetable leaves the session out, with that timetable;
    `others` those whose pattern of the week lacks it, or that are paused.
    """

    expected: list[Placement]
    left_out: list[Placement]
    others: list[Placement]

    @classmethod
    def read(cls, rows: PlacementQuerySet, on: date, session: int) -> Self:
        """Tell the placements apart. One query, and one more where a timetable leaves one out."""
        here = Placement.objects.expected(on, session).filter(pk=OuterRef("pk"))
        placed = rows.in_force(on).with_register().by_pupil()
        asked = placed.annotate(has_session=Exists(here), is_left_out=_leaving_out(on, session))
        roll = cls([], [], [])
        for row in with_week(asked, on):
            told = vars(row)
            if not told["has_session"]:
                roll.others.append(row)
            else:
                (roll.left_out if told["is_left_out"] else roll.expected).append(row)
        leaving = PartTimeTimetable.objects.leaving_out(on, session)
        prefetch_related_objects(
            roll.left_out, Prefetch("timetables", leaving, to_attr="leaving_out")
        )
        return roll


def count_expected(rows: PlacementQuerySet, on: date, session: int) -> dict[int, int]:
    """Return how many marks each provider's register asks for at a session. One query."""
    counted = expected(rows, on, session).order_by().values_list("provider")
    return dict(counted.annotate(children=Count("pk")))


def count_asked_for(rows: PlacementQuerySet, on: date, session: int) -> dict[int, int]:
    """Return how many of these each provider has marked: marks that were asked for. One query."""
    marks = Mark.objects.filter(placement=OuterRef("pk"), date=on, session=session)
    counted = expected(rows, on, session).filter(Exists(marks)).order_by()
    return dict(counted.values_list("provider").annotate(children=Count("pk")))


def _leaving_out(on: date, session: int) -> Condition:
    return Condition(LEFT_OUT, F("pk"), given=(on, on, session_bit(on, session)))


def sessions_of(placements: Iterable[int], start: date, end: date) -> list[Slot]:
    """Return the sessions of these placements from start up to, not on, end, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{SESSIONS} ORDER BY date, session, placement_id", given(placements, start, end)
        )
        return [Slot(*row) for row in cursor.fetchall()]


def expected_and_marked(start: date, until: date) -> tuple[str, dict[str, Any]]:
    """Return the query of how many sessions of each placement were expected, and of those marked.

    From start up to, not on, until. Its rows are placement_id, marked, expected; `left_out` are
    sessions of the pattern that were not expected, `unasked` marks of sessions that were not.
    """
    return EXPECTED_AND_MARKED, of_days(start, until)


def of_days(start: date, until: date) -> dict[str, Any]:
    """Return what SCHOOL_DAYS asks for, and which placements are taken up."""
    return {
        "first": start,
        "until": until,
        "holidays": sorted(bank_holidays()),
        "taken_up": TAKEN_UP,
    }


def given(placements: Iterable[int], start: date, end: date) -> dict[str, Any]:
    """Return what SESSIONS asks for: the placements, and the school days of a time. Two queries."""
    days = school_days_at(None, start, end) if end > start else []
    return {"placements": list(placements), "days": days, "taken_up": TAKEN_UP}


def week_of(day: date) -> tuple[date, date]:
    """Return the Monday of a day's week, and the Monday after it."""
    monday = monday_of(day)
    return monday, monday + timedelta(days=7)
