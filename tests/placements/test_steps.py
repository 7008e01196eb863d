"""A step to another tier that is cancelled: what made way for it has its last day again."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.models import OutboxMessage
from accounts.permissions import Role
from apsystem.lib.calendar import academic_year, year_bounds
from placements import actions
from placements.models import Entry, Placement
from placements.models.review import say
from pupils.models import Enrolment
from tests import factories
from tests.placements.test_actions import AGREED, end, proposal, propose, take_up

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


@pytest.fixture
def today():
    return localdate()


@pytest.fixture
def before(provider, school, caseworker, today):
    referral = factories.ReferralFactory(status="accepted", tier=3, school=school)
    asked = proposal(provider, starts_on=today - 3 * WEEK, ends_on=today + 9 * WEEK)
    return take_up(asked, referral=referral, by=caseworker)


@pytest.fixture
def step(before, other_provider, caseworker, today):
    """Step to another provider in two weeks."""
    asked = proposal(other_provider, starts_on=today + 2 * WEEK, ends_on=today + 8 * WEEK, tier=2)
    offer = actions.propose(asked, follows=before, objectives=AGREED, by=caseworker)
    return actions.accept(offer, by=caseworker)


def ends(placement):
    roll = Enrolment.objects.get(organisation=placement.provider, pupil=placement.pupil)
    placement.refresh_from_db()
    return placement.ends_on, roll.ends_on


@pytest.mark.parametrize("weeks", [9, None])
def test_a_cancelled_step_gives_the_last_day_back(before, step, caseworker, today, weeks):
    was_to_end = today + weeks * WEEK if weeks else None
    assert ends(before) == (step.starts_on, step.starts_on)
    Placement.objects.filter(pk=step.pk).update(shortened_from=was_to_end)

    actions.cancel(step, reason="The family moved.", by=caseworker)

    assert ends(before) == (was_to_end, was_to_end)
    told = Entry.objects.filter(placement=before).latest("pk")
    assert told.kind == "extended"
    assert told.words.endswith("What was to follow is cancelled.")


def test_a_step_keeps_the_day_on_which_the_other_was_to_end(before, step, today):
    step.refresh_from_db()

    assert (step.has_shortened, step.shortened_from) == (True, today + 9 * WEEK)


def test_what_makes_way_tells_of_its_new_last_day_and_of_nobody_elsewhere(
    before, other_provider, caseworker, person, today
):
    asked = proposal(other_provider, starts_on=today + 2 * WEEK, ends_on=today + 8 * WEEK, tier=2)
    offer = actions.propose(asked, follows=before, objectives=AGREED, by=caseworker)

    actions.accept(offer, by=person(Role.PROVIDER_LEAD, other_provider))

    told = Entry.objects.filter(placement=before).latest("pk")
    was, now = (say(today + weeks * WEEK - timedelta(days=1)) for weeks in (9, 2))
    assert (told.kind, told.by) == ("extended", caseworker)
    assert told.words == f"From {was} to {now}. The next placement is accepted."
    posted = OutboxMessage.objects.filter(payload__placement=before.pk, payload__told="extended")
    assert posted.exists()


def test_a_step_after_the_last_day_shortens_nothing(before, other_provider, caseworker, today):
    asked = proposal(other_provider, starts_on=today + 9 * WEEK, ends_on=today + 12 * WEEK, tier=2)
    offer = actions.propose(asked, follows=before, objectives=AGREED, by=caseworker)
    step = actions.accept(offer, by=caseworker)

    actions.cancel(step, reason="The family moved.", by=caseworker)

    assert not step.has_shortened
    assert ends(before) == (today + 9 * WEEK, today + 9 * WEEK)


def test_a_last_day_that_was_changed_since_stays(before, step, caseworker, today):
    actions.extend(before, last_day=today + WEEK, reason="Agreed.", by=caseworker)

    actions.cancel(step, reason="The family moved.", by=caseworker)

    assert ends(before)[0] == today + WEEK + timedelta(days=1)


def test_a_placement_that_is_ended_stays_so(before, step, caseworker, today):
    Placement.objects.filter(pk=before.pk).update(ends_on=today)
    end(Placement.objects.get(pk=before.pk), last_day=today - WEEK, by=caseworker)

    actions.cancel(step, reason="The family moved.", by=caseworker)

    assert ends(before)[0] == today - WEEK + timedelta(days=1)


def test_days_that_another_placement_holds_by_now_are_not_taken(
    before, step, provider, caseworker, today
):
    referral = factories.ReferralFactory(
        status="accepted", tier=3, pupil=before.pupil, school=before.home_school
    )
    Placement.objects.filter(pk=step.pk).update(sessions=0b1100)
    elsewhere = factories.ProviderFactory()
    asked = proposal(elsewhere, starts_on=today + 4 * WEEK, ends_on=today + 8 * WEEK)
    take_up(asked, referral=referral, by=caseworker)

    actions.cancel(step, reason="The family moved.", by=caseworker)

    assert ends(before) == (step.starts_on, step.starts_on)
    words = Entry.objects.filter(placement=step).latest("pk").words
    assert "by now others hold the days after it" in words
    assert elsewhere.name not in words


def test_a_place_that_another_child_has_by_now_is_not_taken(
    before, step, provider, caseworker, today
):
    for year in (academic_year(today), academic_year(today) + 1):
        first, after = year_bounds(year)
        factories.HalfTermFactory(year=year, number=1, starts_on=first, ends_on=after)
    factories.CommissionFactory(provider=provider, places=1, starts_on=today - 9 * WEEK)
    factories.PlacementFactory(
        provider=provider, starts_on=step.starts_on, ends_on=today + 20 * WEEK
    )

    actions.cancel(step, reason="The family moved.", by=caseworker)

    assert ends(before) == (step.starts_on, step.starts_on)
    assert "by now others hold" in Entry.objects.filter(placement=step).latest("pk").words


def test_an_offer_that_nobody_accepted_has_shortened_nothing(
    before, other_provider, caseworker, today
):
    offer = propose(
        proposal(other_provider, starts_on=today + WEEK, ends_on=today + 2 * WEEK, tier=2),
        follows=before,
        by=caseworker,
    )

    actions.cancel(offer, reason="A mistake.", by=caseworker)

    assert ends(before)[0] == today + 9 * WEEK
