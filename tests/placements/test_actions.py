"""Opening and ending a placement, and the roll that goes with it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from placements import actions
from placements.models import Ending, Placement, Status
from pupils.models import Enrolment, Pupil
from referrals.models import Referral
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db

START = date(2024, 9, 2)
END = date(2024, 10, 14)
AGREED = [("Comes every morning", "The register")]


def proposal(provider, **details):
    """Return what the form hands over: no pupil, no school, no tier yet."""
    given = {"provider": provider, "starts_on": START, "ends_on": END, "sessions": 3}
    given["route"] = "mainstream"
    return Placement(**given | {"returns_in": factories.later_half_term()} | details)


def propose(placement, *, by, **source):
    return actions.propose(placement, objectives=AGREED, by=by, **source)


def take_up(placement, *, by, **source):
    """Offer a placement and accept it for the provider."""
    return actions.accept(propose(placement, by=by, **source), by=by)


def end(placement, *, by, last_day=START, reason="Back.", **details):
    ending = Ending(progress="Comes every day.", pupil_words="They listened.")
    given = {"destination": "home school", "ending": ending} | details
    return actions.end(placement, last_day=last_day, reason=reason, by=by, **given)


def test_a_placement_is_offered_for_an_accepted_referral(referral, provider, caseworker):
    placement = propose(proposal(provider), referral=referral, by=caseworker)

    assert placement.status == Status.PROPOSED
    assert placement.objectives.get().words == "Comes every morning"
    assert not Enrolment.objects.filter(organisation=provider).exists()

    assert (placement.pupil, placement.home_school) == (referral.pupil, referral.school)
    assert (placement.tier, placement.referral, placement.opened_by) == (3, referral, caseworker)
    referral.refresh_from_db()
    assert referral.is_placed


@pytest.mark.parametrize(
    ("tier", "is_school", "status"),
    [(1, False, "T"), (2, False, "O"), (3, False, "O"), (3, True, "S")],
)
def test_a_placement_puts_the_pupil_on_the_roll_of_the_provider(
    provider, caseworker, tier, is_school, status
):
    provider.is_registered_school = is_school
    provider.save()
    referral = factories.ReferralFactory(status="accepted", tier=tier)
    sessions = 0 if tier == 1 else 3

    take_up(proposal(provider, sessions=sessions), referral=referral, by=caseworker)

    enrolment = Enrolment.objects.get(organisation=provider)
    assert (enrolment.status, enrolment.starts_on, enrolment.ends_on) == (status, START, END)


def test_the_provider_sees_the_child_of_a_placement_that_has_started(
    referral, provider, provider_staff, caseworker
):
    today = localdate()
    take_up(
        proposal(provider, starts_on=today, ends_on=today + timedelta(weeks=6)),
        referral=referral,
        by=caseworker,
    )

    assert Pupil.objects.as_user(provider_staff).get() == referral.pupil


def test_a_placement_that_is_sent_twice_is_one(referral, provider, caseworker):
    first = proposal(provider)
    again = proposal(provider, uid=first.uid)

    made = propose(first, referral=referral, by=caseworker)

    assert propose(again, referral=referral, by=caseworker) == made
    assert Placement.objects.count() == 1


def test_a_referral_leads_to_one_placement(referral, provider, other_provider, caseworker):
    propose(proposal(provider), referral=referral, by=caseworker)

    with pytest.raises(ValidationError, match="has a placement already"):
        propose(proposal(other_provider), referral=referral, by=caseworker)


@pytest.mark.parametrize("status", ["draft", "submitted", "declined", "withdrawn"])
def test_a_referral_that_is_not_accepted_leads_to_no_placement(provider, caseworker, status):
    referral = factories.ReferralFactory(status=status)

    with pytest.raises(ValidationError, match="not accepted"):
        propose(proposal(provider), referral=referral, by=caseworker)


@pytest.mark.parametrize(
    "role", sorted(role for role in Role if Permission.PLACEMENT_OPEN not in GRANTS[role])
)
def test_nobody_else_opens_a_placement(person, referral, provider, role):
    user = person(role)

    with pytest.raises(PermissionDenied):
        propose(proposal(provider), referral=referral, by=user)


def test_a_refused_enrolment_leaves_the_offer_open(referral, provider, caseworker):
    factories.EnrolmentFactory(pupil=referral.pupil, organisation=provider)
    placement = propose(proposal(provider), referral=referral, by=caseworker)

    with pytest.raises(ValidationError, match="already enrolled there"):
        actions.accept(placement, by=caseworker)

    placement.refresh_from_db()
    assert placement.status == Status.PROPOSED


@pytest.mark.parametrize(("weeks", "days", "is_allowed"), [(6, 0, True), (6, 1, False)])
def test_a_placement_lasts_no_longer_than_its_tier(provider, caseworker, weeks, days, is_allowed):
    factories.TierRuleFactory(tier=2, starts_on=date(2024, 9, 1), longest_weeks=6)
    referral = factories.ReferralFactory(status="accepted", tier=2)
    placement = proposal(provider, ends_on=START + timedelta(weeks=weeks, days=days))

    if is_allowed:
        propose(placement, referral=referral, by=caseworker)
    else:
        with pytest.raises(ValidationError, match="at most 6 weeks"):
            propose(placement, referral=referral, by=caseworker)


def test_a_tier_with_a_limit_asks_for_a_last_day(provider, caseworker):
    factories.TierRuleFactory(tier=2, starts_on=date(2024, 9, 1), longest_weeks=6)
    referral = factories.ReferralFactory(status="accepted", tier=2)

    with pytest.raises(ValidationError, match=r"at most 6 weeks\. Enter its last day"):
        propose(proposal(provider, ends_on=None), referral=referral, by=caseworker)


def test_a_longer_rule_does_not_reach_back(provider, caseworker):
    factories.TierRuleFactory(tier=2, starts_on=START + timedelta(days=1), longest_weeks=1)
    referral = factories.ReferralFactory(status="accepted", tier=2)

    assert propose(proposal(provider), referral=referral, by=caseworker).pk


def test_an_end_closes_the_placement_and_the_roll_after_the_last_day(caseworker):
    placement = factories.PlacementFactory(starts_on=START)
    last_day = date(2024, 9, 20)

    placement = end(placement, last_day=last_day, by=caseworker)

    assert (placement.status, placement.last_day) == (Status.ENDED, last_day)
    assert Enrolment.objects.get().ends_on == date(2024, 9, 21)


def test_an_end_keeps_other_rolls_of_the_pupil(caseworker):
    placement = factories.PlacementFactory(starts_on=START)
    home = factories.EnrolmentFactory(pupil=placement.pupil, organisation=placement.home_school)

    end(placement, by=caseworker)

    home.refresh_from_db()
    assert home.ends_on is None


def test_an_end_before_the_start_is_refused(caseworker):
    placement = factories.PlacementFactory(starts_on=START)

    with pytest.raises(ValidationError, match="before the first day"):
        end(placement, last_day=START - timedelta(days=1), by=caseworker)


def test_an_end_needs_its_reason(caseworker):
    placement = factories.PlacementFactory(starts_on=START)

    with pytest.raises(ValidationError):
        end(placement, reason="", by=caseworker)

    assert Enrolment.objects.get().ends_on is None


def test_a_placement_ends_once(caseworker, manager):
    placement = factories.PlacementFactory(starts_on=START)
    end(placement, by=caseworker)

    with pytest.raises(WrongStatus):
        end(placement, last_day=END, by=manager)


def test_an_end_that_a_stale_copy_starts_closes_the_roll_too(caseworker):
    placement = factories.PlacementFactory(starts_on=START)
    stale = Placement.objects.get(pk=placement.pk)
    Placement.objects.filter(pk=placement.pk).update(ends_on=END)
    Enrolment.objects.update(ends_on=END)

    end(stale, by=caseworker)

    assert Enrolment.objects.get().ends_on == START + timedelta(days=1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_people_who_open_at_once_make_one_placement(person, council):
    people = [person(Role.CASEWORKER) for _ in range(4)]
    referral = factories.ReferralFactory(status="accepted", tier=3)
    providers = factories.ProviderFactory.create_batch(4)

    proposals = [proposal(place) for place in providers]

    def open_at(place):
        return propose(
            proposals[place],
            referral=Referral.objects.get(pk=referral.pk),
            by=people[place],
        )

    found = at_once([lambda place=place: open_at(place) for place in range(4)])

    assert [type(row) for row in found].count(Placement) == 1
    assert [type(row) for row in found].count(ValidationError) == 3
    assert Placement.objects.count() == 1
