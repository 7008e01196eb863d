"""Attendance in alternative provision, by DfE's arithmetic (reference 1.5).

The counted unit is the enrolment: one child at one provider in one academic year. A child who
moves is counted at each place, as DfE counts. Sessions are summed by placement first and joined
afterwards, so that the large table is read once and joined small.
"""

from datetime import date
from functools import partial
from typing import Any, Protocol

from placements.models import Status
from reporting.kpis.measure import Measure, Population, Published, Rolls, Units
from reporting.kpis.period import Period
from reporting.kpis.sessions import sessions

YOUNGEST_YEAR, OLDEST_YEAR = (
    1,
    11,
)  # aged 5 to 15 on 31 August before the year (reference 1.5)

# What DfE counts: children aged 5 to 15, without the second half of summer where it leaves it out.
COUNTED = """
    pupil.starts_year_1 BETWEEN %(first_cohort)s AND %(last_cohort)s
      AND NOT (summed.is_late AND pupil.starts_year_1 = %(first_cohort)s)
      AND placement.status <> %(cancelled)s AND placement.starts_on < %(summer)s
"""
UNITS = """
    WITH summed AS (
        SELECT placement_id, day >= %(summer)s AS is_late, sum(present)::int AS present,
            sum(authorised)::int AS authorised, sum(unauthorised)::int AS unauthorised,
            sum(not_possible)::int AS not_possible
        FROM ({sessions}) AS session
        GROUP BY 1, 2
    )
    SELECT placement.pupil_id, placement.provider_id,
        max(placement.home_school_id) AS school_id, max(placement.tier) AS tier,
        %(year)s - min(pupil.starts_year_1) + 1 AS year_group,
        sum(summed.present) AS present, sum(summed.authorised) AS authorised,
        sum(summed.unauthorised) AS unauthorised, sum(summed.not_possible) AS not_possible
    FROM summed
    JOIN placements_placement AS placement ON placement.id = summed.placement_id
    JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    WHERE {counted}
    GROUP BY placement.pupil_id, placement.provider_id
"""


class Dates(Protocol):
    """Part of an academic year, as the definition needs it."""

    @property
    def year(self) -> int:
        """Return the calendar year in which the academic year begins."""

    @property
    def start(self) -> date:
        """Return the first day."""

    @property
    def until(self) -> date:
        """Return the half-open end of what is counted."""

    @property
    def summer(self) -> date:
        """Return the first day of the second half of the summer term, or a day after the end."""


def definition(dates: Dates) -> dict[str, Any]:
    """Return what DfE's rules ask for: the cohorts of the year, and where summer divides."""
    return {
        "summer": dates.summer,
        "year": dates.year,
        "first_cohort": dates.year + 1 - OLDEST_YEAR,
        "last_cohort": dates.year + 1 - YOUNGEST_YEAR,
        "cancelled": Status.CANCELLED.value,
    }


def _units(period: Period) -> Units:
    read = sessions(period.start, period.until, [period.summer])
    return Units(
        sql=UNITS.format(sessions=read.text, counted=COUNTED),
        params={**definition(period), **read.params},
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
        rolls=Rolls.BY_YEAR,
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
        rolls=Rolls.BY_YEAR,
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
        rolls=Rolls.BY_YEAR,
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
