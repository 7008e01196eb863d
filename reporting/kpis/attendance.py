"""Attendance in alternative provision, by DfE's arithmetic (reference 1.5).

The counted unit is the enrolment: one child at one provider in one academic year. A child who
moves is counted at each place, as DfE counts. Marks are summed by placement first and joined
afterwards, so that the large table is read once and joined small.
"""

from functools import partial

from attendance.models import Kind
from attendance.models.code import codes_of
from placements.models import Status
from reporting.kpis.measure import Measure, Period, Population, Published, Units

YOUNGEST_YEAR, OLDEST_YEAR = (
    1,
    11,
)  # aged 5 to 15 on 31 August before the year (reference 1.5)

# Four counts travel in one number, 15 bits each (a placement has fewer than 32,768 sessions):
# adding one number a mark is the quickest that PostgreSQL can do. The marks are read once, by day.
UNITS = """
    WITH packed AS (
        SELECT placement_id, date >= %(summer)s AS is_late,
            sum(CASE WHEN code = ANY(%(present)s) THEN 1::bigint
                     WHEN code = ANY(%(authorised)s) THEN 1::bigint << 15
                     WHEN code = ANY(%(unauthorised)s) THEN 1::bigint << 30
                     ELSE 1::bigint << 45 END)::bigint AS sums
        FROM attendance_mark WHERE date >= %(start)s AND date < %(until)s
        GROUP BY 1, 2
    )
    SELECT placement.pupil_id, placement.provider_id,
        max(placement.home_school_id) AS school_id, max(placement.tier) AS tier,
        %(year)s - min(pupil.starts_year_1) + 1 AS year_group,
        sum(sums & 32767) AS present, sum((sums >> 15) & 32767) AS authorised,
        sum((sums >> 30) & 32767) AS unauthorised, sum(sums >> 45) AS not_possible
    FROM packed
    JOIN placements_placement AS placement ON placement.id = packed.placement_id
    JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    WHERE pupil.starts_year_1 BETWEEN %(first_cohort)s AND %(last_cohort)s
      AND NOT (packed.is_late AND pupil.starts_year_1 = %(first_cohort)s)
      AND placement.status <> %(cancelled)s AND placement.starts_on < %(summer)s
    GROUP BY placement.pupil_id, placement.provider_id
"""


def _units(period: Period) -> Units:
    return Units(
        sql=UNITS,
        params={
            "start": period.start,
            "until": period.until,
            "summer": period.second_half_of_summer or period.end,
            "year": period.year,
            "first_cohort": period.year + 1 - OLDEST_YEAR,
            "last_cohort": period.year + 1 - YOUNGEST_YEAR,
            "cancelled": Status.CANCELLED.value,
            "present": list(codes_of(Kind.ATTENDING, Kind.APPROVED)),
            "authorised": list(codes_of(Kind.AUTHORISED)),
            "unauthorised": list(codes_of(Kind.UNAUTHORISED)),
        },
    )


def _population(period: Period, *, numerator: str, denominator: str) -> Population:
    return Population(
        units=_units(period),
        numerator=numerator,
        denominator=denominator,
        counted="present + authorised + unauthorised > 0",
        counts={"Marks that are no possible attendance (D, X, Q, Y, Z, #)": "not_possible"},
    )


ABSENT = "(authorised + unauthorised)"
POSSIBLE = "(present + authorised + unauthorised)"
AP = "State-funded alternative provision (incl. PRU)"
METHOD = (
    "DfE, Pupil absence in schools in England: methodology; School Attendance (Pupil "
    "Registration) (England) Regulations 2024"
)
LEFT_OUT = (
    "Left out, as DfE leaves them out: sessions that are no possible attendance (codes D, X, Q, "
    "Y1 to Y7, Z, #), children outside years 1 to 11 by age, placements that begin in the second "
    "half of the summer term, and year 11's sessions in that half term. Sessions that nobody "
    "marked are counted apart and are in neither number."
)
SESSIONS = "percent of possible sessions"
ENROLMENTS = "percent of enrolments"
OWNER = "Attendance lead"


def _sessions(slug: str, title: str, words: str, numerator: str, published: str) -> Measure:
    return Measure(
        slug=slug,
        title=title,
        definition=f"{words}, as a share of the sessions that children in alternative provision "
        "could have attended. Sessions of all children are added up first; the rate is one "
        "division.",
        numerator_words=words,
        denominator_words="Possible sessions",
        exclusions=LEFT_OUT,
        source=METHOD,
        unit=SESSIONS,
        better="lower",
        version=1,
        owner=OWNER,
        population=partial(_population, numerator=numerator, denominator=POSSIBLE),
        published=Published(published, AP),
    )


def _enrolments(slug: str, title: str, share: str, numerator: str, published: str) -> Measure:
    return Measure(
        slug=slug,
        title=title,
        definition=f"Enrolments whose own absence is {share} or more of their own possible "
        "sessions, as a share of enrolments with possible sessions. An enrolment is one child at "
        "one provider in one academic year. The threshold is tested on the exact fraction, never "
        "on a rounded rate.",
        numerator_words=f"Enrolments absent for {share} or more",
        denominator_words="Enrolments with possible sessions",
        exclusions=LEFT_OUT,
        source=METHOD,
        unit=ENROLMENTS,
        better="lower",
        version=1,
        owner=OWNER,
        population=partial(_population, numerator=numerator, denominator="1"),
        published=Published(published, AP),
    )


FAMILY = [
    Measure(
        slug="attendance-ap",
        title="Attendance in alternative provision",
        definition="Sessions that children attended (present, late before the register closed, or "
        "at an approved educational activity), as a share of the sessions that they could have "
        "attended. It is 100 minus the overall absence rate.",
        numerator_words="Sessions attended",
        denominator_words="Possible sessions",
        exclusions=LEFT_OUT,
        source=METHOD,
        unit=SESSIONS,
        better="higher",
        version=1,
        owner=OWNER,
        population=partial(_population, numerator="present", denominator=POSSIBLE),
        published=Published("overall_absence_rate", AP, is_complement=True),
        is_headline=True,
    ),
    _sessions(
        "overall-absence-ap",
        "Overall absence in alternative provision",
        "Sessions missed with and without leave",
        ABSENT,
        "overall_absence_rate",
    ),
    _sessions(
        "authorised-absence-ap",
        "Authorised absence in alternative provision",
        "Sessions missed with leave",
        "authorised",
        "authorised_absence_rate",
    ),
    _sessions(
        "unauthorised-absence-ap",
        "Unauthorised absence in alternative provision",
        "Sessions missed without leave",
        "unauthorised",
        "unauthorised_absence_rate",
    ),
    _enrolments(
        "persistent-absence-ap",
        "Persistent absence in alternative provision",
        "10%",
        f"({ABSENT} * 10 >= {POSSIBLE})::int",
        "persistent_absence_rate",
    ),
    _enrolments(
        "severe-absence-ap",
        "Severe absence in alternative provision",
        "50%",
        f"({ABSENT} * 2 >= {POSSIBLE})::int",
        "severe_absence_rate",
    ),
]
