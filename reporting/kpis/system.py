"""How the system itself runs: decisions, duties, limits and reviews, each kept or not in its time."""

from functools import partial
from typing import Any

from placements.models.spent import COUNTED_FROM
from reporting.kpis.measure import Measure, Population, Units
from reporting.kpis.narrowing import DIMENSIONS
from reporting.kpis.period import Period

# The year group of a child on a day. Where a figure needs the child for nothing else, it is joined by
# LEFT JOIN, so that the database may leave the table out.
YEAR_GROUP = """
    extract(year FROM {day})::int - (extract(month FROM {day}) < 9)::int - pupil.starts_year_1 + 1
        AS year_group
"""
# Referrals by the day on which something is due, and whether it was done by then.
DUE = f"""
    SELECT referral.pupil_id, referral.school_id, NULL::bigint AS provider_id, referral.tier,
        {YEAR_GROUP.format(day="referral.{due}")},
        (is_counted AND coalesce(referral.{{done}} <= referral.{{due}}, false))::int AS kept,
        is_counted::int AS counted, is_withdrawn::int AS withdrawn,
        (NOT is_counted AND NOT is_withdrawn)::int AS not_over
    FROM referrals_referral AS referral
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = referral.pupil_id
    CROSS JOIN LATERAL (SELECT referral.status = 'withdrawn' AS is_withdrawn) AS gone
    CROSS JOIN LATERAL (
        SELECT NOT is_withdrawn
            AND (referral.{{done}} IS NOT NULL OR referral.{{due}} < %(as_of)s) AS is_counted
    ) AS due
    WHERE referral.status <> 'draft'
      AND referral.{{due}} >= %(from)s AND referral.{{due}} < %(until)s
"""  # noqa: S608 - constants of ours
DECIDED = DUE.format(due="decide_by", done="decided_on")
EDUCATED = DUE.format(due="day_six_on", done="education_from")
WITHIN_LIMIT = f"""
    WITH placed AS MATERIALIZED ( -- so that the days that are gone are counted once
        SELECT placement.*, CASE WHEN rule.longest_weeks IS NOT NULL THEN greatest(
            {COUNTED_FROM.format(own="placement.follows_id, placement.tier, placement.starts_on")}
                + 7 * rule.longest_weeks,
            placement.starts_on
        ) END AS latest_end
        FROM placements_placement AS placement
        LEFT JOIN LATERAL (
            SELECT longest_weeks FROM placements_tierrule AS one
            WHERE one.tier = 2 AND one.starts_on <= placement.starts_on
            ORDER BY one.starts_on DESC LIMIT 1
        ) AS rule ON true
        WHERE placement.tier = 2 AND placement.status IN ('open', 'paused', 'ended')
          AND placement.starts_on <= %(until)s
          AND (placement.status <> 'ended' OR placement.ends_on > %(from)s)
    ), limited AS (
        SELECT placed.*, coalesce(CASE WHEN status = 'ended'
                THEN ends_on > %(from)s AND ends_on <= %(until)s
                ELSE latest_end < %(until)s AND latest_end >= %(from)s END
            AND latest_end IS NOT NULL, false) AS is_counted
        FROM placed
    )
    SELECT limited.pupil_id, limited.home_school_id AS school_id, limited.provider_id,
        limited.tier, {YEAR_GROUP.format(day="limited.starts_on")},
        (is_counted AND limited.status = 'ended' AND limited.ends_on <= limited.latest_end)::int
            AS kept,
        is_counted::int AS counted, (latest_end IS NULL)::int AS without,
        (latest_end IS NOT NULL AND NOT is_counted)::int AS elsewhere
    FROM limited
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = limited.pupil_id
    WHERE is_counted OR limited.starts_on < %(until)s
      AND (limited.ends_on IS NULL OR limited.ends_on > %(from)s)
"""  # noqa: S608 - constants of ours
TIMETABLE_REVIEWS = f"""
    SELECT placement.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="review.due_on")},
        (is_counted AND coalesce(review.held_on <= review.due_on, false))::int AS kept,
        is_counted::int AS counted, is_past::int AS past,
        (NOT is_counted AND NOT is_past)::int AS not_over
    FROM attendance_timetablereview AS review
    JOIN attendance_parttimetimetable AS timetable ON timetable.id = review.timetable_id
    JOIN placements_placement AS placement ON placement.id = timetable.placement_id
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    CROSS JOIN LATERAL (SELECT review.due_on >= timetable.ends_on AS is_past) AS ended
    CROSS JOIN LATERAL (
        SELECT NOT is_past
            AND (review.held_on IS NOT NULL OR review.due_on < %(as_of)s) AS is_counted
    ) AS due
    WHERE review.due_on >= %(from)s AND review.due_on < %(until)s
"""  # noqa: S608 - constants of ours
TIMETABLES = f"""
    WITH rule AS (
        SELECT long_weeks FROM attendance_timetablerule
        WHERE starts_on <= %(last_day)s ORDER BY starts_on DESC LIMIT 1
    )
    SELECT placement.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="timetable.starts_on")},
        coalesce(timetable.part_time_since + 7 * rule.long_weeks <= %(last_day)s, false)::int
            AS long,
        (rule.long_weeks IS NOT NULL)::int AS counted, (rule.long_weeks IS NULL)::int AS without
    FROM attendance_parttimetimetable AS timetable
    JOIN placements_placement AS placement ON placement.id = timetable.placement_id
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    LEFT JOIN rule ON true
    WHERE timetable.starts_on <= %(last_day)s AND timetable.ends_on > %(last_day)s
"""  # noqa: S608 - constants of ours
SUPPORT_REVIEWS = f"""
    SELECT plan.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="review.due_on")},
        (is_counted AND coalesce(review.held_on <= review.due_on, false))::int AS kept,
        is_counted::int AS counted, is_dropped::int AS dropped,
        (NOT is_counted AND NOT is_dropped)::int AS not_over
    FROM attendance_supportreview AS review
    JOIN attendance_supportplan AS plan ON plan.id = review.plan_id
    LEFT JOIN placements_placement AS placement ON placement.id = plan.placement_id
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = plan.pupil_id
    CROSS JOIN LATERAL (SELECT review.dropped_on IS NOT NULL AS is_dropped) AS gone
    CROSS JOIN LATERAL (
        SELECT NOT is_dropped
            AND (review.held_on IS NOT NULL OR review.due_on < %(as_of)s) AS is_counted
    ) AS due
    WHERE review.due_on >= %(from)s AND review.due_on < %(until)s
"""  # noqa: S608 - constants of ours
ACCREDITED = f"""
    SELECT placement.pupil_id, placement.home_school_id AS school_id, placement.provider_id,
        placement.tier, {YEAR_GROUP.format(day="coalesce(placement.ends_on, %(last_day)s)")},
        (is_over AND award.placement_id IS NOT NULL)::int AS kept, is_over::int AS counted,
        (NOT is_over)::int AS going_on
    FROM placements_placement AS placement
    LEFT JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    LEFT JOIN (SELECT DISTINCT placement_id FROM placements_award) AS award
        ON award.placement_id = placement.id
    CROSS JOIN LATERAL (
        SELECT placement.status = 'ended' AND placement.ends_on <= %(until)s AS is_over
    ) AS ended
    WHERE placement.status IN ('open', 'paused', 'ended') AND placement.sessions > 0
      AND placement.starts_on < %(until)s
      AND (placement.ends_on IS NULL OR placement.ends_on > %(from)s)
"""  # noqa: S608 - constants of ours
PLACES = """
    WITH place AS (
        SELECT provider.id, (
            SELECT row.places FROM placements_commission AS row
            WHERE row.provider_id = provider.id AND row.starts_on <= %(last_day)s
            ORDER BY row.starts_on DESC LIMIT 1
        ) AS places
        FROM accounts_organisation AS provider WHERE provider.kind = 'provider'
    )
    SELECT placement.pupil_id, placement.home_school_id AS school_id, place.id AS provider_id,
        placement.tier, NULL::int AS year_group, coalesce(places > 0, false)::int AS filled, 0 AS places,
        (places IS NULL OR places = 0)::int AS without
    FROM place
    JOIN placements_placement AS placement ON placement.provider_id = place.id
    WHERE placement.sessions > 0
      AND placement.status IN ('open', 'paused', 'ended') AND placement.starts_on <= %(last_day)s
      AND (placement.ends_on IS NULL OR placement.ends_on > %(last_day)s)
    UNION ALL
    SELECT NULL, NULL, id, NULL, NULL, 0, places, 0 FROM place WHERE places > 0
"""
OF_REFERRALS = frozenset(DIMENSIONS) - {"provider"}
OWNER = "SEND manager"
WITHDRAWN, NOT_OVER = "Referrals withdrawn, left out", "Due, and the day is not over"
COUNCIL = "The council's own rules, with their dates of effect"


def _population(
    period: Period, *, sql: str, numerator: str, denominator: str, counts: dict[str, str]
) -> Population:
    start, until = period.days
    days = {"from": start, "until": until, "last_day": period.last_day, "as_of": period.as_of}
    units = Units(sql=sql, params=days)
    return Population(units=units, numerator=numerator, denominator=denominator, counts=counts)


def _measure(
    slug: str,
    title: str,
    definition: str,
    sql: str,
    words: tuple[str, str],
    *,
    counts: dict[str, str],
    columns: tuple[str, str] = ("kept", "counted"),
    **more: Any,
) -> Measure:
    numerator, denominator = columns
    details: dict[str, Any] = {
        "source": COUNCIL,
        "unit": "percent of those due",
        "better": "higher",
        "version": 1,
        **more,
    }
    return Measure(
        slug=slug,
        title=title,
        definition=definition,
        numerator_words=words[0],
        denominator_words=words[1],
        owner=OWNER,
        population=partial(
            _population, sql=sql, numerator=numerator, denominator=denominator, counts=counts
        ),
        is_of_sessions=False,
        priority=0,
        **details,
    )


FAMILY = [
    _measure(
        "referrals-decided-in-time",
        "Referrals decided in time",
        "Referrals whose day of decision came in the period and that were decided on that day or "
        "earlier, as a share of all whose day came. The day follows from the rule of the clocks "
        "that was in force when the referral was sent.",
        DECIDED,
        ("Referrals decided in time", "Referrals due"),
        knows=OF_REFERRALS,
        reads=frozenset({"referrals"}),
        counts={WITHDRAWN: "withdrawn", NOT_OVER: "not_over"},
        exclusions="Left out: referrals that were withdrawn, and those whose day is not over and "
        "that nobody decided yet. A draft has no day of decision.",
        version=2,
    ),
    _measure(
        "day-six-provision-in-time",
        "Education from the sixth day after a permanent exclusion",
        "Permanently excluded pupils whose sixth school day came in the period and whose education "
        "began on it or earlier, as a share of all whose sixth day came.",
        EDUCATED,
        ("Pupils with education in time", "Pupils whose sixth day came"),
        knows=OF_REFERRALS,
        reads=frozenset({"referrals", "placements"}),
        counts={WITHDRAWN: "withdrawn", NOT_OVER: "not_over"},
        exclusions="Left out: referrals that were withdrawn, and pupils whose sixth day is not over "
        "and whose education did not begin so far.",
        source="Education Act 1996 section 19; domain reference 2, day 6",
        version=2,
    ),
    _measure(
        "tier-2-within-limit",
        "Tier 2 placements within their limit",
        "Tier 2 placements that ended in the period within the longest time of the rule in force on "
        "their first day, as a share of those that ended, and of those that passed the limit and "
        "go on. Of the longest time, the days are gone that the pupil spent at tier 2 earlier in "
        "the same history, before stepping to another tier and back.",
        WITHIN_LIMIT,
        ("Placements ended within the limit", "Placements ended, or past the limit"),
        reads=frozenset({"placements"}),
        version=2,
        counts={
            "No limit was set, left out": "without",
            "Counted when they end or pass their limit, in another period": "elsewhere",
        },
        exclusions="Left out: placements for which no limit was set. Of the others in force in the "
        "period, those that go on within their limit are counted when they end or pass it, and "
        "those that passed it earlier were counted then.",
    ),
    _measure(
        "part-time-timetables-reviewed-on-time",
        "Part-time timetables reviewed on time",
        "Reviews of part-time timetables that were due in the period and held on their day or "
        "earlier, as a share of those due.",
        TIMETABLE_REVIEWS,
        ("Reviews held on time", "Reviews due"),
        counts={"Due after the timetable had ended, left out": "past", NOT_OVER: "not_over"},
        exclusions="Left out: reviews that fell due after the timetable had ended, and those whose "
        "day is not over and that nobody held yet.",
        reads=frozenset({"timetables"}),
        source="DfE, Working together to improve school attendance (part-time timetables)",
        version=2,
    ),
    _measure(
        "part-time-timetables-over-limit",
        "Part-time timetables that last long",
        "Part-time timetables in force on the last day of term in the period that go on for "
        "longer than the number of weeks the council has set, counted from the first of those "
        "that follow each other, as a share of those in force.",
        TIMETABLES,
        ("Timetables longer than the limit", "Timetables in force"),
        columns=("long", "counted"),
        reads=frozenset({"timetables"}),
        counts={"Timetables in force while no number of weeks is set": "without"},
        exclusions="Nothing is counted where the council has set no number of weeks.",
        better="lower",
        unit="percent of timetables in force",
        version=2,
    ),
    _measure(
        "attendance-support-reviews-on-time",
        "Attendance contracts reviewed on time",
        "Reviews of attendance contracts that were due in the period and held on their day or "
        "earlier, as a share of those due.",
        SUPPORT_REVIEWS,
        ("Reviews held on time", "Reviews due"),
        counts={"Reviews dropped, left out": "dropped", NOT_OVER: "not_over"},
        exclusions="Left out: reviews that were dropped, and those whose day is not over and that "
        "nobody held yet.",
        reads=frozenset({"support"}),
        source="H&F AP strategy 2023 to 2028, priority 2: fortnightly reviews",
        version=2,
    ),
    _measure(
        "accreditation-gained",
        "Placements with an accreditation",
        "Placements of tiers 2 and 3 that ended in the period and in which the pupil gained a "
        "qualification or accreditation, as a share of those that ended.",
        ACCREDITED,
        ("Placements with an award", "Placements ended"),
        reads=frozenset({"placements"}),
        counts={"Placements that go on after the period, in neither number": "going_on"},
        exclusions="Placements that go on are counted when they end. Counted is what is recorded "
        "under the awards of the placement, academic and vocational alike.",
        unit="percent of placements",
    ),
    _measure(
        "places-filled",
        "Commissioned places filled",
        "Pupils placed at providers on the last day of term in the period, as a share of the "
        "places that the council commissions there on that day. A place is for one pupil, "
        "whatever the number of sessions, so the share may pass 100.",
        PLACES,
        ("Pupils placed", "Places commissioned"),
        columns=("filled", "places"),
        reads=frozenset({"placements"}),
        counts={"Pupils placed where no place is commissioned, left out": "without"},
        exclusions="Left out: providers without commissioned places, with their pupils.",
        knows=frozenset({"provider"}),
        unit="percent of places",
        version=2,
        may_pass_100=True,
    ),
]
