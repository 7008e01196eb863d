"""Whether registers are complete: the sessions that were expected, and those that were marked."""

from attendance.models.expected import expected_and_marked
from reporting.kpis.measure import Measure, Population, Units
from reporting.kpis.period import Period
from reporting.kpis.system import OWNER, YEAR_GROUP

SLUG = "registers-complete"
UNITS = f"""
    SELECT placement.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="%(first)s::date")}, found.marked, found.expected,
        found.left_out, found.unasked
    FROM ({{counted}}) AS found
    JOIN placements_placement AS placement ON placement.id = found.placement_id
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
"""  # noqa: S608 - constants of ours


def _population(period: Period) -> Population:
    """Count up to the day before the as-of day, which is not over."""
    until = max(period.start, min(period.end, period.as_of))
    counted, params = expected_and_marked(period.start, until)
    units = Units(UNITS.format(counted=counted), params)
    return Population(
        units,
        numerator="marked",
        denominator="expected",
        counts={
            "Sessions of the pattern that were not expected, left out": "left_out",
            "Marks at sessions that nobody expected, in neither number": "unasked",
        },
    )


FAMILY = [
    Measure(
        slug=SLUG,
        title="Sessions marked in the registers",
        definition="Sessions for which a provider's register expected a pupil, that were over, and "
        "that somebody marked, as a share of all that were expected. Expected is what the weekly "
        "pattern of the placement holds on school days, less closed days, pauses, sessions at the "
        "school in weeks of return, and what a part-time timetable leaves out.",
        numerator_words="Expected sessions with a mark",
        denominator_words="Sessions expected",
        exclusions="Left out of the pattern: sessions on a provider's closed days, in pauses, at "
        "the school in weeks of return, and those that a part-time timetable leaves out. The day "
        "on which the figure is computed is not over and not counted. A mark at a session that "
        "nobody expected is in neither number.",
        source="H&F AP strategy 2023 to 2028, priority 2; School Attendance (Pupil Registration) "
        "(England) Regulations 2024: a register is taken at each session",
        unit="percent of sessions expected",
        better="higher",
        version=2,
        owner=OWNER,
        population=_population,
        is_of_sessions=False,
        reads=frozenset({"placements", "timetables"}),
        priority=0,
    )
]
