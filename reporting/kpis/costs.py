"""What a session that was attended cost: pounds spent, over sessions attended."""

from attendance.models.expected import expected_and_marked
from reporting.kpis.measure import Measure, Population, Units
from reporting.kpis.period import Period
from reporting.kpis.sessions import sessions
from reporting.kpis.system import COUNCIL, OWNER, YEAR_GROUP

# As placements.costs: a week is paid by its school days, pauses included; a session where the
# pattern of the week holds it, whatever a part-time timetable leaves out.
UNITS = f"""
    SELECT placement.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="%(first)s::date")},
        coalesce(CASE rate.unit
            WHEN 'week' THEN round(rate.pounds * 100 * found.days / 5)
            ELSE rate.pounds * 100 * (found.expected + found.left_out)
        END, 0)::bigint AS pence,
        CASE WHEN rate.id IS NULL THEN 0 ELSE coalesce(attended.present, 0) END AS attended,
        (rate.id IS NULL)::int AS unpriced
    FROM ({{counted}}) AS found
    JOIN placements_placement AS placement ON placement.id = found.placement_id
    JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    LEFT JOIN placements_rate AS rate ON rate.id = placement.rate_id
    LEFT JOIN (
        SELECT placement_id, sum(present) AS present FROM ({{sessions}}) AS session GROUP BY 1
    ) AS attended ON attended.placement_id = placement.id
"""  # noqa: S608 - constants of ours


def _population(period: Period) -> Population:
    counted, params = expected_and_marked(period.start, period.until)
    seen = sessions(period.start, period.until)
    units = Units(UNITS.format(counted=counted, sessions=seen.text), {**params, **seen.params})
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
        priority=0,
    )
]
