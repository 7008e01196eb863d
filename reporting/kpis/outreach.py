"""What became of pupils whom outreach supported (the strategy's priority 3).

The counted unit is one closed intervention: a pupil with two counts twice, each with its own time
afterwards, even where the second begins within the twelve months of the first.
"""

from datetime import date, timedelta
from functools import partial
from typing import Any

from apsystem.lib.calendar import year_bounds
from placements.models import Aspect
from pupils.models import Census
from pupils.models.codes import GONE_FOR_GOOD, NOT_COUNTED
from reporting.kpis.measure import Measure, Period, Population, Published, Units
from reporting.models import Coverage

A_YEAR, HALF_A_YEAR = 12, 6
# The days from an intervention's end until its time afterwards is over: PostgreSQL and
# apsystem.lib.calendar.months_after agree on months without such a day.
ENDED = """
    SELECT support.id, support.pupil_id, support.school_id, support.provider_id,
        support.ended_on + 1 AS followed_from,
        (support.ended_on + 1 + make_interval(months => %(months)s))::date AS over_on,
        support.ended_on, pupil.starts_year_1
    FROM outreach_support AS support
    JOIN pupils_pupil AS pupil ON pupil.id = support.pupil_id
    WHERE support.kind = 'pupil' AND support.status = 'closed' AND support.ended_on < %(until)s
"""
COLUMNS = """
    pupil_id, school_id, provider_id, 1::smallint AS tier,
    extract(year FROM ended_on)::int - (extract(month FROM ended_on) < 9)::int - starts_year_1 + 1
        AS year_group
"""
AFTERWARDS = f"""
    WITH ended AS ({ENDED}),
    told AS (
        SELECT ended.*,
            EXISTS (
                SELECT FROM pupils_enrolment AS roll
                WHERE roll.pupil_id = ended.pupil_id AND roll.left_because = ANY(%(gone)s)
                  AND roll.ends_on >= ended.followed_from AND roll.ends_on <= ended.over_on
            ) AS is_gone,
            {{event}} OR EXISTS (
                SELECT FROM outreach_followup AS asked
                WHERE asked.support_id = ended.id AND asked.{{answer}} = 'yes'
            ) AS happened,
            EXISTS (
                SELECT FROM outreach_followup AS asked
                WHERE asked.support_id = ended.id AND asked.months = {A_YEAR}
                  AND asked.{{answer}} = 'no'
            ) AS is_told_none
        FROM ended
        WHERE over_on > %(from)s
    )
    SELECT {COLUMNS},
        (over_on <= %(until)s AND NOT is_gone AND is_told_none AND NOT happened)::int AS kept,
        (over_on <= %(until)s AND NOT is_gone AND (is_told_none OR happened))::int AS known,
        (over_on > %(until)s)::int AS in_progress,
        (over_on <= %(until)s AND is_gone)::int AS gone,
        (over_on <= %(until)s AND NOT is_gone AND NOT is_told_none AND NOT happened)::int
            AS unknown
    FROM told
"""  # noqa: S608 - constants of ours
SUSPENDED = """EXISTS (
    SELECT FROM pupils_suspension AS row
    WHERE row.pupil_id = ended.pupil_id AND row.cancelled_on IS NULL
      AND row.starts_on >= ended.followed_from AND row.starts_on < ended.over_on
)"""
EXCLUDED = """EXISTS (
    SELECT FROM pupils_permanentexclusion AS row
    WHERE row.pupil_id = ended.pupil_id AND NOT row.result = ANY(%(not_counted)s)
      AND row.effective_on >= ended.followed_from AND row.effective_on < ended.over_on
)"""
AT_SCHOOL = """
    LEFT JOIN LATERAL (
        SELECT sum(row.present) AS present, sum(row.possible) AS possible
        FROM attendance_schoolattendance AS row
        WHERE row.pupil_id = span.pupil_id AND row.taken_back_at IS NULL
          AND row.starts_on >= span.first_on AND row.ends_on <= span.end_on
    ) AS returned ON true
"""
DURING = f"""
    WITH span AS (
        SELECT support.pupil_id, support.school_id, support.provider_id, pupil.starts_year_1,
            least(coalesce(support.ended_on, %(until)s - 1), %(until)s - 1) AS ended_on,
            greatest(support.starts_on, %(from)s) AS first_on,
            least(coalesce(support.ended_on + 1, %(until)s), %(until)s) AS end_on
        FROM outreach_support AS support
        JOIN pupils_pupil AS pupil ON pupil.id = support.pupil_id
        WHERE support.kind = 'pupil' AND support.status IN ('open', 'closed')
          AND support.starts_on < %(until)s
          AND (support.ended_on IS NULL OR support.ended_on >= %(from)s)
    )
    SELECT {COLUMNS}, coalesce(returned.present, 0) AS present,
        coalesce(returned.possible, 0) AS possible,
        (coalesce(returned.possible, 0) = 0)::int AS without, 0 AS in_progress
    FROM span {AT_SCHOOL}
"""  # noqa: S608 - constants of ours
HALF_YEAR_AFTER = f"""
    WITH span AS (
        SELECT ended.*, followed_from AS first_on, over_on AS end_on
        FROM ({ENDED}) AS ended WHERE over_on > %(from)s
    ), counted AS (
        SELECT span.*, coalesce(returned.present, asked.present, 0) AS present,
            coalesce(returned.possible, asked.possible, 0) AS possible
        FROM span {AT_SCHOOL}
        LEFT JOIN LATERAL (
            SELECT row.present, row.possible FROM outreach_followup AS row
            WHERE row.support_id = span.id AND row.months = {HALF_A_YEAR}
              AND row.possible IS NOT NULL
            ORDER BY row.turn DESC LIMIT 1
        ) AS asked ON true
    )
    SELECT {COLUMNS}, (over_on <= %(until)s)::int * present AS present,
        (over_on <= %(until)s)::int * possible AS possible,
        (over_on <= %(until)s AND possible = 0)::int AS without,
        (over_on > %(until)s)::int AS in_progress
    FROM counted
"""  # noqa: S608 - constants of ours
IMPROVED = f"""
    WITH ended AS (
        {ENDED} AND support.ended_on >= %(from)s
    ), pair AS (
        SELECT ended.id, before.id AS before_id, later.id AS later_id, before.instrument_id
        FROM ended
        JOIN outreach_support AS support ON support.id = ended.id
        JOIN placements_assessment AS before
            ON before.id = support.{{aspect}}_baseline_id AND before.removed_at IS NULL
        JOIN placements_assessment AS later
            ON later.id = support.{{aspect}}_exit_id AND later.removed_at IS NULL
        WHERE before.instrument_id = later.instrument_id AND before.informant = later.informant
    ), change AS (
        SELECT pair.id, scale.is_total, scale.counts_in_total,
            CASE scale.direction WHEN 'higher' THEN 1 WHEN 'lower' THEN -1 END AS way,
            score.value - first.value AS change
        FROM pair
        JOIN placements_scale AS scale ON scale.instrument_id = pair.instrument_id
        LEFT JOIN placements_score AS first
            ON first.assessment_id = pair.before_id AND first.scale_id = scale.id
        LEFT JOIN placements_score AS score
            ON score.assessment_id = pair.later_id AND score.scale_id = scale.id
    ), judged AS (
        SELECT id, CASE
            WHEN NOT bool_or(is_total) THEN sum(sign(change * way))
            WHEN bool_and(change IS NOT NULL) FILTER (WHERE counts_in_total)
                THEN sum(change) FILTER (WHERE counts_in_total) * max(way) FILTER (WHERE is_total)
            END AS better
        FROM change GROUP BY id
    )
    SELECT {COLUMNS}, coalesce(judged.better > 0, false)::int AS improved,
        (judged.better IS NOT NULL)::int AS judged, (pair.id IS NULL)::int AS without,
        (pair.id IS NOT NULL AND judged.better IS NULL)::int AS not_judged
    FROM ended LEFT JOIN pair USING (id) LEFT JOIN judged USING (id)
"""  # noqa: S608 - constants of ours
SCHOOLS = """
    WITH national AS (
        SELECT value FROM reporting_comparator
        WHERE measure = %(published)s AND school_type = %(total)s AND geography = 'England'
          AND coverage = 'year' AND year <= %(year)s AND value IS NOT NULL
        ORDER BY year DESC LIMIT 1
    ), school AS (
        SELECT place.id, headcount.pupils, ({events}) AS events, (SELECT value FROM national) AS most
        FROM accounts_organisation AS place
        LEFT JOIN pupils_headcount AS headcount ON headcount.school_id = place.id
            AND headcount.year = %(year)s AND headcount.census = %(census)s
        WHERE place.kind = 'school' AND place.closed_on IS NULL
    )
    SELECT NULL::bigint AS pupil_id, id AS school_id, NULL::bigint AS provider_id,
        NULL::smallint AS tier, NULL::int AS year_group,
        (is_counted AND events * 100 <= most * pupils)::int AS below, is_counted::int AS counted,
        (pupils IS NULL)::int AS without_headcount,
        (pupils IS NOT NULL AND NOT %(is_over)s)::int AS in_progress
    FROM (SELECT *, %(is_over)s AND pupils IS NOT NULL AND most IS NOT NULL AS is_counted
          FROM school) AS row
"""
SUSPENSIONS_OF = """
    SELECT count(*) FROM pupils_suspension AS row
    WHERE row.school_id = place.id AND row.cancelled_on IS NULL AND row.kind = 'SUSP'
      AND row.starts_on >= %(from)s AND row.starts_on < %(until)s
"""
EXCLUSIONS_OF = """
    SELECT count(*) FROM pupils_permanentexclusion AS row
    WHERE row.school_id = place.id AND NOT row.result = ANY(%(not_counted)s)
      AND row.effective_on >= %(from)s AND row.effective_on < %(until)s
"""
TOTAL = "Total (state-funded primary, secondary and special)"
STRATEGY = "H&F AP strategy 2023 to 2028, priority 3"
OWNER = "Outreach lead"
IN_PROGRESS = "Time afterwards not over: in progress, in neither number"
GONE = "Left England or died, left out"


def days_of(period: Period) -> tuple[date, date]:
    """Return the days of a period without the gaps of holidays, up to, not on, the second.

    What ends in the summer holiday belongs to the year that is ending.
    """
    start, end = year_bounds(period.year)
    until = end if period.coverage == Coverage.YEAR else period.end
    return start, max(start, min(until, period.as_of + timedelta(days=1)))


def _units(sql: str, period: Period, **more: Any) -> Units:
    start, until = days_of(period)
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
            "Not known, in neither number": "unknown",
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
            "No scores before and after, left out": "without",
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
            is_over=period.is_over and period.coverage == Coverage.YEAR,
            not_counted=[result.value for result in NOT_COUNTED],
        ),
        numerator="below",
        denominator="counted",
        unit="school_id",
        counts={
            "Schools without a headcount of the January census, left out": "without_headcount",
            "Schools whose year is not over, left out": "in_progress",
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
        is_of_sessions=False,
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
        "the time; after support, what the school answered where it returned nothing.",
        source=STRATEGY,
        unit="percent of possible sessions",
        better="higher",
        version=1,
        owner=OWNER,
        population=partial(_attendance, sql=sql),
        published=Published("overall_absence_rate", TOTAL, is_complement=True),
        is_of_sessions=False,
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
        exclusions="Left out, and counted: interventions without scores before and after, and "
        "instruments whose direction is not set. An intervention counts in the period in which it "
        "ended.",
        source=STRATEGY,
        unit="percent of interventions",
        better="higher",
        version=1,
        owner=OWNER,
        population=partial(_improved, aspect=aspect.value),
        is_of_sessions=False,
        priority=3,
    )


def _at_or_below(slug: str, title: str, what: str, **how: Any) -> Measure:
    return Measure(
        slug=slug,
        title=title,
        definition=f"Mainstream schools of the borough whose {what} per 100 pupils on roll at the "
        "January census were at or below the newest published figure of state-funded schools in "
        "England up to that year, as a share of schools with a headcount. The whole year is "
        "compared with a whole year only.",
        numerator_words="Schools at or below England",
        denominator_words="Schools with a headcount",
        exclusions="England's figure is of primary, secondary and special schools together: a "
        "secondary school is held to it too. Schools without a headcount are left out and counted.",
        source=STRATEGY,
        unit="percent of schools",
        better="higher",
        version=1,
        owner=OWNER,
        population=partial(_schools, **how),
        is_of_sessions=False,
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
