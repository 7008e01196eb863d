"""The way back, from the plan on the first day to the checks afterwards."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from apsystem.lib.seen import state_of
from placements import actions as placement_actions
from reintegration import actions
from reintegration.models import Gate, Kind, Plan, Status, StayCheck, Week
from tests import factories
from tests.factories import returns
from tests.placements.test_actions import AGREED, end, proposal, propose, take_up
from tests.reintegration.conftest import FIRST, WEEKS, agreed, work_off

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def referral(school):
    return factories.ReferralFactory(status="accepted", tier=3, school=school)


def weeks_of(plan):
    return list(Week.objects.filter(plan=plan).order_by("attempt", "number"))


def spans(plan):
    return [(week.starts_on, week.ends_on) for week in weeks_of(plan)]


# --- from day one ---


def test_an_offer_of_tier_2_or_3_names_the_half_term_of_return(referral, provider, caseworker):
    with pytest.raises(ValidationError, match="goes back or on"):
        propose(proposal(provider, returns_in=None), referral=referral, by=caseworker)


def test_a_half_term_that_is_over_before_the_placement_is_no_target(
    referral, provider, caseworker, calendar
):
    over = calendar[2023][5]

    with pytest.raises(ValidationError, match="is over before the placement begins"):
        propose(proposal(provider, returns_in=over), referral=referral, by=caseworker)


def test_an_accepted_placement_has_its_plan_without_anybody_thinking_of_it(
    referral, provider, caseworker
):
    placement = take_up(proposal(provider, route="mainstream"), referral=referral, by=caseworker)
    work_off()
    work_off()

    plan = Plan.objects.get()
    assert (plan.placement, plan.pupil, plan.route) == (placement, referral.pupil, "mainstream")
    assert plan.first_target == plan.target == placement.returns_in
    assert (plan.receiving_school, plan.status) == (referral.school, Status.PREPARING)


def test_support_in_the_home_school_has_no_way_back_to_plan(provider, caseworker, school):
    referral = factories.ReferralFactory(status="accepted", tier=1, school=school)
    take_up(proposal(provider, sessions=0, returns_in=None), referral=referral, by=caseworker)
    work_off()

    assert not Plan.objects.exists()


def test_the_plan_of_a_placement_that_another_follows_is_closed(
    referral, provider, other_provider, caseworker
):
    placement = take_up(proposal(provider), referral=referral, by=caseworker)
    after = proposal(other_provider, starts_on=date(2024, 10, 14), ends_on=date(2024, 11, 20))
    after.tier = 2
    offer = placement_actions.propose(after, follows=placement, objectives=AGREED, by=caseworker)
    placement_actions.accept(offer, by=caseworker)
    end(placement, by=caseworker, destination="other tier")
    work_off()

    before, following = Plan.objects.order_by("pk")
    assert (before.status, before.outcome) == (Status.CLOSED, "goes on")
    assert following.status == Status.PREPARING


def test_the_first_target_stays_when_the_half_term_moves(ready, caseworker):
    later = factories.HalfTermFactory(
        year=2034, number=1, starts_on=date(2034, 9, 4), ends_on=date(2034, 10, 20)
    )
    first = ready.target
    actions.move_target(ready, target=later, reason="Needs more time.", by=caseworker)

    ready.refresh_from_db()
    assert (ready.first_target, ready.target) == (first, later)
    assert ready.target_changes.get().reason == "Needs more time."


def test_a_half_term_that_is_over_is_no_target(ready, calendar, caseworker):
    with pytest.raises(ValidationError, match="is over"):
        actions.move_target(ready, target=calendar[2023][0], reason="Why not", by=caseworker)


# --- gates ---


def test_a_planning_meeting_before_the_placement_is_refused(plan, caseworker):
    gate = Gate(kind=Kind.MEETING, held_on=date(2024, 9, 1), who="All", words="Agreed.")

    with pytest.raises(ValidationError, match="the first day of the placement"):
        actions.pass_gate(plan, gate, by=caseworker)


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ({"informant": "parent"}, "same instrument and the same informant"),
        ({"held_on": date(2024, 9, 3)}, "after the baseline"),
        ({"pupil": None}, "of this pupil"),
    ],
)
def test_scores_that_cannot_be_compared_show_no_progress(plan, caseworker, later, words):
    same = {"pupil": plan.pupil, "informant": "teacher"}
    baseline = factories.AssessmentFactory(**same, held_on=date(2024, 9, 4))
    same["instrument"] = baseline.instrument
    if "pupil" in later:
        later = {"pupil": factories.PupilFactory()}
    after = factories.AssessmentFactory(**{**same, "held_on": date(2024, 10, 4), **later})
    gate = Gate(kind="progress", held_on=date(2024, 10, 7), who="Head", words="Better.",
                baseline=baseline, later=after)  # fmt: skip

    with pytest.raises(ValidationError, match=words):
        actions.pass_gate(plan, gate, by=caseworker)


# --- the weeks ---


def test_six_weeks_lie_on_the_schools_calendar_and_half_term_is_none(ready, caseworker, school):
    factories.ClosureFactory(
        organisation=school, starts_on=date(2024, 9, 30), ends_on=date(2024, 10, 1)
    )

    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)

    assert spans(ready) == [
        (date(2024, 10, 1), date(2024, 10, 5)),
        (date(2024, 10, 7), date(2024, 10, 12)),
        (date(2024, 10, 14), date(2024, 10, 19)),
        (date(2024, 10, 21), date(2024, 10, 26)),
        (date(2024, 11, 4), date(2024, 11, 9)),
        (date(2024, 11, 11), date(2024, 11, 16)),
    ]


@pytest.mark.parametrize(
    ("weeks", "words"),
    [
        ([agreed(8, 2), agreed(9, 1), *WEEKS[2:]], "rise from week to week"),
        ([*WEEKS[:5], agreed(0, 0)], "rise from week to week"),
        ([agreed(10, 0)] * 6, "has sessions at school"),
        (WEEKS[:5], "all 6 weeks"),
    ],
)
def test_weeks_that_do_not_lead_back_are_refused(ready, caseworker, weeks, words):
    with pytest.raises(ValidationError, match=words):
        actions.begin(ready, starts_on=FIRST, weeks=weeks, by=caseworker)


def test_the_first_week_is_not_before_the_planning_meeting(ready, caseworker):
    with pytest.raises(ValidationError, match="planning meeting"):
        actions.begin(ready, starts_on=date(2024, 9, 5), weeks=WEEKS, by=caseworker)


def test_a_calendar_that_ends_too_early_is_said(ready, caseworker):
    with pytest.raises(ValidationError, match="The calendar holds only"):
        actions.begin(ready, starts_on=date(2027, 7, 12), weeks=WEEKS, by=caseworker)


def test_what_is_missing_before_week_1_is_named(plan, caseworker):
    returns.GateFactory(plan=plan, kind="meeting")

    with pytest.raises(ValidationError, match=r"progress shown.*conversation with"):
        actions.begin(plan, starts_on=FIRST, weeks=WEEKS, by=caseworker)


def test_a_week_that_is_held_moves_the_later_ones_and_keeps_the_first_line(ready, caseworker):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)
    before = spans(ready)

    actions.hold(ready, number=4, reason="Was ill.", by=caseworker)

    after = weeks_of(ready)
    assert [(week.starts_on, week.ends_on) for week in after[:3]] == before[:3]
    assert (after[3].starts_on, after[3].ends_on) == (date(2024, 10, 21), date(2024, 11, 9))
    assert after[5].starts_on == date(2024, 11, 18)
    assert [(week.first_starts_on, week.first_ends_on) for week in after] == before
    assert ready.week_changes.get().reason == "Was ill."


def test_a_week_is_added_skipped_and_supported_with_a_reason(ready, caseworker):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)
    actions.extend(ready, agreed=agreed(0, 10), reason="Not sure yet.", by=caseworker)
    actions.skip(ready, number=2, reason="Is ahead.", by=caseworker)
    actions.support(ready, number=3, reason="A mentor at lunch.", by=caseworker)

    added = weeks_of(ready)[-1]
    assert (added.number, added.first_dates) == (7, "added later")
    assert weeks_of(ready)[1].is_skipped
    assert {row.kind for row in ready.week_changes.all()} == {"extended", "skipped", "support"}
    for number in (1, 7):
        with pytest.raises(ValidationError, match="not skipped"):
            actions.skip(ready, number=number, reason="Why not", by=caseworker)


def test_a_stopped_return_keeps_its_weeks_and_asks_for_new_gates(ready, caseworker):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)

    stopped = actions.stop(ready, reason="Too early.", by=caseworker)

    assert (stopped.status, stopped.attempt) == (Status.PREPARING, 2)
    assert len(weeks_of(ready)) == 6
    assert len(actions.missing_gates(stopped)) == 3


def test_a_completed_return_is_asked_about_at_6_and_12_weeks(ready, lead):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=lead)
    with pytest.raises(ValidationError, match="how it went in week 1, 2"):
        actions.complete(ready, words="Well.", by=lead)
    for number in range(1, 7):
        actions.review_week(ready, number=number, judgement="well", note="", by=lead)

    done = actions.complete(ready, words="Well.", by=lead)

    assert (done.status, done.outcome) == (Status.CLOSED, "mainstream")
    last_end = weeks_of(ready)[-1].ends_on
    checks = list(StayCheck.objects.filter(plan=ready))
    assert [row.due_on - last_end for row in checks] == [timedelta(weeks=6), timedelta(weeks=12)]
    answered = actions.answer_check(checks[0], answer="not known", words="", by=lead)
    assert answered.answered_by == lead
    with pytest.raises(WrongStatus, match="answered already"):
        actions.answer_check(checks[0], answer="there", words="", by=lead)


def test_a_return_whose_last_week_does_not_work_is_not_complete(ready, lead):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=lead)
    for number in range(1, 7):
        judged = "not working" if number == 6 else "well"
        actions.review_week(ready, number=number, judgement=judged, note="", by=lead)

    with pytest.raises(ValidationError, match="not working"):
        actions.complete(ready, words="Well.", by=lead)


def test_a_week_that_has_not_begun_has_no_review_and_a_check_to_come_no_answer(lead, school):
    today = localdate()
    plan = returns.PlanFactory(
        returning=True, placement__provider=lead.memberships.get().organisation
    )
    returns.WeekFactory(plan=plan, starts_on=today + DAY)
    with pytest.raises(ValidationError, match="has not begun"):
        actions.review_week(plan, number=1, judgement="well", note="", by=lead)

    done = returns.PlanFactory(status="closed", outcome="mainstream", closed_on=today,
                               placement__provider=plan.placement.provider)  # fmt: skip
    check = returns.StayCheckFactory(plan=done, due_on=today + DAY)
    with pytest.raises(ValidationError, match="answer it then"):
        actions.answer_check(check, answer="there", words="", by=lead)


# --- who may ---


@pytest.mark.parametrize("role", [r for r in Role if Permission.PLAN_WORK not in GRANTS[r]])
def test_nobody_else_works_on_a_plan(person, ready, role):
    by = person(role)
    for act in (
        lambda: actions.pass_gate(ready, Gate(kind="meeting", held_on=FIRST), by=by),
        lambda: actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=by),
        lambda: actions.close(ready, outcome="moved", words="Gone.", by=by),
        lambda: actions.send(ready, to="a@b.example", by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_another_provider_does_not_find_the_plan(person, ready, other_provider):
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    with pytest.raises(Plan.DoesNotExist):
        actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=stranger)


def test_the_receiving_school_reads_the_plan_of_a_pupil_who_comes_to_it(
    person, plan, other_school, caseworker
):
    head = person(Role.SCHOOL_LEAD, other_school)
    assert not Plan.objects.as_user(head).exists()
    Plan.objects.filter(pk=plan.pk).update(receiving_school=other_school)
    assert Plan.objects.as_user(head).get() == plan

    actions.close(plan, outcome="not back", words="Stays.", by=caseworker)

    assert not Plan.objects.as_user(head).exists()


# --- versions ---


def test_a_version_goes_out_by_a_link_and_its_answer_comes_back(ready, lead, caseworker):
    version = actions.send(ready, to="head@school.example", by=lead)
    work_off()

    assert version.token in mail.outbox[0].body
    assert ready.pupil.surname not in mail.outbox[0].subject + mail.outbox[0].body
    answer = {"name": "Robin Example", "position": "Head of year"}
    actions.sign(version, refused_because="The class is full.", **answer)
    work_off()
    version.refresh_from_db()
    assert version.state == "Not agreed by Robin Example, Head of year"
    assert mail.outbox[1].to == [lead.email]
    with pytest.raises(ValidationError, match="answered already"):
        actions.sign(version, refused_because="", **answer)


def test_a_version_says_what_the_plan_said_when_it_was_sent(ready, lead):
    version = actions.send(ready, to="head@school.example", by=lead)
    seen, ready.goals = state_of(Plan.objects.get(pk=ready.pk)), "Other goals"
    actions.change(ready, ready, seen=seen, by=lead)

    version.refresh_from_db()
    assert version.content["goals"] == ""
