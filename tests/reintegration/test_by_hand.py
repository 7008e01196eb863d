"""A plan by hand, where the offer named no half term; and half terms that are over by now."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from placements import actions as placement_actions
from reintegration import actions
from reintegration.actions import Decision
from reintegration.models import Plan
from tests import factories
from tests.factories import returns
from tests.placements.test_actions import AGREED, proposal
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def bare(provider, school):
    return factories.PlacementFactory(provider=provider, home_school=school, route="undecided")


def address(placement):
    return reverse("reintegration:set-up", args=[placement.uid])


def page_of(client, placement):
    return client.get(reverse("placements:detail", args=[placement.uid])).content.decode()


def test_a_plan_is_set_up_on_a_page_from_the_placement(client, bare, lead):
    target = factories.later_half_term()
    client.force_login(lead)
    assert address(bare) in page_of(client, bare)

    empty = client.post(address(bare), {"route": "", "target": ""})
    sent = client.post(address(bare), {"route": "mainstream", "target": target.pk}, follow=True)

    assert set(empty.context["form"].errors) == {"route", "target"}
    plan = Plan.objects.get()
    assert (plan.placement, plan.first_target, plan.target) == (bare, target, target)
    assert (plan.route, plan.receiving_school) == ("mainstream", bare.home_school)
    shown = sent.content.decode()
    assert "The plan is set up." in shown
    assert plan.get_absolute_url() in shown
    assert address(bare) not in shown


def test_a_second_plan_is_refused_and_told(client, bare, lead):
    returns.PlanFactory(placement=bare)
    client.force_login(lead)
    sent = {"route": "mainstream", "target": factories.later_half_term().pk}

    answer = client.post(address(bare), sent)

    assert "has its plan already" in answer.content.decode()
    assert Plan.objects.count() == 1


@pytest.mark.parametrize("details", [{"tier": 1}, {"status": "ended"}, {"status": "proposed"}])
def test_where_there_is_no_way_back_to_plan_there_is_no_page(
    client, provider, caseworker, details
):
    row = factories.PlacementFactory(provider=provider, **details)
    client.force_login(caseworker)

    assert client.get(address(row)).status_code == 404
    assert address(row) not in page_of(client, row)
    with pytest.raises(WrongStatus, match="no way back to plan"):
        actions.set_up_by_hand(
            row, route="mainstream", target=factories.later_half_term(), by=caseworker
        )


def test_a_way_that_is_not_decided_and_a_half_term_that_is_over_are_refused(
    bare, calendar, caseworker
):
    later = factories.later_half_term()
    with pytest.raises(ValidationError) as told:
        actions.set_up_by_hand(bare, route="undecided", target=later, by=caseworker)
    assert [error.code for error in told.value.error_dict["__all__"]] == ["route"]
    with pytest.raises(ValidationError, match="is over"):
        actions.set_up_by_hand(bare, route="special", target=calendar[2023][5], by=caseworker)
    assert not Plan.objects.exists()


@pytest.mark.parametrize("role", [r for r in Role if Permission.PLAN_WORK not in GRANTS[r]])
def test_nobody_else_sets_up_a_plan(person, bare, role):
    with pytest.raises(PermissionDenied):
        actions.set_up_by_hand(
            bare, route="mainstream", target=factories.later_half_term(), by=person(role)
        )


def test_another_provider_finds_no_placement(client, bare, person, other_provider):
    client.force_login(person(Role.PROVIDER_LEAD, other_provider))

    assert client.get(address(bare)).status_code == 404


# --- the offer ---


def offer(provider, caseworker, school, **details):
    referral = factories.ReferralFactory(status="accepted", tier=3, school=school)
    asked = proposal(provider, **details)
    return placement_actions.propose(asked, objectives=AGREED, referral=referral, by=caseworker)


def test_an_offer_says_where_it_leads(provider, caseworker, school):
    with pytest.raises(ValidationError) as told:
        offer(provider, caseworker, school, route="undecided")

    assert "route" in told.value.message_dict


def test_a_half_term_that_is_over_is_refused_where_the_offer_is_back_dated(
    provider, caseworker, school, calendar
):
    """The placement began in it, and it is over by today."""
    over = calendar[2024][0]

    with pytest.raises(ValidationError, match=r"is over\. Choose this half term"):
        offer(provider, caseworker, school, starts_on=date(2024, 9, 16), returns_in=over)


# --- the panel ---


@pytest.fixture
def given_time(session, half_term, chair):
    case = case_at(session, moderated=True)
    actions.decide(case, Decision("more time", "Too soon.", half_term=half_term), by=chair)
    return case


def test_the_panel_gives_no_time_to_a_half_term_that_is_over(session, half_term, chair):
    case = case_at(session, moderated=True)
    type(half_term).objects.filter(pk=half_term.pk).update(ends_on=localdate())
    half_term.refresh_from_db()

    with pytest.raises(ValidationError, match="is over"):
        actions.decide(case, Decision("more time", "Too soon.", half_term=half_term), by=chair)


def test_a_half_term_that_ends_before_the_closing_is_decided_anew(
    session, half_term, chair, given_time
):
    type(half_term).objects.filter(pk=half_term.pk).update(ends_on=localdate())

    with pytest.raises(WrongStatus, match=f"Item {given_time.position} is given more time"):
        actions.close_meeting(session, by=chair)

    given_time.plan.refresh_from_db()
    assert given_time.plan.target != half_term
    actions.reopen(given_time, by=chair)
    actions.decide(given_time, Decision("stays", "It goes well."), by=chair)
    assert actions.close_meeting(session, by=chair).status == "closed"
