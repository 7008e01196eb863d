"""What a session that was attended cost: pounds spent, over sessions attended."""

from attendance.models.expected import HERE, OF_DAY, OF_WEEK, SCHOOL_DAYS, of_days
from reporting.kpis.measure import Measure, Population, Units
from reporting.kpis.period import Period
from reporting.kpis.sessions import sessions
from reporting.kpis.system import COUNCIL, OWNER, YEAR_GROUP

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
    ), paid AS (
        SELECT placement.id, count(*) AS days, sum(
            CASE WHEN EXISTS (
                SELECT FROM placements_pause AS pause
                WHERE pause.placement_id = placement.id AND day >= pause.starts_on
                  AND (pause.ends_on IS NULL OR day < pause.ends_on)
            ) THEN 0 ELSE {OF_DAY.format(sessions=HERE)} END) AS sessions
        FROM placed AS placement
        JOIN school_day ON day >= placement.starts_on
          AND (placement.ends_on IS NULL OR day < placement.ends_on)
        {OF_WEEK.format(day="day")}
        WHERE placement.pounds IS NOT NULL AND NOT EXISTS (
            SELECT FROM accounts_closure AS closure
            WHERE closure.organisation_id = placement.provider_id
              AND day >= closure.starts_on AND day < closure.ends_on)
        GROUP BY 1
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
    JOIN pupils_pupil AS pupil ON pupil.id = placed.pupil_id
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
