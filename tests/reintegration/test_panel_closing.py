"""What follows by itself when a meeting of the panel is closed: letters, mail, plans, held places."""

from datetime import date

import pytest
from django.core import mail
from django.utils.timezone import localdate

from accounts import work
from pupils.models import Letter
from reintegration import actions
from reintegration.actions import Decision
from tests import factories
from tests.factories import returns
from tests.reintegration.conftest import work_off
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at, school_with_roll

pytestmark = pytest.mark.django_db
STAYS = Decision("stays", "It goes well.")


def test_closing_drafts_letters_and_tells_the_referrer_without_a_name(chair, caseworker, session):
    referral = factories.ReferralFactory()
    case = case_at(session, pupil=referral.pupil, referral=referral)
    contact = factories.ContactFactory(pupil=case.pupil, has_parental_responsibility=True)
    actions.decide(case, STAYS, by=chair)
    actions.close_meeting(session, by=chair)

    work_off()
    work.post("panel.closed", meeting=session.pk)
    work_off()  # delivered twice, done once

    letter = Letter.objects.get(case=case.uid)
    assert (letter.status, letter.contact, letter.drafted_by) == ("draft", contact, caseworker)
    assert letter.facts["reason"] == "It goes well."
    assert mail.outbox[0].to == [referral.made_by.email]
    text = mail.outbox[0].subject + mail.outbox[0].body
    assert case.pupil.surname not in text
    assert case.pupil.forename not in text


def test_the_letter_goes_to_the_school_where_no_parent_is_recorded(chair, session):
    roll = factories.EnrolmentFactory()
    case = case_at(session, pupil=roll.pupil)
    actions.decide(case, STAYS, by=chair)
    actions.close_meeting(session, by=chair)

    work_off()

    assert Letter.objects.get(case=case.uid).organisation == roll.organisation


def test_the_plan_takes_the_decision(chair, session):
    school, later = factories.SchoolFactory(), factories.HalfTermFactory(
        year=2036, number=1, starts_on=date(2036, 9, 1), ends_on=date(2036, 10, 20)
    )  # fmt: skip
    back, more, closed = (case_at(session, moderated=True) for _ in range(3))
    type(closed.plan).objects.filter(pk=closed.plan.pk).update(
        status="closed", outcome="mainstream", closed_on=localdate()
    )
    first = more.plan.target
    actions.decide(back, Decision("return", "Ready.", school=school), by=chair)
    actions.decide(more, Decision("more time", "Too soon.", half_term=later), by=chair)
    actions.decide(closed, Decision("return", "Late.", school=school), by=chair)
    actions.close_meeting(session, by=chair)

    for case in (back, more, closed):
        case.plan.refresh_from_db()
    assert back.plan.receiving_school == school
    assert (more.plan.target, more.plan.first_target) == (later, first)
    moved = more.plan.target_changes.get()
    assert moved.reason == f"The Fair Access Panel decided ({more.reference})."
    assert closed.plan.receiving_school != school


def test_a_place_at_a_school_becomes_the_way_back_of_a_pupil_in_provision(chair, session):
    plan, school = returns.PlanFactory(), school_with_roll()
    case = case_at(session, pupil=plan.pupil, placement=plan.placement)
    actions.decide(case, Decision("allotted", "Near.", school=school), by=chair)

    actions.close_meeting(session, by=chair)

    plan.refresh_from_db()
    assert plan.receiving_school == school


def test_a_place_in_provision_is_held_for_the_offer_that_follows(chair, session):
    provider = factories.CommissionFactory(places=1).provider
    waits = factories.ReferralFactory(status="submitted")
    before = factories.HoldFactory(referral=waits)
    declined = factories.ReferralFactory(status="declined")
    for referral in (waits, declined):
        case = case_at(session, pupil=referral.pupil, referral=referral)
        booked = Decision(
            "provision", "It helps.", provider=provider, overbooking_reason="One leaves."
        )
        actions.decide(case, booked, by=chair)

    actions.close_meeting(session, by=chair)

    held = waits.holds.get(released_at=None)
    assert (held.provider, held.held_by) == (provider, chair)
    before.refresh_from_db()
    assert before.released_at is not None
    assert not declined.holds.exists()
