"""Support from the accepted placement to its end, the log, and what schools buy."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate

from accounts import work
from accounts.permissions import Role
from accounts.workflow import WrongStatus
from apsystem.lib.calendar import academic_year
from outreach import actions
from outreach.models import Cycle, Deal, LogEntry, LogLine, Purchase, Support
from outreach.models.support import Status
from placements import actions as placement_actions
from tests import factories
from tests.placements.test_actions import AGREED, proposal, take_up
from tests.reintegration.conftest import work_off

pytestmark = pytest.mark.django_db


# --- set up, opened, closed ---


def test_an_accepted_placement_of_tier_1_sets_up_support_once(school, provider, caseworker):
    placement = factories.PlacementFactory(
        tier=1, sessions=0, status="proposed", provider=provider, home_school=school
    )
    factories.ObjectiveFactory(placement=placement)

    placement_actions.accept(placement, by=caseworker)
    work_off()
    actions.set_up(placement)

    support = Support.objects.get()
    assert (support.pupil, support.school, support.provider) == (
        placement.pupil,
        school,
        provider,
    )
    assert support.status == Status.PREPARING


def test_a_step_down_to_tier_1_sets_up_support_in_the_home_school(
    school, provider, other_provider, caseworker
):
    today = localdate()
    referral = factories.ReferralFactory(status="accepted", tier=2, school=school)
    days = {"starts_on": today - timedelta(weeks=3), "ends_on": today + timedelta(weeks=9)}
    asked = proposal(provider, tier=2, **days)
    before = take_up(asked, referral=referral, by=caseworker)
    work_off()
    assert not Support.objects.exists()
    days = {"starts_on": today, "ends_on": today + timedelta(weeks=8)}
    asked = proposal(other_provider, tier=1, sessions=0, **days)

    offer = placement_actions.propose(asked, follows=before, objectives=AGREED, by=caseworker)
    after = placement_actions.accept(offer, by=caseworker)
    work_off()

    support = Support.objects.get()
    assert (support.placement, support.pupil) == (after, before.pupil)
    assert (support.school, support.provider) == (school, other_provider)
    assert (support.status, support.starts_on) == (Status.PREPARING, today)


def test_a_placement_of_another_tier_sets_up_none(provider):
    assert actions.set_up(factories.PlacementFactory(provider=provider)) is None


def test_support_that_was_never_opened_goes_with_its_placement(provider):
    placement = factories.PlacementFactory(tier=1, sessions=0, provider=provider)
    support = actions.set_up(placement)

    actions.follow(placement)

    support.refresh_from_db()
    assert support.status == Status.CANCELLED


def test_opening_demands_a_baseline_of_each_aspect_or_the_reason(waiting, worker):
    with pytest.raises(ValidationError, match="Choose a baseline"):
        actions.open_support(waiting, waiting, by=worker)

    waiting.no_semh_baseline = waiting.no_curriculum_baseline = "The teacher was away."
    actions.open_support(waiting, waiting, by=worker)

    waiting.refresh_from_db()
    assert waiting.status == Status.OPEN


def test_a_baseline_of_another_pupil_or_another_aspect_is_refused(waiting, worker, lessons):
    waiting.no_curriculum_baseline = "None."
    waiting.semh_baseline = factories.AssessmentFactory()
    with pytest.raises(ValidationError, match="of this pupil"):
        actions.open_support(waiting, waiting, by=worker)
    waiting.semh_baseline = factories.AssessmentFactory(pupil=waiting.pupil, instrument=lessons)
    with pytest.raises(ValidationError, match="does not speak of this"):
        actions.open_support(waiting, waiting, by=worker)


def test_an_exit_with_another_instrument_than_the_baseline_is_refused(opened, worker, lessons):
    other = factories.InstrumentFactory(aspect="curriculum")
    held_on = opened.starts_on + timedelta(days=10)
    before = factories.AssessmentFactory(pupil=opened.pupil, instrument=lessons, held_on=held_on)
    Support.objects.filter(pk=opened.pk).update(
        curriculum_baseline=before, no_curriculum_baseline=""
    )
    opened.no_semh_exit = "None."
    for details, words in (
        ({"instrument": other, "held_on": localdate()}, "cannot be compared"),
        ({"instrument": lessons, "held_on": held_on - timedelta(days=1)}, "after the baseline"),
    ):
        opened.curriculum_exit = factories.AssessmentFactory(pupil=opened.pupil, **details)
        with pytest.raises(ValidationError, match=words):
            actions.close(opened, opened, ended_on=localdate(), end_words="Well.", by=worker)


@pytest.mark.parametrize("days", [-30, 0])
def test_an_exit_on_or_before_the_first_day_is_refused_without_a_baseline_too(
    opened, worker, lessons, days
):
    held_on = opened.starts_on + timedelta(days=days)
    opened.curriculum_exit = factories.AssessmentFactory(
        pupil=opened.pupil, instrument=lessons, held_on=held_on
    )
    opened.no_semh_exit = "None."

    with pytest.raises(ValidationError, match="the first day of the support") as refused:
        actions.close(opened, opened, ended_on=localdate(), end_words="Well.", by=worker)

    assert set(refused.value.error_dict) == {"curriculum_exit"}


def test_closing_sets_down_three_follow_ups_and_asks_the_school_how_it_was(
    opened, worker, school_staff, mailoutbox
):
    opened.no_semh_exit = opened.no_curriculum_exit = "Moved class."
    ended = localdate() - timedelta(days=1)

    closed = actions.close(opened, opened, ended_on=ended, end_words="Well.", by=worker)
    work_off()

    assert list(closed.follow_ups.values_list("months", flat=True)) == [3, 6, 12]
    [mail] = mailoutbox
    assert mail.to == [school_staff.email]
    assert closed.evaluation.token in mail.body
    assert str(closed.pupil.surname) not in mail.subject + mail.body
    with pytest.raises(WrongStatus):
        actions.close(closed, closed, ended_on=ended, end_words="Again.", by=worker)


def test_support_does_not_end_before_it_starts_or_in_the_future(opened, worker):
    for day in (opened.starts_on - timedelta(days=1), localdate() + timedelta(days=1)):
        with pytest.raises(ValidationError, match="from the first day to today"):
            actions.close(opened, opened, ended_on=day, end_words="Well.", by=worker)


def test_work_with_a_whole_school_needs_no_scores_and_no_follow_up(school, worker):
    support = Support(
        school=school,
        focus="trauma",
        aims="All staff know how to calm.",
        worker=worker,
        starts_on=localdate(),
        planned_last_day=localdate() + timedelta(days=90),
    )
    for _ in range(2):
        started = actions.start_with_school(support, by=worker)
    assert Support.objects.count() == 1

    closed = actions.close(
        started, started, ended_on=localdate(), end_words="All were trained.", by=worker
    )

    assert not closed.follow_ups.exists()
    assert closed.evaluation


def test_a_school_cannot_work_in_outreach(opened, school_staff):
    with pytest.raises(PermissionDenied):
        actions.cancel(opened, end_words="No.", by=school_staff)


# --- assess, plan, do, review ---


def test_a_cycle_is_reviewed_before_the_next_one(opened, worker):
    def begin():
        cycle = Cycle(
            assessed="Leaves.", planned="A card.", review_on=localdate() + timedelta(days=14)
        )
        return actions.begin_cycle(opened, cycle, by=worker)

    first = begin()
    with pytest.raises(ValidationError, match="Review it before"):
        begin()
    told = {"done": "Used it daily.", "judgement": "partly", "reviewed": "Goes on."}
    actions.review_cycle(first, by=worker, **told)
    with pytest.raises(WrongStatus):
        actions.review_cycle(first, by=worker, **told)

    assert begin().number == 2


# --- the log ---


@pytest.fixture
def entry(school, worker):
    return LogEntry(kind="direct", school=school, worker=worker, on=localdate(), minutes=90)


def test_one_entry_for_several_pupils_shows_each_viewer_its_line(
    entry, opened, other_school, person
):
    school, worker = opened.school, opened.worker
    other = factories.SupportFactory(school=school, worker=worker)
    factories.EnrolmentFactory(pupil=other.pupil, organisation=other_school)

    for _ in range(2):
        actions.log(entry, {opened: "Stayed.", other: "Left early."}, by=worker)

    assert LogEntry.objects.count() == 1
    seen = LogLine.objects.as_user(person(Role.SCHOOL_STAFF, school))
    assert [line.words for line in seen] == ["Stayed."]
    there = LogLine.objects.as_user(person(Role.SCHOOL_STAFF, other_school))
    assert [line.words for line in there] == ["Left early."]


def test_the_future_is_planned_and_the_past_is_done(entry, worker):
    entry.on = localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="has not come"):
        actions.log(entry, {}, by=worker)
    entry.status, entry.minutes, entry.on = "planned", None, localdate() - timedelta(days=1)
    with pytest.raises(ValidationError, match="is over"):
        actions.log(entry, {}, by=worker)


def test_a_line_about_support_at_another_school_or_that_was_over_is_refused(entry, opened, worker):
    elsewhere = factories.SupportFactory()
    over = factories.SupportFactory(school=entry.school, status="closed")
    for support, words in ((elsewhere, "at this school"), (over, "was over")):
        with pytest.raises(ValidationError, match=words):
            actions.log(entry, {support: ""}, by=worker)
        assert not LogEntry.objects.exists()


def test_what_was_planned_is_done_or_called_off_once(school, worker):
    planned = factories.LogEntryFactory(
        school=school, worker=worker, status="planned", on=localdate()
    )
    actions.note_done(planned, minutes=45, words="", by=worker)
    with pytest.raises(WrongStatus):
        actions.call_off(planned, words="Ill.", by=worker)

    later = factories.LogEntryFactory(
        school=school, status="planned", on=localdate() + timedelta(days=3)
    )
    with pytest.raises(ValidationError, match="not come yet"):
        actions.note_done(later, minutes=45, words="", by=worker)
    actions.call_off(later, words="The school is closed.", by=worker)


# --- bought and used ---


def buy(school, by, quantity=20, unit="hours", **details):
    row = Purchase(quantity=Decimal(quantity), bought_on=localdate(), **details)
    return actions.buy(row, school=school, year=academic_year(localdate()), unit=unit, by=by)


def test_what_is_left_is_bought_less_used(school, manager, worker):
    buy(school, manager)
    buy(school, manager, -2.5, note="Fewer staff.")
    for minutes, is_traded in ((90, True), (60, True), (300, False)):
        factories.LogEntryFactory(
            school=school, on=localdate(), minutes=minutes, is_traded=is_traded
        )

    [balance] = actions.balances(academic_year(localdate()), worker)

    assert (balance.bought, balance.used, balance.left) == (
        Decimal("17.5"),
        Decimal("2.5"),
        Decimal("15.0"),
    )


def test_a_year_has_one_unit_and_sessions_count_whatever_their_length(school, manager):
    buy(school, manager, 5, unit="sessions")
    with pytest.raises(ValidationError, match="buys sessions"):
        buy(school, manager, 5, unit="hours")
    factories.LogEntryFactory(school=school, on=localdate(), minutes=400, is_traded=True)

    [balance] = actions.balances(academic_year(localdate()), manager)

    assert (balance.used, balance.left) == (1, 4)


def test_what_is_used_and_was_never_bought_stands_in_sight_of_those_who_see_agreements(
    school, other_school, person, provider
):
    """75 minutes are 1.25 hours, shown as 1.3 and not as 1.2."""
    year, helper = academic_year(localdate()), person(Role.PROVIDER_LEAD)
    for place, details in ((school, {"minutes": 75}), (other_school, {"is_traded": False})):
        factories.LogEntryFactory(
            school=place, provider=provider, on=localdate(), **{"is_traded": True, **details}
        )

    for role in (Role.MANAGER, Role.OUTREACH_WORKER, Role.SCHOOL_STAFF):
        [balance] = actions.balances(year, person(role))
        assert (balance.deal.school, balance.bought, balance.unit) == (school, 0, "hours")
        assert (balance.used, balance.left) == (Decimal("1.3"), Decimal("-1.3"))
    assert LogEntry.objects.as_user(helper).count() == 2
    assert list(actions.balances(year, helper)) == []
    assert list(actions.balances(year, person(Role.SCHOOL_LEAD, other_school))) == []
    assert not Deal.objects.exists()


def test_a_school_sees_its_own_balance_only(school, other_school, manager, school_staff):
    buy(other_school, manager)

    assert list(actions.balances(academic_year(localdate()), school_staff)) == []
    assert not Deal.objects.as_user(school_staff).exists()


def test_a_worker_records_no_purchase(school, worker):
    with pytest.raises(PermissionDenied):
        buy(school, worker)


def test_the_outbox_handlers_are_there():
    assert {"outreach.asked", "outreach.closed", "outreach.answered"} <= set(work._handlers)
