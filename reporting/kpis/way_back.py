"""The way back to school: plans from the first day, returns on time, and whether they held."""

from functools import partial
from typing import Any

from reporting.kpis.measure import NOT_KNOWN, Measure, Population, Units
from reporting.kpis.period import Period
from reporting.kpis.system import YEAR_GROUP

COLUMNS = f"""
    plan.pupil_id, placement.home_school_id AS school_id, placement.provider_id, placement.tier,
    {YEAR_GROUP.format(day="placement.starts_on")}
"""
OF_PLAN = """
    FROM reintegration_plan AS plan
    JOIN placements_placement AS placement ON placement.id = plan.placement_id
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = plan.pupil_id
"""
FROM_DAY_ONE = f"""
    SELECT placement.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="placement.starts_on")},
        coalesce((plan.made_at AT TIME ZONE 'Europe/London')::date <= placement.starts_on, false)
            ::int AS kept, 1 AS counted, 0 AS left_out
    FROM placements_placement AS placement
    LEFT JOIN reintegration_plan AS plan ON plan.placement_id = placement.id
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    WHERE placement.sessions > 0 AND placement.status IN ('open', 'paused', 'ended')
      AND placement.starts_on >= %(from)s AND placement.starts_on < %(until)s
"""  # noqa: S608 - constants of ours
ON_TIME = f"""
    SELECT {COLUMNS},
        (plan.outcome IN ('mainstream', 'special', 'post-16') AND plan.closed_on < target.ends_on)
            ::int AS kept,
        (plan.outcome <> 'moved')::int AS counted, (plan.outcome = 'moved')::int AS left_out
    {OF_PLAN}
    JOIN accounts_halfterm AS target ON target.id = plan.first_target_id
    WHERE target.ends_on > %(from)s AND target.ends_on <= %(until)s
"""
SIX_WEEKS = f"""
    WITH attempt AS (
        SELECT plan_id, attempt, max(ends_on) AS over_on
        FROM reintegration_week GROUP BY 1, 2
    )
    SELECT {COLUMNS},
        (plan.status = 'closed' AND plan.attempt = attempt.attempt
            AND plan.outcome IN ('mainstream', 'special'))::int AS kept,
        1 AS counted, 0 AS left_out
    {OF_PLAN}
    JOIN attempt ON attempt.plan_id = plan.id
    WHERE attempt.over_on > %(from)s AND attempt.over_on <= %(until)s
"""  # noqa: S608 - constants of ours
HELD = f"""
    SELECT {COLUMNS}, (asked.answer = 'there')::int AS kept,
        (asked.answer IN ('there', 'left'))::int AS counted,
        (asked.answer IN ('', 'not known'))::int AS left_out
    {OF_PLAN}
    JOIN reintegration_staycheck AS asked ON asked.plan_id = plan.id AND asked.weeks = 12
    WHERE asked.due_on >= %(from)s AND asked.due_on < %(until)s
"""
CLOSED = f"""
    SELECT {COLUMNS}, (plan.outcome = 'mainstream')::int AS kept,
        (plan.outcome <> 'moved')::int AS counted, (plan.outcome = 'moved')::int AS left_out
    {OF_PLAN}
    WHERE plan.closed_on >= %(from)s AND plan.closed_on < %(until)s
"""
STRATEGY = "H&F AP strategy 2023 to 2028, priority 1 and transition planning"
MOVED = "Moved away, left out"
OWNER = "Reintegration lead"


def _population(period: Period, *, sql: str, left_out: str) -> Population:
    start, until = period.days
    return Population(
        units=Units(sql=sql, params={"from": start, "until": until}),
        numerator="kept",
        denominator="counted",
        counts={left_out: "left_out"} if left_out else {},
    )


def _measure(
    slug: str, title: str, definition: str, sql: str, words: tuple[str, str], **more: Any
) -> Measure:
    left_out = more.pop("left_out", "")
    return Measure(
        slug=slug,
        title=title,
        definition=definition,
        numerator_words=words[0],
        denominator_words=words[1],
        source=STRATEGY,
        better="higher",
        version=1,
        owner=OWNER,
        population=partial(_population, sql=sql, left_out=left_out),
        is_of_sessions=False,
        reads=frozenset({"placements", "plans"}),
        priority=1,
        **more,
    )


FAMILY = [
    _measure(
        "plan-on-day-one",
        "Plan for the way back from the first day",
        "Placements of tiers 2 and 3 that began in the period and had a reintegration plan on "
        "their first day or earlier, as a share of those that began.",
        FROM_DAY_ONE,
        ("Placements with a plan on the first day", "Placements begun"),
        exclusions="Left out: placements that were declined or cancelled, and tier 1.",
        unit="percent of placements",
    ),
    _measure(
        "reintegration-on-time",
        "Back by the half term that was named first",
        "Plans that led to a mainstream or special school or to post-16 before the end of the half "
        "term that was named first, as a share of plans whose first half term is over. A half term "
        "that was moved later changes nothing here.",
        ON_TIME,
        ("Plans fulfilled on time", "Plans whose first half term is over"),
        left_out=MOVED,
        exclusions="A pupil who goes on to another placement is not back on time.",
        unit="percent of plans",
        is_headline=True,
    ),
    _measure(
        "reintegration-six-weeks-completed",
        "Six-week returns completed",
        "Returns whose last week ended in the period and that were completed, with the pupil in a "
        "mainstream or special school, as a share of returns whose last week ended. A return that "
        "was stopped and begun again counts twice.",
        SIX_WEEKS,
        ("Returns completed", "Returns whose weeks are over"),
        exclusions="The weeks are those that hold now: a week that was held moves the end.",
        unit="percent of returns",
    ),
    _measure(
        "reintegration-sustained-12-weeks",
        "Still in school twelve weeks after the return",
        "Pupils who were still at the school twelve weeks after the last week of their return, as "
        "a share of those of whom it is known.",
        HELD,
        ("Pupils still there", "Pupils of whom it is known"),
        left_out=NOT_KNOWN,
        exclusions="Not known is never a success: it is counted beside the figure.",
        unit="percent of returns",
    ),
    _measure(
        "reintegrated-mainstream",
        "Plans that ended in a mainstream school",
        "Plans closed in the period with the pupil back in a mainstream school, as a share of "
        "plans closed.",
        CLOSED,
        ("Plans that ended in a mainstream school", "Plans closed"),
        left_out=MOVED,
        exclusions="Plans for special schools and post-16 are in the denominator too: their routes "
        "are right for some pupils, so no target of 100 is meant.",
        unit="percent of plans",
    ),
]
