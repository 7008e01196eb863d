"""Whether registers are complete: the sessions that were expected, and those that were marked."""

from typing import Any

from apsystem.lib.calendar import bank_holidays
from placements.models import TAKEN_UP
from reporting.kpis.measure import Measure, Period, Population, Units
from reporting.kpis.system import OWNER, YEAR_GROUP

SLUG = "registers-complete"
# Which sessions of a day a pattern holds, counted.
OF_DAY = "bit_count((({sessions} >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))"
CLOSED = """
    SELECT FROM accounts_closure AS closure
    WHERE closure.organisation_id {place} AND {day} >= closure.starts_on
      AND {day} < closure.ends_on
"""
PAUSED = """
    SELECT FROM placements_pause AS pause
    WHERE pause.placement_id = placement.id AND {day} >= pause.starts_on
      AND (pause.ends_on IS NULL OR {day} < pause.ends_on)
"""
# Placements that are alike are worked out together. What pauses and timetables leave out is taken
# off: a mark in it is not counted either.
REGISTERS = f"""
    WITH school_day AS (
        SELECT found::date AS day
        FROM accounts_halfterm AS half,
            generate_series(greatest(half.starts_on, %(first)s::date),
                least(half.ends_on, %(until)s::date) - 1, interval '1 day') AS found
        WHERE extract(isodow FROM found) < 6 AND found::date <> ALL(%(holidays)s::date[])
          AND NOT EXISTS ({
    CLOSED.format(place="IS NULL", day="found").replace(
        "organisation_id = NULL", "organisation_id IS NULL"
    )
})
    ), pattern AS (
        SELECT DISTINCT provider_id, starts_on, coalesce(ends_on, 'infinity') AS ends_on, sessions
        FROM placements_placement
        WHERE sessions > 0 AND status = ANY(%(taken_up)s) AND starts_on < %(until)s
          AND (ends_on IS NULL OR ends_on > %(first)s)
    ), asked AS (
        SELECT provider_id, starts_on, ends_on, sessions,
            sum({OF_DAY.format(sessions="sessions")}) AS n
        FROM pattern
        JOIN school_day ON day >= starts_on AND day < ends_on
        WHERE NOT EXISTS ({CLOSED.format(place="= provider_id", day="day")})
        GROUP BY 1, 2, 3, 4
    ), paused AS (
        SELECT pause.placement_id, sum({OF_DAY.format(sessions="sessions")}) AS n
        FROM placements_pause AS pause
        JOIN placements_placement AS placement ON placement.id = placement_id
        JOIN school_day ON day >= pause.starts_on
          AND (pause.ends_on IS NULL OR day < pause.ends_on)
          AND day >= placement.starts_on
          AND (placement.ends_on IS NULL OR day < placement.ends_on)
        WHERE NOT EXISTS ({CLOSED.format(place="= provider_id", day="day")})
        GROUP BY 1
    ), left_out AS (
        SELECT timetable.placement_id,
            sum({OF_DAY.format(sessions="(placement.sessions & ~timetable.sessions)")}) AS n
        FROM attendance_parttimetimetable AS timetable
        JOIN placements_placement AS placement ON placement.id = placement_id
        JOIN school_day ON day >= timetable.starts_on AND day < timetable.ends_on
          AND day >= placement.starts_on
          AND (placement.ends_on IS NULL OR day < placement.ends_on)
        WHERE NOT EXISTS ({CLOSED.format(place="= provider_id", day="day")})
          AND NOT EXISTS ({PAUSED.format(day="day")})
        GROUP BY 1
    ), marked AS (
        SELECT mark.placement_id, count(*) AS n
        FROM attendance_mark AS mark
        JOIN placements_placement AS placement ON placement.id = placement_id
        WHERE date >= %(first)s AND date < %(until)s AND date IN (SELECT day FROM school_day)
          AND date >= placement.starts_on
          AND (placement.ends_on IS NULL OR date < placement.ends_on)
          AND (sessions >> ((date - '2000-01-03') %% 7 * 2 + session)) & 1 = 1
          AND NOT EXISTS ({CLOSED.format(place="= provider_id", day="date")})
          AND NOT EXISTS ({PAUSED.format(day="date")})
          AND NOT EXISTS (
              SELECT FROM attendance_parttimetimetable AS timetable
              WHERE timetable.placement_id = placement.id
                AND date >= timetable.starts_on AND date < timetable.ends_on
                AND (timetable.sessions >> ((date - '2000-01-03') %% 7 * 2 + session)) & 1 = 0)
        GROUP BY 1
    )
    SELECT placement.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="%(first)s::date")},
        coalesce(marked.n, 0) AS marked,
        asked.n - coalesce(paused.n, 0) - coalesce(left_out.n, 0) AS expected
    FROM placements_placement AS placement
    JOIN asked ON asked.provider_id = placement.provider_id
      AND asked.starts_on = placement.starts_on AND asked.sessions = placement.sessions
      AND asked.ends_on = coalesce(placement.ends_on, 'infinity')
    JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    LEFT JOIN paused ON paused.placement_id = placement.id
    LEFT JOIN left_out ON left_out.placement_id = placement.id
    LEFT JOIN marked ON marked.placement_id = placement.id
    WHERE placement.status = ANY(%(taken_up)s)
"""  # noqa: S608 - constants of ours


def _population(period: Period) -> Population:
    """Count up to the day before the as-of day, which is not over."""
    params: dict[str, Any] = {
        "first": period.start,
        "until": max(period.start, min(period.end, period.as_of)),
        "holidays": sorted(bank_holidays()),
        "taken_up": TAKEN_UP,
    }
    return Population(Units(REGISTERS, params), numerator="marked", denominator="expected")


FAMILY = [
    Measure(
        slug=SLUG,
        title="Sessions marked in the registers",
        definition="Sessions for which a provider's register expected a pupil, that were over, and "
        "that somebody marked, as a share of all that were expected. Expected is what the weekly "
        "pattern of the placement holds on school days, less closed days, pauses, and what a "
        "part-time timetable leaves out.",
        numerator_words="Expected sessions with a mark",
        denominator_words="Sessions expected",
        exclusions="The day on which the figure is computed is not over and not counted. A mark "
        "at a session that nobody expected is in neither number.",
        source="H&F AP strategy 2023 to 2028, priority 2; School Attendance (Pupil Registration) "
        "(England) Regulations 2024: a register is taken at each session",
        unit="percent of sessions expected",
        better="higher",
        version=1,
        owner=OWNER,
        population=_population,
        is_of_sessions=False,
        priority=0,
    )
]
