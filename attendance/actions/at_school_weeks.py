"""The statements that check weeks of attendance at school, set them beside what is there, and move."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection

from apsystem.lib.calendar import bank_holidays
from apsystem.lib.tables import ERRORS_SHOWN
from attendance.actions.reading import Problems
from attendance.models import PLANNED_CLOSURE
from attendance.models.code import (
    ABSENT_KINDS,
    AFTERNOON,
    MORNING,
    POSSIBLE_KINDS,
    PRESENT_KINDS,
    codes_of,
)

STAGE = """
    DROP TABLE IF EXISTS pg_temp.school_line, pg_temp.school_session, pg_temp.school_plan;
    CREATE TEMPORARY TABLE school_line (
        place integer, pupil_id bigint, week date, possible integer, present integer,
        authorised integer, unauthorised integer, late integer
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE school_session (
        place integer, pupil_id bigint, date date, session smallint, code varchar(2)
    ) ON COMMIT DROP
"""
COPY_WEEKS = (
    "COPY school_line (place, pupil_id, week, possible, present, authorised, unauthorised, late) "
    "FROM STDIN"
)
COPY_SESSIONS = "COPY school_session (place, pupil_id, date, session, code) FROM STDIN"
# Schools set terms of their own, so only what closes a school for sure is held against a session:
# a weekend, a bank holiday, a closure in the calendar. Exports say # for such a day.
WRONG_SESSIONS = """
    SELECT place, problem, count(*) OVER () FROM (
        SELECT place, CASE
            WHEN code.code IS NULL THEN line.code || ' is not an attendance code'
            WHEN date < code.in_force_from OR date >= code.in_force_to
                THEN line.code || ' was not in force on that day'
            WHEN line.code = CASE session WHEN 0 THEN %(afternoon)s ELSE %(morning)s END
                THEN line.code || ' belongs to the other session of the day'
            WHEN extract(isodow FROM date) > 5 THEN 'the day is no school day'
            WHEN is_bank_holiday AND line.code <> %(closure)s THEN 'the day is a bank holiday'
            WHEN is_closed AND line.code <> %(closure)s
                THEN 'the calendar says that the school is closed on that day'
            WHEN date > %(today)s AND NOT (is_bank_holiday OR is_closed)
                THEN 'the day has not come yet'
            WHEN row_number() OVER (PARTITION BY pupil_id, date, session ORDER BY place) > 1
                THEN 'the session of this pupil stands in an earlier row already'
            END AS problem
        FROM (
            SELECT *, date = ANY(%(bank_holidays)s) AS is_bank_holiday, EXISTS (
                SELECT FROM accounts_closure AS closure
                WHERE date >= closure.starts_on AND date < closure.ends_on
                  AND (closure.organisation_id IS NULL OR EXISTS (
                    SELECT FROM pupils_enrolment AS enrolment
                    JOIN accounts_organisation AS roll ON roll.id = enrolment.organisation_id
                    WHERE enrolment.pupil_id = session.pupil_id AND roll.kind = 'school'
                      AND roll.id = closure.organisation_id
                      AND (%(school)s::bigint IS NULL OR roll.id = %(school)s)
                      AND enrolment.starts_on <= date
                      AND (enrolment.ends_on IS NULL OR enrolment.ends_on > date)))
                ) AS is_closed
            FROM school_session AS session
        ) AS line LEFT JOIN attendance_code AS code ON code.code = line.code
    ) AS judged WHERE problem IS NOT NULL ORDER BY place LIMIT %(most)s
"""
ADD_UP = """
    INSERT INTO school_line
    SELECT min(place), pupil_id, date_trunc('week', date)::date,
        count(*) FILTER (WHERE code = ANY(%(possible)s)),
        count(*) FILTER (WHERE code = ANY(%(present)s)),
        count(*) FILTER (WHERE code = ANY(%(authorised)s)),
        count(*) FILTER (WHERE code = ANY(%(unauthorised)s)),
        count(*) FILTER (WHERE code = %(late)s)
    FROM school_session GROUP BY pupil_id, date_trunc('week', date)
"""
PLAN = """
    CREATE TEMPORARY TABLE school_plan ON COMMIT DROP AS
    SELECT line.*, roll.school_id, there.id AS row_id,
        CASE
            WHEN roll.schools IS NULL THEN 'the pupil is not on the roll of the school that week'
            WHEN roll.schools > 1 THEN 'the pupil is on the rolls of two schools that week. '
                'Import for one of them'
            WHEN line.week > %(today)s THEN 'the week has not begun'
            WHEN there.source = 'typed'
                THEN 'a period of that week is typed already. Take it back first'
            WHEN row_number() OVER (PARTITION BY line.pupil_id, line.week ORDER BY place) > 1
                THEN 'the week of this pupil stands in an earlier row already'
            END AS problem,
        (there.possible, there.present, there.authorised, there.unauthorised, there.late)
            = (line.possible, line.present, line.authorised, line.unauthorised, line.late)
            AS is_same
    FROM school_line AS line
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT organisation_id) AS schools, min(organisation_id) AS school_id
        FROM pupils_enrolment AS enrolment
        JOIN accounts_organisation AS place ON place.id = enrolment.organisation_id
        WHERE enrolment.pupil_id = line.pupil_id AND place.kind = 'school'
          AND (%(school)s::bigint IS NULL OR place.id = %(school)s)
          AND enrolment.starts_on < line.week + 7
          AND (enrolment.ends_on IS NULL OR enrolment.ends_on > line.week)
        HAVING count(*) > 0
    ) AS roll ON true
    LEFT JOIN attendance_schoolattendance AS there
        ON there.pupil_id = line.pupil_id AND there.school_id = roll.school_id
        AND there.taken_back_at IS NULL
        AND daterange(there.starts_on, there.ends_on) && daterange(line.week, line.week + 7)
"""
PROBLEMS = """
    SELECT place, problem, count(*) OVER () FROM school_plan
    WHERE problem IS NOT NULL ORDER BY place LIMIT %(most)s
"""
COUNTS = """
    SELECT count(*) FILTER (WHERE row_id IS NULL), count(*) FILTER (WHERE NOT is_same),
        count(*) FILTER (WHERE is_same), min(week), max(week)
    FROM school_plan
"""
REPLACE = """
    UPDATE attendance_schoolattendance AS there
    SET possible = plan.possible, present = plan.present, authorised = plan.authorised,
        unauthorised = plan.unauthorised, late = plan.late, taken_in_id = %(taken_in)s,
        recorded_by_id = %(by)s, recorded_at = %(at)s
    FROM school_plan AS plan WHERE there.id = plan.row_id AND NOT plan.is_same
"""
WRITE = """
    INSERT INTO attendance_schoolattendance
        (uid, pupil_id, school_id, starts_on, ends_on, possible, present, authorised, unauthorised,
         late, source, taken_in_id, recorded_by_id, recorded_at)
    SELECT gen_random_uuid(), pupil_id, school_id, week, week + 7, possible, present, authorised,
        unauthorised, late, 'imported', %(taken_in)s, %(by)s, %(at)s
    FROM school_plan WHERE row_id IS NULL ORDER BY week, pupil_id
"""
LATE = "L"


def stage() -> None:
    """Make the tables of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE)


def copy(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows into one of them."""
    with connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row)


def check_sessions(school: int | None, today: date, problems: Problems) -> None:
    """Say what is wrong with sessions. Without a school, the roll of the day decides on closures."""
    given: dict[str, Any] = {
        "morning": MORNING,
        "afternoon": AFTERNOON,
        "closure": PLANNED_CLOSURE,
        "bank_holidays": sorted(bank_holidays()),
        "school": school,
        "today": today,
        "most": ERRORS_SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRONG_SESSIONS, given)
        _tell(problems, cursor.fetchall())


def add_up() -> None:
    """Add sessions up into weeks, by the classes of DfE."""
    authorised, unauthorised = ([kind] for kind in ABSENT_KINDS)
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_UP,
            {
                "possible": list(codes_of(*POSSIBLE_KINDS)),
                "present": list(codes_of(*PRESENT_KINDS)),
                "authorised": list(codes_of(*authorised)),
                "unauthorised": list(codes_of(*unauthorised)),
                "late": LATE,
            },
        )


def plan(
    school: int | None, today: date, problems: Problems
) -> tuple[int, int, int, date | None, date | None]:
    """Set the weeks beside what is there. Return how many are new, changed, the same; the edges."""
    with connection.cursor() as cursor:
        cursor.execute(PLAN, {"school": school, "today": today})
        cursor.execute(PROBLEMS, {"most": ERRORS_SHOWN})
        _tell(problems, cursor.fetchall())
        cursor.execute(COUNTS)
        new, changed, same, first, last = cursor.fetchone()
        return new, changed, same, first, last


def write(*, taken_in: int, by: int, at: datetime) -> None:
    """Write what is new, and replace what changed."""
    given: dict[str, Any] = {"taken_in": taken_in, "by": by, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(REPLACE, given)
        cursor.execute(WRITE, given)


def _tell(problems: Problems, rows: list[tuple[int, str, int]]) -> None:
    for place, problem, _ in rows:
        problems.keep(place, problem)
    problems.count += rows[0][2] if rows else 0
