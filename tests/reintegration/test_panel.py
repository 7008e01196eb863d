"""What happens before the Fair Access Panel and at its meetings."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate

from accounts import work
from accounts.permissions import Role
from accounts.workflow import WrongStatus
from reintegration import actions
from reintegration.actions import Decision, Task
from reintegration.models import CaseKind, PanelAction, PanelCase, PanelMeeting
from reintegration.models.readiness import BY_CARE, BY_PLAN, NO_PARENT, NO_WORDS, readiness
from tests import factories
from tests.factories import returns
from tests.reintegration.conftest import work_off
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at, school_with_roll
from tests.threads import at_once

pytestmark = pytest.mark.django_db
STAYS = Decision("stays", "It goes well.")


def asked(pupil, **details):
    details = {"kind": CaseKind.FAIR_ACCESS, "category_id": "d", "why": "No place."} | details
    return PanelCase(pupil=pupil, **{"agreed_on": localdate()} | details)


def test_a_place_is_due_20_school_days_after_it_was_agreed(caseworker, calendar):
    case = actions.put_forward(
        asked(factories.PupilFactory(), agreed_on=date(2024, 9, 9)), by=caseworker
    )
    assert case.consider_by == date(2024, 10, 7)

    factories.ClosureFactory(
        organisation=None, starts_on=date(2024, 9, 16), ends_on=date(2024, 9, 17)
    )
    work.post("calendar.changed", day="2024-09-16")
    work_off()

    case.refresh_from_db()
    assert case.consider_by == date(2024, 10, 8)


def test_ehc_plans_and_looked_after_children_go_another_way(caseworker):
    with_plan, in_care = factories.PupilFactory(), factories.PupilFactory()
    factories.EhcPlanFactory(pupil=with_plan)
    factories.CareStatusFactory(pupil=in_care, kind="looked after")

    for pupil, words in ((with_plan, BY_PLAN), (in_care, BY_CARE)):
        with pytest.raises(ValidationError, match="the protocol is not the way") as refused:
            actions.put_forward(asked(pupil), by=caseworker)
        assert refused.value.messages == [words]


def test_a_plan_that_comes_later_stops_the_case_at_the_agenda_and_at_the_decision(
    caseworker, chair, session
):
    waiting, item = factories.PanelCaseFactory(), case_at(session)
    for case in (waiting, item):
        factories.EhcPlanFactory(pupil=case.pupil)

    meeting = factories.PanelMeetingFactory()
    with pytest.raises(ValidationError, match="EHC plan"):
        actions.put_on(waiting, meeting=meeting, by=caseworker)
    with pytest.raises(ValidationError, match="EHC plan"):
        actions.decide(item, Decision("allotted", "x", school=school_with_roll()), by=chair)


def test_a_case_that_is_not_ready_names_what_is_missing(caseworker):
    case = factories.PanelCaseFactory(pupil_words="", parent_words="")

    with pytest.raises(ValidationError) as refused:
        actions.put_on(case, meeting=factories.PanelMeetingFactory(), by=caseworker)

    assert NO_WORDS in refused.value.messages[0]
    assert NO_PARENT in refused.value.messages[0]


def test_words_of_the_conversation_and_of_the_referral_make_a_case_ready():
    gate = returns.GateFactory(kind="conversation")
    spoken = factories.PanelCaseFactory(
        pupil=gate.plan.pupil, plan=gate.plan, pupil_words="", parent_words=""
    )
    written = factories.PanelCaseFactory(
        referral=factories.ReferralFactory(pupil_view="I want a place.", parent_view="Near."),
        pupil_words="",
        parent_words="",
    )

    assert readiness([spoken, written], localdate()) == {spoken.pk: [], written.pk: []}


def test_one_side_of_a_disagreement_is_not_enough():
    case = factories.PanelCaseFactory(moderated=True, school_words="Not yet.")

    assert "both" in readiness([case], localdate())[case.pk][0]


def test_items_move_up_and_down_and_the_numbers_close_up(caseworker):
    meeting = factories.PanelMeetingFactory()
    one, two, three = (case_at(meeting) for _ in range(3))

    actions.move(three, meeting=meeting, to=1, by=caseworker)
    assert list(PanelCase.objects.agenda_of(meeting)) == [three, one, two]

    actions.take_off(one, meeting=meeting, by=caseworker)
    rows = PanelCase.objects.agenda_of(meeting)
    assert list(rows.values_list("pk", "position")) == [(three.pk, 1), (two.pk, 2)]


def test_an_agenda_in_session_stands(caseworker, session):
    case = case_at(session)

    for act in (
        lambda: actions.move(case, meeting=session, to=1, by=caseworker),
        lambda: actions.take_off(case, meeting=session, by=caseworker),
    ):
        with pytest.raises(WrongStatus, match="agenda stands"):
            act()


def test_without_a_quorum_nothing_is_decided(chair, seat, session):
    case = case_at(session)
    PanelMeeting.objects.update(quorum=2)
    actions.declare(case, reason="A neighbour", by=seat.user)

    with pytest.raises(ValidationError, match="no quorum: 1 of the 2 members") as refused:
        actions.decide(PanelCase.objects.get(pk=case.pk), STAYS, by=chair)

    assert "1 stepped aside" in refused.value.messages[0]
    actions.decide(case_at(session), STAYS, by=chair)


def test_only_a_chair_decides_and_only_in_session(chair, member, caseworker, session):
    case = case_at(session)
    for person in (member, caseworker):
        with pytest.raises(PermissionDenied):
            actions.decide(case, STAYS, by=person)

    published = case_at(factories.PanelMeetingFactory(status="published"))
    with pytest.raises(WrongStatus, match="not in session"):
        actions.decide(published, STAYS, by=chair)


def test_a_chair_with_an_interest_cannot_decide(chair, session):
    case = case_at(session)
    actions.declare(case, reason="My school", by=chair)

    with pytest.raises(PanelCase.DoesNotExist):
        actions.decide(case, STAYS, by=chair)


def test_an_outcome_must_fit_the_case(chair, session):
    with pytest.raises(ValidationError, match="fits the case"):
        actions.decide(case_at(session), Decision("return", "x"), by=chair)


def test_another_school_than_the_next_in_turn_needs_a_reason(chair, session):
    first, other = school_with_roll(2000, name="Ash"), school_with_roll(100, name="Beech")
    taken = Decision("allotted", "Near.", school=first)
    actions.decide(case_at(session), taken, by=chair)  # equal rates: the name decides

    case = case_at(session)
    with pytest.raises(ValidationError) as refused:
        actions.decide(case, taken, by=chair)
    assert refused.value.error_dict["__all__"][0].code == "override_reason"

    decided = actions.decide(
        case, Decision("allotted", "Near.", school=first, override_reason="Siblings."), by=chair
    )
    assert (decided.next_in_turn, decided.override_reason) == (other, "Siblings.")
    assert "took no child" in decided.turn_words


def test_a_provider_without_a_free_place_needs_a_reason(chair, session, half_term):
    provider = factories.CommissionFactory(places=1).provider
    case = case_at(session)
    booked = Decision("provision", "It helps.", provider=provider)
    actions.decide(case, booked, by=chair)
    assert not PanelCase.objects.get(pk=case.pk).is_overbooked

    factories.PlacementFactory(provider=provider)
    case = case_at(session)
    with pytest.raises(ValidationError, match="no free place"):
        actions.decide(case, booked, by=chair)
    reasoned = Decision("provision", "x", provider=provider, overbooking_reason="One leaves.")
    assert actions.decide(case, reasoned, by=chair).is_overbooked


def test_a_deferred_case_stands_on_the_meeting_that_it_is_booked_on(chair, seat, session):
    case = case_at(session)
    other = factories.PanelMemberFactory()
    factories.PanelConflictFactory(case=case, member=other)
    later = factories.PanelMeetingFactory(held_on=localdate() + timedelta(days=14))
    case_at(later)

    for missing, booked, field in (("A report", None, "booked"), ("", later, "__all__")):
        with pytest.raises(ValidationError) as refused:
            actions.defer(case, missing=missing, booked=booked, by=chair)
        assert field in refused.value.error_dict

    actions.defer(case, missing="A report", booked=later, by=chair)

    following = PanelCase.objects.get(follows=case)
    assert (following.meeting, following.position) == (later, 2)
    assert following.consider_by == case.consider_by
    assert following.conflicts.get().member == other


def test_a_case_cannot_be_booked_on_an_earlier_or_open_meeting(chair, session):
    for meeting in (session, factories.PanelMeetingFactory()):
        with pytest.raises(ValidationError, match="later meeting"):
            actions.defer(case_at(session), missing="x", booked=meeting, by=chair)


def test_a_decision_can_be_taken_up_again_until_the_meeting_is_closed(chair, session):
    case = actions.decide(case_at(session), STAYS, by=chair)

    case = actions.reopen(case, by=chair)

    assert (case.outcome, case.decided_by) == ("", None)
    actions.decide(case, STAYS, by=chair)
    actions.close_meeting(session, by=chair)
    with pytest.raises(WrongStatus):
        actions.reopen(case, by=chair)


def test_what_is_to_be_done_has_an_owner_and_a_day(chair, caseworker, session):
    case = case_at(session)
    for task in (Task("Ring", "", localdate()), Task("Ring", "Robin", None)):
        with pytest.raises(ValidationError):
            actions.decide(case, STAYS, by=chair, task=task)
    actions.decide(case, STAYS, by=chair, task=Task("Ring", "Robin", localdate()))

    row = actions.finish(PanelAction.objects.get(), by=caseworker)

    assert (row.done_on, row.done_by) == (localdate(), caseworker)


def test_a_meeting_closes_when_every_item_is_dealt_with(chair, session):
    case_at(session)

    with pytest.raises(WrongStatus, match="1 item is not dealt with"):
        actions.close_meeting(session, by=chair)


def test_a_day_or_a_person_that_does_not_fit_is_refused(caseworker, chair, manager):
    tomorrow = localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="has passed"):
        actions.plan_meeting(
            factories.PanelMeetingFactory.build(held_on=date(2024, 9, 9)), by=caseworker
        )
    with pytest.raises(ValidationError, match="is to come"):
        actions.put_forward(asked(factories.PupilFactory(), agreed_on=tomorrow), by=caseworker)
    with pytest.raises(ValidationError, match="agenda is empty"):
        actions.publish(factories.PanelMeetingFactory(), by=caseworker)
    later = factories.PanelMeetingFactory(status="published", held_on=tomorrow)
    with pytest.raises(ValidationError, match="later day"):
        actions.open_meeting(later, attended=[], by=chair)
    today = factories.PanelMeetingFactory(status="published")
    over = factories.PanelMemberFactory(ends_on=localdate())
    with pytest.raises(ValidationError, match="no seat"):
        actions.open_meeting(today, attended=[over], by=chair)
    stranger = factories.PanelMemberFactory.build(
        user=caseworker, organisation=caseworker.memberships.get().organisation
    )
    with pytest.raises(ValidationError, match="no role of the panel"):
        actions.seat(stranger, by=manager)


def test_publishing_tells_the_members(caseworker, member, chair):
    meeting = factories.PanelMeetingFactory()
    case = case_at(meeting)

    actions.publish(meeting, by=caseworker)
    work_off()

    assert {to for sent in mail.outbox for to in sent.to} == {member.email, chair.email}
    assert case.pupil.surname not in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_of_two_chairs_who_close_at_once_one_is_told(chair, session):
    second = factories.PanelMemberFactory(role=Role.PANEL_CHAIR).user
    actions.decide(case_at(session), STAYS, by=chair)

    found = at_once(
        [lambda who=who: actions.close_meeting(session, by=who) for who in (chair, second)]
    )

    told = [result for result in found if isinstance(result, WrongStatus)]
    assert len(told) == 1
    assert "Somebody else was first" in str(told[0])
    session.refresh_from_db()
    assert session.status == "closed"


@pytest.mark.django_db(transaction=True)
def test_of_two_chairs_who_decide_at_once_one_is_told(chair, session):
    second = factories.PanelMemberFactory(role=Role.PANEL_CHAIR).user
    case = case_at(session)

    found = at_once(
        [lambda who=who: actions.decide(case, STAYS, by=who) for who in (chair, second)]
    )

    assert sum(isinstance(result, WrongStatus) for result in found) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_chairs_who_defer_at_once_one_is_told_and_the_case_is_booked_once(chair, session):
    second = factories.PanelMemberFactory(role=Role.PANEL_CHAIR).user
    case = case_at(session)
    days = (7, 14)
    later = [
        factories.PanelMeetingFactory(held_on=localdate() + timedelta(days=number))
        for number in days
    ]

    found = at_once(
        [
            lambda who=who, booked=booked: actions.defer(
                case, missing="A report", booked=booked, by=who
            )
            for who, booked in zip((chair, second), later, strict=True)
        ]
    )

    assert sum(isinstance(result, WrongStatus) for result in found) == 1
    assert PanelCase.objects.filter(follows=case).count() == 1
    case.refresh_from_db()
    assert case.status == "deferred"
