"""What a session that was attended cost: pounds spent, over sessions attended."""

from attendance.models.expected import OF_DAY, SCHOOL_DAYS, of_days
from reporting.kpis.measure import Measure, Population, Units
from reporting.kpis.period import Period
from reporting.kpis.sessions import sessions
from reporting.kpis.system import COUNCIL, OWNER, YEAR_GROUP

# Placements that are alike are worked out together, and the few days that differ are taken off.
# As placements.costs: a week is paid by its school days, pauses included; a session where the
# pattern of the week holds it, whatever a part-time timetable leaves out. Without a rate no pupil
# stands behind the figure: few pupils with one are few.
UNITS = f"""
    WITH school_day AS ({SCHOOL_DAYS}), placed AS (
        SELECT placement.*, rate.unit, rate.pounds
        FROM placements_placement AS placement
        LEFT JOIN placements_rate AS rate ON rate.id = placement.rate_id
        WHERE sessions > 0 AND status = ANY(%(taken_up)s) AND placement.starts_on < %(until)s
          AND (ends_on IS NULL OR ends_on > %(first)s)
    ), priced AS (
        SELECT id, provider_id, starts_on, coalesce(ends_on, 'infinity') AS ends_on, sessions
        FROM placed WHERE pounds IS NOT NULL
    ), alike AS (
        SELECT starts_on, ends_on, pattern.sessions, count(*) AS days,
            sum({OF_DAY.format(sessions="pattern.sessions")}) AS sessions_held
        FROM (SELECT DISTINCT starts_on, ends_on, sessions FROM priced) AS pattern
        JOIN school_day ON day >= starts_on AND day < ends_on
        GROUP BY 1, 2, 3
    ), other AS (
        SELECT priced.id, closure.starts_on, closure.ends_on, true AS is_closed, 0 AS kept
        FROM accounts_closure AS closure JOIN priced ON provider_id = organisation_id
        UNION ALL
        SELECT placement_id, starts_on, coalesce(ends_on, 'infinity'), false, 0
        FROM placements_pause
        UNION ALL
        SELECT placement_id, monday, monday + 7, false, sessions FROM placements_weekpattern
    ), less AS (
        SELECT id, count(*) FILTER (WHERE is_closed) AS days,
            sum({OF_DAY.format(sessions="sessions")} - {OF_DAY.format(sessions="kept")}) AS held
        FROM (
            SELECT priced.id, day, priced.sessions, bool_or(is_closed) AS is_closed,
                min(kept) AS kept
            FROM other JOIN priced USING (id)
            JOIN school_day ON day >= greatest(other.starts_on, priced.starts_on)
              AND day < least(other.ends_on, priced.ends_on)
            GROUP BY 1, 2, 3
        ) AS changed
        GROUP BY 1
    ), paid AS (
        SELECT priced.id, alike.days - coalesce(less.days, 0) AS days,
            alike.sessions_held - coalesce(less.held, 0) AS sessions
        FROM priced JOIN alike USING (starts_on, ends_on, sessions)
        LEFT JOIN less ON less.id = priced.id
    ), attended AS (
        SELECT placement_id AS id, sum(present) AS present FROM ({{sessions}}) AS session GROUP BY 1
    )
    SELECT CASE WHEN placed.pounds IS NOT NULL THEN placed.pupil_id END AS pupil_id, placed.home_school_id AS school_id, placed.provider_id, placed.tier,
        {YEAR_GROUP.format(day="%(first)s::date")},
        coalesce(CASE placed.unit
            WHEN 'week' THEN round(placed.pounds * 100 * paid.days / 5)
            ELSE placed.pounds * 100 * paid.sessions
        END, 0)::bigint AS pence,
        CASE WHEN placed.pounds IS NULL THEN 0 ELSE coalesce(present, 0) END AS attended,
        (placed.pounds IS NULL)::int AS unpriced
    FROM placed
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = placed.pupil_id
    LEFT JOIN paid ON paid.id = placed.id
    LEFT JOIN attended ON attended.id = placed.id
"""  # noqa: S608 - constants of ours


def _population(period: Period) -> Population:
    seen = sessions(period.start, period.until)
    days = of_days(period.start, period.until)
    units = Units(UNITS.format(sessions=seen.text), {**days, **seen.params})
    return Population(
        units,
        numerator="pence",
        denominator="attended",
        counts={"Placements without a rate, left out": "unpriced"},
    )


FAMILY = [
    Measure(
        slug="cost-per-attended-session",
        title="Cost of a session attended",
        definition="What placements of tiers 2 and 3 cost in the period, up to the day on which "
        "the figure is computed, for each session that their pupils attended. By the session, "
        "each session of the weekly pattern on the provider's school days is paid, pauses and "
        "sessions at the school in weeks of return left out; by the week, a fifth of the rate for "
        "each school day.",
        numerator_words="Spent",
        denominator_words="Sessions attended",
        exclusions="Placements without an agreed rate, with their sessions.",
        source=f"{COUNCIL}: the rate agreed for each placement. In files what was spent is in pence",
        unit="pounds per session attended",
        better="lower",
        version=1,
        owner=OWNER,
        population=_population,
        is_of_sessions=False,
        reads=frozenset({"placements"}),
        priority=0,
    )
]
