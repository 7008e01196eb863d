"""Own words in plans, and the way beyond Year 11: coach, offer, destination."""

from datetime import date
from functools import partial
from typing import Any

from django.conf import settings

from pupils.models.questions import Who
from reporting.kpis.measure import NOT_KNOWN, Measure, Population, Rolls, Units
from reporting.kpis.period import Period
from reporting.kpis.system import YEAR_GROUP

# Years of the national curriculum, by age (domain reference 1.5).
OLDEST_AT_SCHOOL = 11
PLACED = """
    FROM pupils_pupil AS pupil
    CROSS JOIN LATERAL (
        SELECT row.home_school_id, row.provider_id, row.tier
        FROM placements_placement AS row
        WHERE row.pupil_id = pupil.id AND row.sessions > 0
          AND row.status IN ('open', 'paused', 'ended')
          AND row.starts_on {begun} AND (row.ends_on IS NULL OR row.ends_on {lasting})
        ORDER BY row.starts_on DESC, row.id DESC LIMIT 1
    ) AS placement
"""
ON_THE_LAST_DAY = PLACED.format(begun="<= %(last_day)s", lasting="> %(last_day)s")
AT_ANY_TIME = PLACED.format(begun="< %(until)s", lasting="> %(from)s")
# Who said something is found by joins: a question for each plan costs twenty times as much.
IN_PLANS = f"""
    WITH open_plan AS (
        SELECT plan.id, plan.pupil_id, placement.home_school_id AS school_id,
            placement.provider_id, placement.tier, placement.starts_on
        FROM reintegration_plan AS plan
        JOIN placements_placement AS placement ON placement.id = plan.placement_id
        WHERE placement.starts_on < %(until)s
          AND (plan.made_at AT TIME ZONE 'Europe/London')::date < %(until)s
          AND (plan.closed_on IS NULL OR plan.closed_on >= %(from)s)
    ), said AS (
        SELECT open_plan.id
        FROM open_plan JOIN pupils_voice AS voice ON voice.pupil_id = open_plan.pupil_id
        WHERE voice.who = %(young)s
          AND voice.finished_at IS NOT NULL AND voice.taken_back_at IS NULL
          AND voice.made_on >= open_plan.starts_on AND voice.made_on < %(until)s
        UNION
        SELECT plan_id FROM reintegration_gate
        WHERE kind = 'conversation' AND held_on < %(until)s
    )
    SELECT open_plan.pupil_id, school_id, provider_id, tier,
        {YEAR_GROUP.format(day="open_plan.starts_on")},
        (said.id IS NOT NULL)::int AS kept, 1 AS counted, 0 AS left_out
    FROM open_plan
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = open_plan.pupil_id
    LEFT JOIN said ON said.id = open_plan.id
"""  # noqa: S608 - constants of ours
COACHED = f"""
    SELECT pupil.id AS pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {OLDEST_AT_SCHOOL} AS year_group,
        coalesce(pathway.coach_from <= %(last_day)s, false)::int AS kept, 1 AS counted,
        0 AS left_out
    {ON_THE_LAST_DAY}
    LEFT JOIN reintegration_pathway AS pathway ON pathway.pupil_id = pupil.id
    WHERE pupil.starts_year_1 = %(year)s - {OLDEST_AT_SCHOOL} + 1
"""
# Whoever has one subject below the grade has not both, whatever the other one is.
GRADED = f"""
    WITH graded AS (
        SELECT pupil.id AS pupil_id, placement.home_school_id AS school_id, placement.provider_id,
            placement.tier, pathway.english >= %(grade)s AND pathway.maths >= %(grade)s AS is_reached
        {AT_ANY_TIME}
        LEFT JOIN reintegration_pathway AS pathway ON pathway.pupil_id = pupil.id
        WHERE pupil.starts_year_1 = %(year)s - {OLDEST_AT_SCHOOL} + 1
    )
    SELECT pupil_id, school_id, provider_id, tier, {OLDEST_AT_SCHOOL} AS year_group,
        coalesce(is_reached, false)::int AS kept, (is_reached IS NOT NULL)::int AS counted,
        (is_reached IS NULL)::int AS left_out
    FROM graded
"""  # noqa: S608 - constants of ours
LEAVERS = f"""
    FROM reintegration_pathway AS pathway
    JOIN pupils_pupil AS pupil ON pupil.id = pathway.pupil_id
        AND pupil.starts_year_1 = %(year)s - {OLDEST_AT_SCHOOL}
"""
LEAVER = f"""
    pupil.id AS pupil_id, NULL::bigint AS school_id, NULL::bigint AS provider_id,
    NULL::smallint AS tier, {OLDEST_AT_SCHOOL + 1} AS year_group
"""
GUARANTEED = f"""
    SELECT {LEAVER},
        (pathway.guarantee = 'offer' AND pathway.guarantee_on <= %(september)s)::int AS kept,
        (pathway.guarantee <> 'not appropriate')::int AS counted,
        (pathway.guarantee = 'not appropriate')::int AS left_out
    {LEAVERS}
    WHERE %(september)s < %(until)s
"""
CHECKED = f"""
    SELECT {LEAVER}, (asked.answer = ANY(%(wanted)s))::int AS kept,
        (asked.answer NOT IN ('', 'not known'))::int AS counted,
        (asked.answer IN ('', 'not known'))::int AS left_out
    {LEAVERS}
    JOIN reintegration_destinationcheck AS asked
        ON asked.pathway_id = pathway.id AND asked.month = %(month)s
    WHERE asked.due_on >= %(from)s AND asked.due_on < %(until)s
"""
STRATEGY = "H&F AP strategy 2023 to 2028, priority 1"


def _population(period: Period, *, sql: str, left_out: str, **more: Any) -> Population:
    start, until = period.days
    params = {"from": start, "until": until, "year": period.year, "young": Who.PUPIL.value,
              "last_day": period.last_day, "september": date(period.year, 9, 30),
              "month": "", "wanted": [], "grade": settings.KS4_GRADE, **more}  # fmt: skip
    return Population(
        units=Units(sql=sql, params=params),
        numerator="kept",
        denominator="counted",
        counts={left_out: "left_out"} if left_out else {},
    )


def _measure(
    slug: str, title: str, definition: str, sql: str, words: tuple[str, str], **more: Any
) -> Measure:
    how = {name: more.pop(name) for name in ("month", "wanted") if name in more}
    left_out = more.pop("left_out", "")
    details: dict[str, Any] = {
        "source": STRATEGY,
        "better": "higher",
        "unit": "percent of young people",
        "priority": 1,
        "version": 1,
        "reads": frozenset({"pathways", "placements"}),
        **more,
    }
    return Measure(
        slug=slug,
        title=title,
        definition=definition,
        numerator_words=words[0],
        denominator_words=words[1],
        owner="Reintegration lead",
        population=partial(_population, sql=sql, left_out=left_out, **how),
        is_of_sessions=False,
        **details,
    )


OF_LEAVERS = {"knows": frozenset({"year-group", "pupil"}), "rolls": Rolls.NEVER}
COHORT = "Counted are young people with a pathway plan who, by age, finished Year 11 in the summer before."
FAMILY = [
    _measure(
        "voice-in-plan",
        "Plans with the young person's own words",
        "Reintegration plans that were open in the period and hold the young person's own words, "
        "as a share of those open: words handed in by the link since the placement began, or said "
        "in the conversation that is evidence for the return. A plan is open from the day on "
        "which it was made, and not before the placement begins.",
        IN_PLANS,
        ("Plans with own words", "Plans open in the period"),
        reads=frozenset({"placements", "plans", "voices"}),
        exclusions="Words that were taken back do not count. What parents said does not either.",
        unit="percent of plans",
        version=2,
    ),
    _measure(
        "transition-coach-year-11",
        "Year 11 with a transition coach",
        "Pupils in Year 11 by age who are placed in tiers 2 and 3 on the last day of term in the "
        "period and have a transition coach, as a share of those placed.",
        COACHED,
        ("Pupils with a coach", "Year 11 pupils placed"),
        exclusions="Pupils whose placement ended before that day are in neither number.",
        unit="percent of pupils in Year 11",
        version=2,
    ),
    _measure(
        "post16-september-guarantee",
        "September Guarantee",
        "Young people with an offer of suitable education or training by 30 September, as a share "
        f"of those who finished Year 11. {COHORT}",
        GUARANTEED,
        ("Young people with an offer", "Young people who finished Year 11"),
        left_out="An offer is not appropriate, left out",
        exclusions="An offer that came after 30 September does not count. Nothing is counted "
        "before that day.",
        source="DfE, September Guarantee; Local Authority Interactive Tool (method text)",
        **OF_LEAVERS,
    ),
    _measure(
        "post16-sustained-destination",
        "Still in education, employment or training in March",
        "Young people who in March were where they began or in other education, employment or "
        f"training, as a share of those of whom it is known. {COHORT}",
        CHECKED,
        ("Young people in education, employment or training", "Young people of whom it is known"),
        left_out=NOT_KNOWN,
        month="march",
        **OF_LEAVERS,
        wanted=["there", "elsewhere"],
        exclusions="DfE counts two terms from official records; this is the council's own check in "
        "March, so it is set beside no published figure.",
    ),
    _measure(
        "post16-neet",
        "Not in education, employment or training in January",
        "Young people who in January were not in education, employment or training, as a share of "
        f"those of whom it is known. {COHORT}",
        CHECKED,
        ("Young people who are NEET", "Young people of whom it is known"),
        left_out=NOT_KNOWN,
        month="january",
        **OF_LEAVERS,
        wanted=["neet"],
        version=2,
        better="lower",
        exclusions="DfE's figure is the average of December, January and February and counts those "
        "not known with NEET; this is one check, so it is set beside no published figure.",
    ),
]
ATTAINMENT = [
    _measure(
        "ks4-english-maths-ap",
        "English and maths at the end of Year 11",
        "Pupils in Year 11 by age who had a placement of tiers 2 or 3 in the period and reached "
        f"grade {settings.KS4_GRADE} or above at GCSE in both English (language or literature) and "
        "maths, as a share of those of whom it is known.",
        GRADED,
        ("Pupils with both", "Pupils of whom it is known"),
        left_out=NOT_KNOWN,
        exclusions="Known is it where both grades are recorded, or one that is below. Results come "
        "out in August, so before then little is known. DfE counts who has no result as not having "
        "reached it, and by the school's roll, so this is set beside no published figure.",
        source="H&F AP strategy 2023 to 2028, priority 2: the best possible results; the grade is "
        "a setting of the service, KS4_GRADE",
        unit="percent of pupils in Year 11",
        priority=2,
        rolls=Rolls.NEVER,
    ),
]
