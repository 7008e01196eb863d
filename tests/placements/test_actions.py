"""Opening and ending a placement, and the roll that goes with it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from placements import actions
from placements.models import Placement, Status
from pupils.models import Enrolment, Pupil
from referrals.models import Referral
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db

START = date(2024, 9, 2)
END = date(2024, 10, 14)


@pytest.fixture
def referral(school):
    return factories.ReferralFactory(status="accepted", tier=3, school=school)


def proposal(provider, **details):
    """Return what the form hands over: no pupil, no school, no tier yet."""
    given = {"provider": provider, "starts_on": START, "ends_on": END, "sessions": 3}
    return Placement(**given | details)


def test_a_placement_is_opened_from_an_accepted_referral(referral, provider, caseworker):
    placement = actions.open_from(referral, placement=proposal(provider), by=caseworker)

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

    actions.open_from(referral, placement=proposal(provider, sessions=sessions), by=caseworker)

    enrolment = Enrolment.objects.get(organisation=provider)
    assert (enrolment.status, enrolment.starts_on, enrolment.ends_on) == (status, START, END)


def test_the_provider_sees_the_child_of_a_placement_that_has_started(
    referral, provider, provider_staff, caseworker
):
    today = localdate()
    actions.open_from(
        referral,
        placement=proposal(provider, starts_on=today, ends_on=today + timedelta(weeks=6)),
        by=caseworker,
    )

    assert Pupil.objects.as_user(provider_staff).get() == referral.pupil


def test_a_placement_that_is_sent_twice_is_one(referral, provider, caseworker):
    first = proposal(provider)
    again = proposal(provider, uid=first.uid)

    made = actions.open_from(referral, placement=first, by=caseworker)

    assert actions.open_from(referral, placement=again, by=caseworker) == made
    assert Placement.objects.count() == 1


def test_a_referral_leads_to_one_placement(referral, provider, other_provider, caseworker):
    actions.open_from(referral, placement=proposal(provider), by=caseworker)

    with pytest.raises(ValidationError, match="has a placement already"):
        actions.open_from(referral, placement=proposal(other_provider), by=caseworker)


@pytest.mark.parametrize("status", ["draft", "submitted", "declined", "withdrawn"])
def test_a_referral_that_is_not_accepted_leads_to_no_placement(provider, caseworker, status):
    referral = factories.ReferralFactory(status=status)

    with pytest.raises(ValidationError, match="not accepted"):
        actions.open_from(referral, placement=proposal(provider), by=caseworker)


@pytest.mark.parametrize(
    "role", sorted(role for role in Role if Permission.PLACEMENT_OPEN not in GRANTS[role])
)
def test_nobody_else_opens_a_placement(person, referral, provider, role):
    user = person(role)

    with pytest.raises(PermissionDenied):
        actions.open_from(referral, placement=proposal(provider), by=user)
    with pytest.raises(PermissionDenied):
        actions.open_placement(proposal(provider), by=user)


def test_a_refused_enrolment_leaves_no_placement(referral, provider, caseworker):
    factories.EnrolmentFactory(pupil=referral.pupil, organisation=provider)

    with pytest.raises(ValidationError, match="already enrolled there"):
        actions.open_from(referral, placement=proposal(provider), by=caseworker)

    assert not Placement.objects.exists()
    referral.refresh_from_db()
    assert not referral.is_placed


@pytest.mark.parametrize(("weeks", "days", "is_allowed"), [(6, 0, True), (6, 1, False)])
def test_a_placement_lasts_no_longer_than_its_tier(provider, caseworker, weeks, days, is_allowed):
    factories.TierRuleFactory(tier=2, starts_on=date(2024, 9, 1), longest_weeks=6)
    referral = factories.ReferralFactory(status="accepted", tier=2)
    placement = proposal(provider, ends_on=START + timedelta(weeks=weeks, days=days))

    if is_allowed:
        actions.open_from(referral, placement=placement, by=caseworker)
    else:
        with pytest.raises(ValidationError, match="at most 6 weeks"):
            actions.open_from(referral, placement=placement, by=caseworker)


def test_a_longer_rule_does_not_reach_back(provider, caseworker):
    factories.TierRuleFactory(tier=2, starts_on=START + timedelta(days=1), longest_weeks=1)
    referral = factories.ReferralFactory(status="accepted", tier=2)

    assert actions.open_from(referral, placement=proposal(provider), by=caseworker).pk


def test_an_end_closes_the_placement_and_the_roll_after_the_last_day(caseworker):
    placement = factories.PlacementFactory(starts_on=START)
    last_day = date(2024, 9, 20)

    placement = actions.end(placement, last_day=last_day, reason="Back.", by=caseworker)

    assert (placement.status, placement.last_day) == (Status.ENDED, last_day)
    assert Enrolment.objects.get().ends_on == date(2024, 9, 21)


def test_an_end_keeps_other_rolls_of_the_pupil(caseworker):
    placement = factories.PlacementFactory(starts_on=START)
    home = factories.EnrolmentFactory(pupil=placement.pupil, organisation=placement.home_school)

    actions.end(placement, last_day=START, reason="Back.", by=caseworker)

    home.refresh_from_db()
    assert home.ends_on is None


def test_an_end_before_the_start_is_refused(caseworker):
    placement = factories.PlacementFactory(starts_on=START)

    with pytest.raises(ValidationError, match="before the first day"):
        actions.end(placement, last_day=START - timedelta(days=1), reason="Back.", by=caseworker)


def test_an_end_needs_its_reason(caseworker):
    placement = factories.PlacementFactory(starts_on=START)

    with pytest.raises(ValidationError):
        actions.end(placement, last_day=START, reason="", by=caseworker)

    assert Enrolment.objects.get().ends_on is None


def test_a_placement_ends_once(caseworker, manager):
    placement = factories.PlacementFactory(starts_on=START)
    actions.end(placement, last_day=START, reason="Back.", by=caseworker)

    with pytest.raises(WrongStatus):
        actions.end(placement, last_day=END, reason="Later.", by=manager)


def test_an_end_that_a_stale_copy_starts_closes_the_roll_too(caseworker):
    placement = factories.PlacementFactory(starts_on=START)
    stale = Placement.objects.get(pk=placement.pk)
    Placement.objects.filter(pk=placement.pk).update(ends_on=END)
    Enrolment.objects.update(ends_on=END)

    actions.end(stale, last_day=START, reason="Back.", by=caseworker)

    assert Enrolment.objects.get().ends_on == START + timedelta(days=1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_people_who_open_at_once_make_one_placement(person, council):
    people = [person(Role.CASEWORKER) for _ in range(4)]
    referral = factories.ReferralFactory(status="accepted", tier=3)
    providers = factories.ProviderFactory.create_batch(4)

    def open_at(place):
        return actions.open_from(
            Referral.objects.get(pk=referral.pk),
            placement=proposal(providers[place]),
            by=people[place],
        )

    found = at_once([lambda place=place: open_at(place) for place in range(4)])

    assert [type(row) for row in found].count(Placement) == 1
    assert [type(row) for row in found].count(ValidationError) == 3
    assert Placement.objects.count() == Enrolment.objects.count() == 1
