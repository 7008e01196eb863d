"""What a figure leaves out is counted beside it, and nobody of it is behind the figure."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.permissions import Role
from placements.models import TierRule
from referrals.models import Referral
from reporting import actions
from reporting.actions import figures
from reporting.kpis import REGISTRY, Period
from reporting.kpis.bridge import bridge
from reporting.models import Coverage, Snapshot
from reporting.views import figures as pages
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

DAY = timedelta(days=1)
MONDAY = date(2024, 9, 16)
OVER = date(2025, 9, 10)
HELD = {"came": ["parent"], "outcome": "continue", "words": "So.",
        "recorded_at": datetime(2024, 10, 1, tzinfo=UTC)}  # fmt: skip
SUSPENDED = "outreach-zero-suspensions-12-months"
OF_THE_SYSTEM = [slug for slug, measure in REGISTRY.items() if not measure.priority]


def counted(slug, period):
    """Return the numbers of a figure, how many are behind it, and what it leaves out."""
    total = REGISTRY[slug].total(period)
    return total.numerator, total.denominator, total.units, list(total.counts.values())


@pytest.mark.parametrize("slug", OF_THE_SYSTEM)
def test_each_figure_of_how_the_system_runs_counts_what_it_leaves_out(whole_year, slug):
    assert REGISTRY[slug].total(whole_year).counts


def due(status, decided_on=None, **more):
    row = factories.ReferralFactory(status=status)
    Referral.objects.filter(pk=row.pk).update(decide_by=MONDAY, decided_on=decided_on, **more)


def test_withdrawn_referrals_and_those_that_are_not_due_are_counted_apart():
    """On the day itself: one decided, one withdrawn, two that may still be decided."""
    due("accepted", MONDAY)
    due("withdrawn")
    due("submitted")
    due("submitted")
    factories.ReferralFactory()

    on_the_day = Period.of(2024, Coverage.YEAR, MONDAY)
    later = Period.of(2024, Coverage.YEAR, MONDAY + DAY)

    assert counted("referrals-decided-in-time", on_the_day) == (1, 1, 1, [1, 2])
    assert counted("referrals-decided-in-time", later) == (1, 3, 3, [1, 0])


def test_of_excluded_pupils_the_withdrawn_and_those_whose_sixth_day_goes_on_are_counted_apart():
    due("accepted", MONDAY, day_six_on=MONDAY, education_from=MONDAY, is_placed=True)
    due("withdrawn", day_six_on=MONDAY)
    due("submitted", day_six_on=MONDAY)

    on_the_day = Period.of(2024, Coverage.YEAR, MONDAY)
    later = Period.of(2024, Coverage.YEAR, MONDAY + DAY)

    assert counted("day-six-provision-in-time", on_the_day) == (1, 1, 1, [1, 1])
    assert counted("day-six-provision-in-time", later) == (1, 2, 2, [1, 0])


def test_placements_without_a_limit_and_those_that_count_elsewhere(whole_year):
    """A limit of twelve weeks holds from 1 October. Before, none is set: two placements.

    With one: ended within it; goes on within it; passed it the year before; not begun yet.
    """
    TierRule.objects.all().delete()
    factories.TierRuleFactory(starts_on=date(2022, 1, 1), longest_weeks=12)
    factories.TierRuleFactory(starts_on=date(2024, 9, 1), longest_weeks=None)
    factories.TierRuleFactory(starts_on=date(2024, 10, 1), longest_weeks=12)
    ended = {"tier": 2, "status": "ended", "ends_on": date(2024, 12, 2)}
    factories.PlacementFactory(starts_on=date(2024, 9, 2), **ended)
    factories.PlacementFactory(starts_on=date(2024, 9, 2), tier=2)
    factories.PlacementFactory(starts_on=date(2024, 10, 7), **ended)
    factories.PlacementFactory(starts_on=date(2025, 8, 4), tier=2)
    factories.PlacementFactory(starts_on=date(2024, 1, 8), tier=2, ends_on=date(2025, 1, 6))
    factories.PlacementFactory(starts_on=date(2025, 9, 8), tier=2)

    assert counted("tier-2-within-limit", whole_year) == (1, 1, 1, [2, 2])


def test_reviews_after_a_timetable_or_not_due_yet_are_counted_apart():
    on_time = factories.TimetableFactory()
    held = {**HELD, "recorded_by": on_time.recorded_by}
    factories.TimetableReviewFactory(timetable=on_time, due_on=MONDAY, held_on=MONDAY, **held)
    for days in (13, 14):
        over = factories.TimetableFactory(full_time_on=MONDAY + 14 * DAY)
        factories.TimetableReviewFactory(timetable=over, due_on=MONDAY + days * DAY)

    period = Period.of(2024, Coverage.YEAR, MONDAY + 13 * DAY)
    later = Period.of(2024, Coverage.YEAR, MONDAY + 14 * DAY)

    slug = "part-time-timetables-reviewed-on-time"
    assert counted(slug, period) == (1, 1, 1, [0, 1])
    assert counted(slug, later) == (1, 2, 2, [1, 0])


def test_timetables_are_counted_apart_while_no_number_of_weeks_is_set(whole_year):
    row = factories.TimetableFactory(starts_on=date(2025, 6, 2), full_time_on=date(2025, 9, 1))

    assert counted("part-time-timetables-over-limit", whole_year) == (0, 0, 1, [1])
    factories.TimetableRuleFactory(long_weeks=6, starts_on=row.starts_on)
    assert counted("part-time-timetables-over-limit", whole_year) == (1, 1, 1, [0])


def test_dropped_reviews_and_those_not_due_yet_are_counted_apart():
    for details in ({"held_on": MONDAY}, {"dropped_on": MONDAY}, {}):
        factories.SupportReviewFactory(due_on=MONDAY, **details)

    period = Period.of(2024, Coverage.YEAR, MONDAY)

    assert counted("attendance-support-reviews-on-time", period) == (1, 1, 1, [1, 1])


def test_placements_that_go_on_are_counted_apart(whole_year):
    """Ended in the year; runs; ended after the year. The other two are of other years."""
    start = date(2024, 9, 2)
    factories.PlacementFactory(status="ended", starts_on=start, ends_on=date(2025, 2, 3))
    factories.PlacementFactory(starts_on=start)
    factories.PlacementFactory(status="ended", starts_on=start, ends_on=date(2025, 10, 6))
    factories.PlacementFactory(status="ended", starts_on=date(2024, 1, 8), ends_on=start - 9 * DAY)
    factories.PlacementFactory(starts_on=date(2025, 9, 8))

    assert counted("accreditation-gained", whole_year) == (0, 1, 1, [2])


def test_pupils_where_no_place_is_commissioned_are_counted_apart(whole_year, provider):
    factories.CommissionFactory(provider=provider)
    factories.PlacementFactory(provider=provider)
    factories.PlacementFactory.create_batch(2)

    assert counted("places-filled", whole_year) == (1, 20, 1, [2])


def test_sessions_that_were_not_expected_and_their_marks_are_counted_apart(provider):
    """Two weeks of ten sessions, the fifth day closed: 18 expected, 2 left out.

    Marked are the first two, the two of the closed day, and one the Saturday after.
    """
    row = factories.PlacementFactory(provider=provider, starts_on=MONDAY)
    factories.ClosureFactory(organisation=provider, starts_on=MONDAY + 4 * DAY)
    factories.write_marks(row, "//", first_day=MONDAY)
    factories.write_marks(row, "//", first_day=MONDAY + 4 * DAY)
    factories.MarkFactory(placement=row, date=MONDAY + 5 * DAY)

    period = Period.of(2024, Coverage.YEAR, MONDAY + 14 * DAY)

    assert counted("registers-complete", period) == (2, 18, 1, [2, 3])


# --- whoever is left out is not behind the figure ---


def closed(many, **details):
    return factories.SupportFactory.create_batch(many, status="closed", **details)


def answered(support):
    factories.FollowUpFactory(support=support, months=12, suspended="no")


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in (figures, pages):
        monkeypatch.setattr(module, "localdate", lambda *args: OVER)


@pytest.mark.usefixtures("over")
def test_a_page_says_of_how_many_children_the_figure_is(client, caseworker):
    """Seven interventions; of one it is known that nothing happened."""
    answered(closed(7)[0])
    actions.compute(OVER)
    client.force_login(caseworker)

    page = client.get(
        reverse("reporting:measure", args=[SUSPENDED]), {"year": 2024, "part": "year"}
    )

    told = " ".join(page.content.decode().split())
    assert "1 of 1 interventions whose twelve months are over and known, of 1 child." in told
    assert "Not known, in neither number: 6" in told


def returned(many, sessions):
    """Let schools return the sessions of some pupils whom outreach supports in the year."""
    for row in closed(many, starts_on=MONDAY, planned_last_day=OVER, ended_on=date(2024, 12, 13)):
        if sessions:
            factories.SchoolAttendanceFactory(
                pupil=row.pupil, school=row.school, starts_on=MONDAY, ends_on=MONDAY + 7 * DAY,
                present=sessions - 2, possible=sessions, unauthorised=0,
            )  # fmt: skip


@pytest.mark.usefixtures("over")
def test_leadership_reads_no_sessions_of_two_children_for_eight_without_any(client, person):
    returned(2, 10)
    returned(8, 0)
    actions.compute(OVER)
    asked = {"year": 2024, "part": "year"}
    told = {}
    for role in (Role.CASEWORKER, Role.LEADERSHIP):
        client.force_login(person(role))
        page = client.get(reverse("reporting:measure", args=["outreach-attendance-during"]), asked)
        told[role] = " ".join(page.content.decode().split())

    assert "16 of 20 possible sessions, of 2 children." in told[Role.CASEWORKER]
    assert "16 of 20" not in told[Role.LEADERSHIP]
    assert "Fewer than 10 children are behind this figure" in told[Role.LEADERSHIP]


def test_what_is_counted_apart_is_no_step_from_then_to_now():
    then = [[1, 7, None, 1, 1], [2, 7, None, 0, 0], [3, 7, None, 0, 0]]
    now = [[1, 7, None, 1, 1], [2, 7, None, 0, 1], [4, 7, None, 0, 0]]

    assert [(step.kind, step.units) for step in bridge(then, now)] == [("came", 1)]


@pytest.mark.usefixtures("over")
def test_a_figure_kept_with_other_children_behind_it_is_kept_anew():
    answered(closed(7)[0])
    actions.compute(OVER)
    first = Snapshot.objects.latest_of(2024, Coverage.YEAR)[SUSPENDED]
    Snapshot.objects.filter(pk=first.pk).update(units=7)

    actions.compute(OVER)

    again = Snapshot.objects.latest_of(2024, Coverage.YEAR)[SUSPENDED]
    assert again.pk != first.pk
    assert again.units == 1
