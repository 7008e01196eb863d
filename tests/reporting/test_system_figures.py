"""How the system runs, and the way back: each figure by a few rows that are counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from placements.models import TierRule
from reintegration.models import Plan
from reporting.kpis import REGISTRY, Period
from reporting.models import Coverage
from tests import factories
from tests.factories import returns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

DAY = timedelta(days=1)
IN_YEAR = date(2024, 10, 7)
BEFORE, AFTER = date(2024, 8, 30), date(2025, 9, 1)
TERM_ENDS = date(2025, 7, 23)  # the day after the last one


def counted(slug, period):
    total = REGISTRY[slug].total(period)
    return total.numerator, total.denominator


def referral(decide_by, decided_on, **details):
    status = "accepted" if decided_on else "submitted"
    row = factories.ReferralFactory(**{"status": status, **details})
    type(row).objects.filter(pk=row.pk).update(decide_by=decide_by, decided_on=decided_on)
    return row


def test_referrals_decided_in_time(whole_year):
    """Two in time (one on the day), one late, one never decided: 2 of 4."""
    referral(IN_YEAR, IN_YEAR)
    referral(IN_YEAR, IN_YEAR - DAY)
    referral(IN_YEAR, IN_YEAR + DAY)
    referral(IN_YEAR, None)
    referral(BEFORE, BEFORE)
    referral(AFTER, None)
    factories.ReferralFactory(status="withdrawn")

    assert counted("referrals-decided-in-time", whole_year) == (2, 4)


def test_education_from_the_sixth_day(whole_year):
    """One from the sixth day on, one a day late, one never: 1 of 3."""
    for start in (IN_YEAR, IN_YEAR + DAY, None):
        row = factories.ReferralFactory(
            status="accepted" if start else "submitted",
            reason="permanent exclusion",
            event_on=IN_YEAR - 7 * DAY,
        )
        type(row).objects.filter(pk=row.pk).update(
            day_six_on=IN_YEAR, education_from=start, is_placed=bool(start)
        )

    assert counted("day-six-provision-in-time", whole_year) == (1, 3)


def test_tier_2_within_its_limit(whole_year):
    """Twelve weeks at most from 2 September 2024: 25 November is the last end that is within.

    Ended within, ended a day late, running past the limit: 1 of 3. Another goes on within it.
    """
    TierRule.objects.all().delete()
    factories.TierRuleFactory(starts_on=date(2024, 1, 1), longest_weeks=12)
    start = date(2024, 9, 2)
    for ends_on in (date(2024, 11, 25), date(2024, 11, 26)):
        factories.PlacementFactory(tier=2, status="ended", starts_on=start, ends_on=ends_on)
    factories.PlacementFactory(tier=2, starts_on=start)
    factories.PlacementFactory(tier=2, starts_on=date(2025, 8, 4))
    factories.PlacementFactory(tier=3, status="ended", starts_on=start, ends_on=date(2025, 6, 2))

    assert counted("tier-2-within-limit", whole_year) == (1, 3)


def test_tier_2_again_after_a_step_has_what_is_left_of_its_limit(whole_year):
    """Five weeks at tier 2, four at tier 3: seven of the twelve are left from 4 November on.

    The first five ended within, three times. Then one ended on the last day that is left, one a day
    later, one goes on past it: 4 of 6. Another has nothing left from its first day on: 4 of 7.
    """
    TierRule.objects.all().delete()
    factories.TierRuleFactory(starts_on=date(2023, 1, 1), longest_weeks=12)
    start, back = date(2024, 9, 2), date(2024, 11, 4)
    for end in (date(2024, 12, 23), date(2024, 12, 24), None):
        ended = {"status": "ended", "ends_on": end} if end else {"ends_on": back + 60 * DAY}
        _step_back(start, back - timedelta(weeks=4), back, **ended)
    assert counted("tier-2-within-limit", whole_year) == (4, 6)

    _step_back(date(2024, 3, 4), date(2024, 8, 5), back, ends_on=back + 60 * DAY)

    assert counted("tier-2-within-limit", whole_year) == (4, 7)


def _step_back(start, away, back, **details):
    child = factories.PupilFactory()
    first = factories.PlacementFactory(
        pupil=child, tier=2, status="ended", starts_on=start, ends_on=away
    )
    second = factories.PlacementFactory(
        pupil=child, tier=3, status="ended", starts_on=away, ends_on=back, follows=first
    )
    factories.PlacementFactory(pupil=child, tier=2, starts_on=back, follows=second, **details)


def test_reviews_of_part_time_timetables(whole_year):
    """Held on the day, held late, missed: 1 of 3. One was due after the timetable had ended."""
    row = factories.TimetableFactory()  # 16 September for six weeks
    held = {"came": ["parent"], "outcome": "continue", "words": "So.",
            "recorded_by": row.recorded_by, "recorded_at": datetime(2024, 10, 1, tzinfo=UTC)}  # fmt: skip
    due = date(2024, 9, 30)
    factories.TimetableReviewFactory(timetable=row, due_on=due, held_on=due, **held)
    factories.TimetableReviewFactory(
        timetable=row, due_on=due + 7 * DAY, held_on=due + 8 * DAY, **held
    )
    factories.TimetableReviewFactory(timetable=row, due_on=due + 14 * DAY)
    over = factories.TimetableFactory()
    factories.TimetableReviewFactory(timetable=over, due_on=over.ends_on + DAY)

    assert counted("part-time-timetables-reviewed-on-time", whole_year) == (1, 3)


def test_part_time_timetables_that_last_long(whole_year):
    """On the last day of term one runs for eight weeks, one for three: 1 of 2 with six weeks."""
    for weeks in (8, 3):
        start = TERM_ENDS - timedelta(weeks=weeks)
        factories.TimetableFactory(starts_on=start, full_time_on=TERM_ENDS)
    factories.TimetableFactory()
    assert counted("part-time-timetables-over-limit", whole_year) == (0, 0)  # no number is set

    factories.TimetableRuleFactory(long_weeks=6, starts_on=date(2024, 2, 1))

    assert counted("part-time-timetables-over-limit", whole_year) == (1, 2)

    factories.TimetableRuleFactory(long_weeks=None, starts_on=date(2025, 3, 1))

    assert counted("part-time-timetables-over-limit", whole_year) == (0, 0)  # none is set any more


def test_reviews_of_attendance_contracts(whole_year):
    """Held on the day, missed; a third was dropped: 1 of 2."""
    for details in ({"held_on": date(2024, 9, 30)}, {}, {"dropped_on": date(2024, 9, 20)}):
        factories.SupportReviewFactory(due_on=date(2024, 9, 30), **details)

    assert counted("attendance-support-reviews-on-time", whole_year) == (1, 2)


@pytest.mark.parametrize(
    ("slug", "make"),
    [
        ("referrals-decided-in-time", lambda day: referral(day, None)),
        ("part-time-timetables-reviewed-on-time", lambda day: factories.TimetableReviewFactory(
            due_on=day,
            timetable=factories.TimetableFactory(full_time_on=day + 7 * DAY),
        )),
        ("attendance-support-reviews-on-time",
         lambda day: factories.SupportReviewFactory(due_on=day)),
    ],
)  # fmt: skip
def test_what_was_due_on_the_last_day_of_a_term_is_due_when_that_day_is_over(calendar, slug, make):
    """Never done, due on 20 December 2024: on that day it may still be, afterwards not."""
    last_day = date(2024, 12, 20)
    make(last_day)

    for as_of, expected in ((last_day, (0, 0)), (last_day + DAY, (0, 1)), (AFTER, (0, 1))):
        assert counted(slug, Period.of(2024, Coverage.AUTUMN, as_of)) == expected


def test_placements_with_an_accreditation(whole_year):
    """Two awards in one placement count once: 1 of 2 that ended."""
    first, _ = (
        factories.PlacementFactory(
            status="ended", starts_on=date(2024, 9, 2), ends_on=date(2025, 2, 3)
        )
        for _ in range(2)
    )
    for on in (date(2025, 1, 6), date(2025, 1, 13)):
        factories.AwardFactory(placement=first, gained_on=on)
    factories.AwardFactory(placement=factories.PlacementFactory())

    assert counted("accreditation-gained", whole_year) == (1, 2)


def test_places_filled(whole_year, provider, other_provider):
    """Of 8 places, four are filled on 22 July 2025, when term ends; who has no places is left out.

    One of the four ends with the term, and a fifth ended the day before.
    """
    factories.CommissionFactory(provider=provider, starts_on=date(2024, 9, 1), places=5)
    factories.CommissionFactory(provider=provider, starts_on=date(2025, 1, 1), places=8)
    for _ in range(3):
        factories.PlacementFactory(provider=provider, starts_on=date(2025, 4, 22))
    for ends_on in (TERM_ENDS, TERM_ENDS - DAY):
        factories.PlacementFactory(
            provider=provider, status="ended", starts_on=date(2024, 9, 2), ends_on=ends_on
        )
    factories.PlacementFactory(starts_on=date(2025, 4, 22))
    factories.CommissionFactory(provider=other_provider, starts_on=date(2025, 1, 1), places=0)
    for _ in range(2):
        factories.PlacementFactory(provider=other_provider, starts_on=date(2025, 4, 22))

    assert counted("places-filled", whole_year) == (4, 8)


# --- the way back ---


def plan(made_at=datetime(2024, 9, 1, 12, tzinfo=UTC), **details):
    row = returns.PlanFactory(
        placement=factories.PlacementFactory(starts_on=date(2024, 9, 2)),
        **details,
    )
    Plan.objects.filter(pk=row.pk).update(made_at=made_at)
    return row


def closed(row, outcome, on):
    Plan.objects.filter(pk=row.pk).update(
        status="closed", outcome=outcome, closed_on=on, outcome_words="So."
    )


def test_plans_from_the_first_day(whole_year):
    """Made the day before, made a day after, none at all: 1 of 3. Tier 1 needs none."""
    plan()
    plan(made_at=datetime(2024, 9, 3, 9, tzinfo=UTC))
    factories.PlacementFactory(starts_on=date(2024, 9, 2))
    factories.PlacementFactory(starts_on=date(2024, 9, 2), tier=1, sessions=0)
    factories.PlacementFactory(starts_on=date(2024, 9, 2), status="declined")

    assert counted("plan-on-day-one", whole_year) == (1, 3)


def test_back_by_the_half_term_named_first(whole_year, calendar):
    """The first half of autumn ends on 26 October: before it, on it, moved later, moved away."""
    first, later = calendar[2024][0], calendar[2024][3]
    ends = first.ends_on
    for on, outcome, target in (
        (ends - DAY, "mainstream", first),
        (ends, "mainstream", first),
        (ends - DAY, "not back", first),
        (ends - DAY, "moved", first),
    ):
        closed(plan(first_target=first, target=target), outcome, on)
    closed(plan(first_target=first, target=later), "special", ends + 30 * DAY)
    plan(first_target=calendar[2025][0])

    total = REGISTRY["reintegration-on-time"].total(whole_year)

    assert (total.numerator, total.denominator) == (1, 4)
    assert list(total.counts.values()) == [1]


def test_six_weeks_completed(whole_year):
    """One completed, one whose weeks are over and that is not: 1 of 2."""
    for outcome in ("mainstream", ""):
        row = plan(returning=True)
        for number in range(1, 7):
            returns.WeekFactory(plan=row, number=number)
        if outcome:
            closed(row, outcome, date(2024, 10, 28))

    assert counted("reintegration-six-weeks-completed", whole_year) == (1, 2)


def test_still_in_school_after_twelve_weeks(whole_year, caseworker):
    """There, left; not known and not answered are in neither number: 1 of 2."""
    for answer in ("there", "left", "not known", ""):
        on = date(2025, 1, 20) if answer else None
        returns.StayCheckFactory(
            plan=plan(),
            weeks=12,
            due_on=date(2025, 1, 20),
            answer=answer,
            answered_on=on,
            answered_by=caseworker if answer else None,
        )

    total = REGISTRY["reintegration-sustained-12-weeks"].total(whole_year)

    assert (total.numerator, total.denominator) == (1, 2)
    assert list(total.counts.values()) == [2]


def test_plans_that_ended_in_a_mainstream_school(whole_year):
    """Mainstream, special, not back; who moved away is left out: 1 of 3."""
    for outcome in ("mainstream", "special", "not back", "moved"):
        closed(plan(), outcome, IN_YEAR)
    closed(plan(), "mainstream", AFTER)

    assert counted("reintegrated-mainstream", whole_year) == (1, 3)
