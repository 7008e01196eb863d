"""Suspension and permanent exclusion rates of alternative provision, per 100 pupils on roll.

DfE's method (reference 2, "Rates"): events over the whole year, divided by the sole and dual main
registrations at the January census, times 100. Pupils with dual subsidiary registrations are in the
events and not in the headcount, so a rate may pass 100 and is not capped.

A unit is an excluded child at one school, or the headcount of a school: the sums are the rate.
"""

from functools import partial

from accounts.models import Organisation
from pupils.models import Census
from pupils.models.codes import NOT_COUNTED, SuspensionKind
from reporting.kpis.measure import Measure, Population, Published, Rolls, Units
from reporting.kpis.period import Period

SUSPENSIONS = """
    SELECT pupil_id, school_id AS place_id FROM pupils_suspension
    WHERE starts_on >= %(start)s AND starts_on < %(until)s
      AND cancelled_on IS NULL AND kind = %(counted)s
"""
EXCLUSIONS = """
    SELECT pupil_id, school_id AS place_id FROM pupils_permanentexclusion
    WHERE effective_on >= %(start)s AND effective_on < %(until)s
      AND NOT result = ANY(%(not_counted)s)
"""
PLACES = """
    SELECT place.id, headcount.pupils
    FROM accounts_organisation AS place
    LEFT JOIN pupils_headcount AS headcount ON headcount.school_id = place.id
        AND headcount.year = %(year)s AND headcount.census = %(census)s
    WHERE place.kind = %(provider)s AND place.is_registered_school
"""
# Without a WITH, and of the same types on both sides, so that the database may leave out what is not
# asked for, as the year group.
UNITS = f"""
    SELECT happened.pupil_id, NULL::bigint AS school_id, happened.place_id AS provider_id,
        NULL::smallint AS tier, %(year)s - pupil.starts_year_1 + 1 AS year_group,
        CASE WHEN happened.pupils IS NULL THEN 0 ELSE happened.events END AS events, 0 AS pupils,
        CASE WHEN happened.pupils IS NULL THEN happened.events ELSE 0 END AS without_headcount
    FROM (
        SELECT pupil_id, place_id, min(place.pupils) AS pupils, count(*) AS events
        FROM ({{events}}) AS event JOIN ({PLACES}) AS place ON place.id = event.place_id
        GROUP BY 1, 2
    ) AS happened
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = happened.pupil_id
    UNION ALL
    SELECT NULL, NULL, id, NULL, NULL, 0::bigint, pupils, 0::bigint
    FROM ({PLACES}) AS place WHERE pupils IS NOT NULL
"""  # noqa: S608 - constants of ours


def _population(period: Period, *, events: str, left_out: str) -> Population:
    start, until = period.days
    return Population(
        units=Units(
            sql=UNITS.format(events=events),
            params={
                "start": start,
                "until": until,
                "year": period.year,
                "census": Census.SPRING.value,
                "provider": Organisation.Kind.PROVIDER.value,
                "counted": SuspensionKind.SUSPENSION.value,
                "not_counted": [result.value for result in NOT_COUNTED],
            },
        ),
        numerator="events",
        denominator="pupils",
        counts={left_out: "without_headcount"},
    )


AP = "State-funded alternative provision (incl. PRU)"
METHOD = (
    "DfE, Suspensions and permanent exclusions in England: methodology; Local Authority "
    "Interactive Tool (method text)"
)
PER_100 = "per 100 pupils (sole and dual main registrations, January census)"
CANNOT_COMPARE = (
    "Pupils with dual subsidiary registration are in the events and not in the headcount, so the "
    "rate may pass 100. A school without a headcount of the January census is left out whole, and "
    "its events are counted apart. Providers that are no schools have no rate."
)

FAMILY = [
    Measure(
        slug="suspension-rate-ap",
        title="Suspension rate in alternative provision",
        definition="Suspensions that began in the period at providers that are schools, per 100 "
        "pupils on their rolls at the January census. Each suspension counts, however long, so "
        "one pupil may count several times.",
        numerator_words="Suspensions",
        denominator_words="Pupils on roll at the spring census",
        exclusions=f"Left out: cancelled suspensions, and lunchtime suspensions, which the school "
        f"census does not collect. {CANNOT_COMPARE}",
        source=METHOD,
        unit=PER_100,
        better="lower",
        version=2,
        owner="SEND manager",
        population=partial(
            _population,
            events=SUSPENSIONS,
            left_out="Suspensions at schools without a headcount, left out",
        ),
        published=Published("suspension_rate", AP),
        is_of_sessions=False,
        knows=frozenset({"provider"}),
        rolls=Rolls.NEVER,
    ),
    Measure(
        slug="permanent-exclusion-rate-ap",
        title="Permanent exclusion rate in alternative provision",
        definition="Permanent exclusions that took effect in the period at providers that are "
        "schools, per 100 pupils on their rolls at the January census. What takes effect in a "
        "holiday counts with the term that follows, in the summer holiday with the year that ends.",
        numerator_words="Permanent exclusions",
        denominator_words="Pupils on roll at the spring census",
        exclusions="Left out: exclusions that were withdrawn, or that ended with an offer of "
        f"reinstatement. Those whose review is not over count. {CANNOT_COMPARE}",
        source=METHOD,
        unit=PER_100,
        better="lower",
        version=2,
        owner="SEND manager",
        population=partial(
            _population,
            events=EXCLUSIONS,
            left_out="Permanent exclusions at schools without a headcount, left out",
        ),
        published=Published("permanent_exclusion_rate", AP),
        is_of_sessions=False,
        knows=frozenset({"provider"}),
        rolls=Rolls.NEVER,
    ),
]
