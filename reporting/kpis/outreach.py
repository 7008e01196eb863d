"""What became of pupils whom outreach supported (the strategy's priority 3).

The counted unit is one closed intervention: a pupil with two counts twice, each with its own time
afterwards, even where the second begins within the twelve months of the first.
"""

from functools import partial
from typing import Any

from accounts.models import Organisation
from placements.models import Aspect
from pupils.models import Census
from pupils.models.codes import GONE_FOR_GOOD, NOT_COUNTED
from reporting.kpis.afterwards import (
    A_YEAR,
    AFTERWARDS,
    DURING,
    EXCLUDED,
    EXCLUSIONS_OF,
    HALF_A_YEAR,
    HALF_YEAR_AFTER,
    IMPROVED,
    SCHOOLS,
    SUSPENDED,
    SUSPENSIONS_OF,
)
from reporting.kpis.measure import NOT_KNOWN, Measure, Population, Published, Rolls, Units
from reporting.kpis.period import Period
from reporting.models import Coverage

TOTAL = "Total (state-funded primary, secondary and special)"
# What is published of a school's own phase.
OF_A_PHASE = {
    Organisation.Phase.PRIMARY: "Primary",
    Organisation.Phase.SECONDARY: "Secondary",
    Organisation.Phase.SPECIAL: "Special",
}
STRATEGY = "H&F AP strategy 2023 to 2028, priority 3"
OWNER = "Outreach lead"
IN_PROGRESS = "Time afterwards not over: in progress, in neither number"
GONE = "Left England or died, left out"


def _units(sql: str, period: Period, **more: Any) -> Units:
    start, until = period.days
    return Units(sql=sql, params={"from": start, "until": until, **more})


def _afterwards(period: Period, *, event: str, answer: str) -> Population:
    return Population(
        units=_units(
            AFTERWARDS.format(event=event, answer=answer),
            period,
            months=A_YEAR,
            gone=[str(reason.value) for reason in GONE_FOR_GOOD],
            not_counted=[result.value for result in NOT_COUNTED],
        ),
        numerator="kept",
        denominator="known",
        counts={
            IN_PROGRESS: "in_progress",
            NOT_KNOWN: "unknown",
            GONE: "gone",
        },
    )


def _attendance(period: Period, *, sql: str) -> Population:
    return Population(
        units=_units(sql, period, months=HALF_A_YEAR),
        numerator="present",
        denominator="possible",
        counts={
            "Interventions with no attendance returned": "without",
            IN_PROGRESS: "in_progress",
        },
    )


def _improved(period: Period, *, aspect: str) -> Population:
    return Population(
        units=_units(IMPROVED.format(aspect=aspect), period, months=A_YEAR),
        numerator="improved",
        denominator="judged",
        counts={
            "No scores before, left out": "without_before",
            "Scores before and none after, left out": "without_after",
            "Scores removed since, left out": "removed",
            "Scores that cannot be judged, left out": "not_judged",
        },
    )


def _schools(period: Period, *, events: str, published: str) -> Population:
    return Population(
        units=_units(
            SCHOOLS.format(events=events),
            period,
            year=period.year,
            census=Census.SPRING.value,
            published=published,
            total=TOTAL,
            phases=[str(phase.value) for phase in OF_A_PHASE],
            types=list(OF_A_PHASE.values()),
            is_over=period.is_over and period.coverage == Coverage.YEAR,
            not_counted=[result.value for result in NOT_COUNTED],
        ),
        numerator="below",
        denominator="counted",
        unit="school_id",
        counts={
            "Schools without a headcount of the January census, left out": "without_headcount",
            "Schools whose year is not over, left out": "in_progress",
            "Schools held to all schools together": "of_all",
        },
    )


KNOWN = (
    "Known is what is recorded or imported at any school, and what the school answered when it was "
    "asked 12 months after the end. Where neither says so, it is not known: never a success, and "
    "counted beside the figure. An intervention counts in the period in which its twelve months "
    "end; they run from the day after its last day. A pupil with two interventions counts twice."
)


def _zero(slug: str, title: str, what: str, target: int, **how: Any) -> Measure:
    return Measure(
        slug=slug,
        title=title,
        definition=f"Closed interventions of outreach after which the pupil had no {what} for "
        f"twelve months, as a share of those of which it is known. {KNOWN}",
        numerator_words=f"Interventions with no {what} in the twelve months after",
        denominator_words="Interventions whose twelve months are over and known",
        exclusions="Left out: pupils who left England or died within the twelve months. "
        "Cancelled suspensions and withdrawn exclusions do not count; lunchtime suspensions do.",
        source=STRATEGY,
        unit="percent of interventions",
        better="higher",
        version=1,
        owner=OWNER,
        population=partial(_afterwards, **how),
        target=target,
        is_headline=True,
        is_of_sessions=False,
        reads=frozenset({"outreach"}),
        priority=3,
    )


def _attended(slug: str, title: str, when: str, sql: str) -> Measure:
    return Measure(
        slug=slug,
        title=title,
        definition=f"Sessions that pupils attended at their schools {when}, as a share of the "
        "sessions that they could have attended. Sessions are added up first; the rate is one "
        "division.",
        numerator_words="Sessions attended",
        denominator_words="Possible sessions",
        exclusions="Counted are weeks and periods that schools returned and that lie wholly within "
        "the time; after support, what the school answered where it returned nothing. A pupil with "
        "two interventions counts with each: sessions that lie in the time of both count twice. "
        "Pupils who left England or died are not left out: their sessions up to then count.",
        source=STRATEGY,
        unit="percent of possible sessions",
        better="higher",
        version=2,
        owner=OWNER,
        population=partial(_attendance, sql=sql),
        published=Published("overall_absence_rate", TOTAL, is_complement=True),
        is_of_sessions=False,
        reads=frozenset({"outreach", "school attendance"}),
        priority=3,
    )


def _better(aspect: Aspect, title: str, words: str) -> Measure:
    return Measure(
        slug=f"outreach-{aspect}-improved",
        title=title,
        definition=f"Closed interventions after which the pupil's scores of {words} were better "
        "than before, as a share of those with scores before and after. Only the same instrument "
        "and the same informant are compared: by the total where the instrument has one, else "
        "where more scores became better than worse.",
        numerator_words="Interventions with better scores",
        denominator_words="Interventions with scores that can be compared",
        exclusions="Left out, and each counted apart: interventions without scores before, those "
        "with scores before and none after, those whose scores were removed since, and instruments "
        "whose direction is not set. An intervention counts in the period in which it ended. A "
        "pupil with two interventions counts twice, each with its own scores, even where they "
        "overlap. Pupils who left England or died since are not left out.",
        source=STRATEGY,
        unit="percent of interventions",
        better="higher",
        version=2,
        owner=OWNER,
        population=partial(_improved, aspect=aspect.value),
        is_of_sessions=False,
        reads=frozenset({"outreach", "scores"}),
        priority=3,
    )


def _at_or_below(slug: str, title: str, what: str, **how: Any) -> Measure:
    return Measure(
        slug=slug,
        title=title,
        definition=f"Schools of the borough whose {what} per 100 pupils on roll at the January "
        "census were at or below the newest figure up to that year that is published of "
        "state-funded schools of their phase in England, as a share of schools with a headcount. "
        "Special schools are held to special schools. The whole year is compared with a whole year "
        "only.",
        numerator_words="Schools at or below England",
        denominator_words="Schools with a headcount",
        exclusions="Where no figure of the phase is published (all-through, nursery and 16 plus), "
        "or the phase is not known, the school is held to England's primary, secondary and special "
        "schools together; such schools are counted. Schools without a headcount are left out and "
        "counted. A school that closed since counts with its headcount. Providers of alternative "
        "provision are no schools here.",
        source=STRATEGY,
        unit="percent of schools",
        better="higher",
        version=3,
        owner=OWNER,
        population=partial(_schools, **how),
        is_of_sessions=False,
        knows=frozenset({"school"}),
        rolls=Rolls.NEVER,
        priority=3,
    )


FAMILY = [
    _zero(
        "outreach-zero-suspensions-12-months",
        "No suspension in the twelve months after outreach",
        "suspension",
        85,
        event=SUSPENDED,
        answer="suspended",
    ),
    _zero(
        "outreach-zero-permanent-exclusions-12-months",
        "No permanent exclusion in the twelve months after outreach",
        "permanent exclusion",
        95,
        event=EXCLUDED,
        answer="excluded",
    ),
    _attended(
        "outreach-attendance-during",
        "Attendance during outreach",
        "while outreach supported them",
        DURING,
    ),
    _attended(
        "outreach-attendance-6-months",
        "Attendance in the six months after outreach",
        "in the six months after support",
        HALF_YEAR_AFTER,
    ),
    _better(
        Aspect.SEMH,
        "Better social, emotional and mental health after outreach",
        "social, emotional and mental health",
    ),
    _better(
        Aspect.CURRICULUM, "Better access to the curriculum after outreach", "access to lessons"
    ),
    _at_or_below(
        "schools-at-or-below-national-suspensions",
        "Schools at or below England in suspensions",
        "suspensions",
        events=SUSPENSIONS_OF,
        published="suspension_rate",
    ),
    _at_or_below(
        "schools-at-or-below-national-permanent-exclusions",
        "Schools at or below England in permanent exclusions",
        "permanent exclusions",
        events=EXCLUSIONS_OF,
        published="permanent_exclusion_rate",
    ),
]
