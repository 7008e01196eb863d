"""Plans that stall come to the panel by themselves, and onto its agenda where they are ready."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from reintegration import actions, nightly
from reintegration.models import PanelCase
from tests import factories
from tests.factories import returns
from tests.reintegration.panel import case_at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def idle_plan(*gates, words=True):
    """Make a plan that nobody worked on for 40 days; with words it is ready for the panel."""
    plan = returns.PlanFactory()
    ago = timezone.now() - 40 * DAY
    type(plan).objects.filter(pk=plan.pk).update(made_at=ago)
    for kind in gates:
        returns.GateFactory(plan=plan, kind=kind, recorded_at=ago)
    if words:
        view = {"pupil_view": "I like art.", "parent_view": "Near to home."}
        factories.ReferralFactory(pupil=plan.pupil, status="accepted", **view)
    return plan


def meeting_in(days, **details):
    return factories.PanelMeetingFactory(held_on=localdate() + days * DAY, **details)


def case_of(plan):
    return PanelCase.objects.get(plan=plan)


def test_stalled_plans_come_by_themselves_and_once(caseworker):
    ago = timezone.now() - timedelta(days=40)
    idle, gone, fresh = returns.PlanFactory(), returns.PlanFactory(), returns.PlanFactory()
    type(idle).objects.filter(pk__in=[idle.pk, gone.pk]).update(made_at=ago)
    past = factories.HalfTermFactory(
        year=2022, number=1, starts_on=date(2022, 9, 5), ends_on=date(2022, 10, 21)
    )
    type(fresh).objects.filter(pk=fresh.pk).update(target=past)
    case = factories.PanelCaseFactory(moderated=True, plan=gone)
    actions.withdraw_case(case, because="It goes on.", by=caseworker)

    nightly.propose_stalled_plans()
    assert actions.propose_stalled(localdate()) == 0

    found = dict(PanelCase.objects.exclude(stalled="").values_list("plan", "stalled"))
    assert found == {
        idle.pk: actions.panel_cases.NO_GATE,
        fresh.pk: actions.panel_cases.TARGET_OVER,
    }
    assert actions.propose_stalled(localdate() + timedelta(days=40)) == 1  # after the pause


def test_a_ready_case_goes_on_the_next_agenda_that_is_not_published():
    meeting_in(1, status="published")
    later, following = meeting_in(21), meeting_in(14)
    item = case_at(following)
    ready, silent = idle_plan(), idle_plan(words=False)

    assert actions.propose_stalled(localdate()) == 2

    case = case_of(ready)
    assert (case.status, case.meeting, case.position) == ("on agenda", following, 2)
    assert (case_of(silent).status, case_of(silent).meeting) == ("waiting", None)
    assert not later.cases.exists()
    assert PanelCase.objects.get(pk=item.pk).position == 1


def test_a_case_goes_there_on_the_night_after_it_became_ready_and_once():
    meeting = meeting_in(14)
    plan = idle_plan(words=False)
    actions.propose_stalled(localdate())
    assert not meeting.cases.exists()
    words = {"pupil_words": "I like art.", "parent_words": "Near."}
    PanelCase.objects.filter(plan=plan).update(**words)

    assert actions.propose_stalled(localdate()) == 0
    actions.propose_stalled(localdate())

    assert [row.plan for row in meeting.cases.all()] == [plan]


def test_what_somebody_took_off_the_agenda_the_clock_does_not_put_back(caseworker):
    meeting, plan = meeting_in(14), idle_plan()
    actions.propose_stalled(localdate())
    actions.take_off(case_of(plan), meeting=meeting, by=caseworker)

    actions.propose_stalled(localdate())

    assert (case_of(plan).status, case_of(plan).put_by) == ("waiting", caseworker)


def test_no_more_goes_there_than_the_meeting_has_minutes_for():
    meeting = meeting_in(14, minutes=20)
    for _ in range(3):
        idle_plan()

    actions.propose_stalled(localdate())

    assert meeting.cases.count() == 2
    assert PanelCase.objects.candidates().count() == 1


def test_without_a_meeting_a_ready_case_waits():
    plan = idle_plan()

    actions.propose_stalled(localdate())

    assert case_of(plan).status == "waiting"


def test_a_plan_with_all_gates_passed_does_not_stall_for_want_of_one():
    whole = idle_plan("progress", "conversation", "meeting")
    lacking = idle_plan("progress", "conversation")
    again = idle_plan("progress", "conversation", "meeting")
    type(again).objects.filter(pk=again.pk).update(attempt=2)

    actions.propose_stalled(localdate())

    found = set(PanelCase.objects.values_list("plan", flat=True))
    assert found == {lacking.pk, again.pk}
    assert whole.pk not in found
