"""Attendance in alternative provision, by DfE's arithmetic (reference 1.5).

The counted unit is the enrolment: one child at one provider in one academic year. A child who
moves is counted at each place, as DfE counts. Marks are summed by placement and code first and
joined afterwards, so that the large table is read once and joined small.
"""

from functools import partial

from attendance.models import Kind
from attendance.models.code import codes_of
from placements.models import Status
from reporting.kpis.measure import Measure, Period, Population, Published

YOUNGEST_YEAR, OLDEST_YEAR = (
    1,
    11,
)  # aged 5 to 15 on 31 August before the year (reference 1.5)

UNITS = """
    WITH counted AS (
        SELECT mark.placement_id, mark.code, mark.date >= %(summer)s AS is_late, count(*) AS n
        FROM placements_placement AS placement
        JOIN attendance_mark AS mark ON mark.placement_id = placement.id
        WHERE mark.date >= %(start)s AND mark.date < %(until)s
          AND placement.starts_on < %(until)s
          AND (placement.ends_on IS NULL OR placement.ends_on > %(start)s)
          AND placement.status <> %(cancelled)s
          AND placement.starts_on < %(summer)s
        GROUP BY 1, 2, 3
    ), summed AS (
        SELECT placement_id, is_late,
            coalesce(sum(n) FILTER (WHERE code = ANY(%(present)s)), 0) AS present,
            coalesce(sum(n) FILTER (WHERE code = ANY(%(authorised)s)), 0) AS authorised,
            coalesce(sum(n) FILTER (WHERE code = ANY(%(unauthorised)s)), 0) AS unauthorised,
            sum(n) AS marks
        FROM counted GROUP BY 1, 2
    )
    SELECT placement.pupil_id, placement.provider_id,
        max(placement.home_school_id) AS school_id, max(placement.tier) AS tier,
        %(year)s - pupil.starts_year_1 + 1 AS year_group,
        sum(present) AS present, sum(authorised) AS authorised, sum(unauthorised) AS unauthorised,
        sum(marks - present - authorised - unauthorised) AS not_possible
    FROM summed
    JOIN placements_placement AS placement ON placement.id = summed.placement_id
    JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    WHERE %(year)s - pupil.starts_year_1 + 1 BETWEEN %(youngest)s AND %(oldest)s
      AND NOT (summed.is_late AND %(year)s - pupil.starts_year_1 + 1 = %(oldest)s)
    GROUP BY placement.pupil_id, placement.provider_id, pupil.starts_year_1
"""


def _population(period: Period, *, numerator: str, denominator: str) -> Population:
    sql = f"""
        SELECT pupil_id, school_id, provider_id, tier, year_group, not_possible,
            {numerator} AS numerator, {denominator} AS denominator
        FROM ({UNITS}) AS enrolments
        WHERE present + authorised + unauthorised > 0
    """  # noqa: S608 - the two expressions are below
    return Population(
        sql=sql,
        params={
            "start": period.start,
            "until": period.until,
            "summer": period.second_half_of_summer or period.end,
            "year": period.year,
            "youngest": YOUNGEST_YEAR,
            "oldest": OLDEST_YEAR,
            "cancelled": Status.CANCELLED.value,
            "present": list(codes_of(Kind.ATTENDING, Kind.APPROVED)),
            "authorised": list(codes_of(Kind.AUTHORISED)),
            "unauthorised": list(codes_of(Kind.UNAUTHORISED)),
        },
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
