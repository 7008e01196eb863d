"""Rooms that are full, held or closed to new pupils, and who may go past that."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from placements import actions
from placements.models import Hold
from tests import factories
from tests.placements.test_places import accepted, cells, commission, placed, proposal
from tests.threads import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
AGREED = [("Comes every morning", "The register")]


@pytest.fixture
def today():
    return localdate()


@pytest.fixture
def terms(today):
    """Two half terms: one began a week ago and ends in six, the next follows."""
    first, second = today - 7 * DAY, today + 42 * DAY
    year = today.year
    return [
        factories.HalfTermFactory(year=year, number=1, starts_on=first, ends_on=second),
        factories.HalfTermFactory(
            year=year, number=2, starts_on=second + 7 * DAY, ends_on=second + 49 * DAY
        ),
    ]


def test_a_full_provider_is_offered_a_pupil_with_a_reason_only(provider, terms, today, caseworker):
    commission(provider, 1)
    placed(provider)

    with pytest.raises(actions.NeedsOverride, match="No place is free") as told:
        actions.propose(
            proposal(provider, today), referral=accepted(), objectives=AGREED, by=caseworker
        )
    assert "1 commissioned, 1 filled, 0 held or offered" in str(told.value)
    assert told.value.may_be_set_aside(by=caseworker)
    placement = actions.propose(
        proposal(provider, today),
        referral=accepted(),
        objectives=AGREED,
        override="Both brothers come together.",
        by=caseworker,
    )

    said = placement.entries.get(kind="overridden").words
    assert said.endswith("Reason: Both brothers come together.")
    assert cells(provider, terms, today)[0].over == 1


def test_a_place_must_be_free_in_every_half_term_of_the_placement(
    provider, terms, today, caseworker
):
    commission(provider, 1)
    placed(provider, starts_on=terms[1].starts_on, ends_on=None, tier=3)

    def offer(**details):
        return actions.propose(
            proposal(provider, today, **details),
            referral=accepted(),
            objectives=AGREED,
            by=caseworker,
        )

    with pytest.raises(actions.NeedsOverride, match=f"No place is free at .* in {terms[1]}"):
        offer(ends_on=terms[1].starts_on + DAY)
    placement = actions.accept(offer(ends_on=terms[1].starts_on), by=caseworker)

    late = terms[1].starts_on + 3 * DAY
    with pytest.raises(actions.NeedsOverride) as told:
        actions.extend(placement, last_day=late, reason="Not ready", by=caseworker)
    assert "No place is free" in told.value.message_dict["last_day"][0]
    given = {"reason": "Not ready", "override": "A sister is there.", "by": caseworker}
    assert actions.extend(placement, last_day=late, **given).last_day == late
    sooner = actions.extend(placement, last_day=today, reason="Ready", by=caseworker)
    assert sooner.last_day == today


def test_a_step_to_another_tier_takes_no_second_place(provider, terms, today, caseworker):
    commission(provider, 1)
    before = placed(provider)

    after = proposal(provider, today, tier=2)

    assert actions.propose(after, follows=before, objectives=AGREED, by=caseworker).pk


def test_who_is_there_already_is_not_new(provider, terms, today, caseworker):
    before = placed(provider)
    factories.ClosedToNewFactory(provider=provider, starts_on=today)

    after = proposal(provider, today, tier=2)

    assert actions.propose(after, follows=before, objectives=AGREED, by=caseworker).pk


def test_the_last_place_goes_to_one_of_two_officers(provider, terms, today, person):
    commission(provider, 1)
    officers = [person(Role.CASEWORKER), person(Role.CASEWORKER)]

    def offer(officer):
        try:
            return actions.propose(
                proposal(provider, today), referral=accepted(), objectives=AGREED, by=officer
            ).pk
        except actions.NeedsOverride:
            return None

    made = [offer(officer) for officer in officers]

    assert made.count(None) == 1


def test_an_offer_uses_the_place_that_was_held_for_it(provider, terms, today, caseworker):
    commission(provider, 1)
    referral = accepted()
    row = factories.HoldFactory(referral=referral, provider=provider, starts_on=today)

    actions.propose(proposal(provider, today), referral=referral, objectives=AGREED, by=caseworker)

    row.refresh_from_db()
    assert row.released_at
    assert cells(provider, terms, today)[0].held == 1


def test_only_a_manager_offers_a_place_where_nobody_new_is_taken(
    provider, terms, today, caseworker, manager
):
    closed = factories.ClosedToNewFactory(
        provider=provider, starts_on=today, ends_on=today + 7 * DAY, reason="Building works"
    )

    def offer(by, **details):
        return actions.propose(
            proposal(provider, today, **details),
            referral=accepted(),
            objectives=AGREED,
            override="A sister is there.",
            by=by,
        )

    with pytest.raises(actions.NeedsOverride, match="takes no new placements until") as told:
        offer(caseworker)
    assert "Building works" in str(told.value)
    assert not told.value.may_be_set_aside(by=caseworker)
    assert offer(manager).pk
    assert offer(caseworker, starts_on=closed.ends_on, ends_on=closed.ends_on + DAY).pk


def test_who_is_there_may_be_extended_where_nobody_new_is_taken(provider, today, caseworker):
    placement = placed(provider, tier=3, ends_on=today + DAY)
    factories.EnrolmentFactory(
        pupil=placement.pupil,
        organisation=provider,
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
    )
    factories.ClosedToNewFactory(provider=provider, starts_on=today)

    extended = actions.extend(
        placement, last_day=today + 14 * DAY, reason="Not ready", by=caseworker
    )

    assert extended.last_day == today + 14 * DAY


def test_a_place_is_held_for_a_referral_and_offered_first(
    client, provider, terms, today, caseworker
):
    commission(provider, 1)
    referral = accepted()
    client.force_login(caseworker)
    until = today + 10 * DAY
    sent = {
        "provider": provider.pk,
        **boxes("starts_on", today),
        **boxes("expires_on", until),
    }

    answer = client.post(reverse("placements:hold", args=[referral.uid]), sent, follow=True)

    assert "The place is held." in answer.content.decode()
    assert Hold.objects.live().get().referral == referral
    offer = client.get(reverse("placements:open", args=[referral.uid]))
    assert offer.context["form"].initial["provider"] == provider
    again = client.post(reverse("placements:hold", args=[referral.uid]), sent)
    assert "held for this referral already" in again.content.decode()
    from_desk = reverse("placements:hold", args=[accepted().uid]) + "?desk=1&sort=due"
    back = client.post(from_desk, sent | {"override": "Agreed with both."})
    assert back["Location"] == reverse("referrals:desk") + "?sort=due"


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.MANAGER])
def test_who_cannot_set_a_rule_aside_is_told_who_can(client, person, terms, today, role):
    may_agree = role == Role.MANAGER
    place, referral = factories.ProviderFactory(name="Elder Centre"), accepted()
    factories.ClosedToNewFactory(provider=place, starts_on=today - DAY, reason="Inspection")
    client.force_login(person(role))
    path = reverse("placements:open", args=[referral.uid])
    sent = {
        "provider": place.pk, "weekly": ["0"], "route": "mainstream", "returns_in": terms[1].pk,
        "objective_1": "Comes daily", "measure_1": "The register",
        **boxes("starts_on", today), **boxes("last_day", today + 20 * DAY),
    }  # fmt: skip

    page = client.post(path, sent)

    (said,) = page.context["form"].errors["provider"]
    assert said.startswith(
        "Elder Centre takes no new placements until further notice: Inspection."
    )
    assert ("Or ask a manager" in said) != may_agree
    assert ("override" in page.context["form"].fields) == may_agree
    assert 'value="Comes daily"' in page.content.decode()
    eleven = client.post(path, sent | {"weekly": [str(number) for number in range(11)]})
    assert "Choose from the list" in eleven.context["form"].errors["weekly"][0]
    sent["override"] = "There is no other place."
    agreed = client.post(path, sent, follow=True).content.decode()
    assert ("The placement is offered" in agreed) == may_agree


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


@pytest.mark.parametrize(
    ("until", "words"),
    [(-1, "Hold it until a day from today"), (93, "Hold it until a day from today")],
)
def test_a_place_is_held_for_a_while(provider, today, caseworker, until, words):
    row = Hold(
        referral=accepted(), provider=provider, starts_on=today, expires_on=today + until * DAY
    )

    with pytest.raises(ValidationError, match=words):
        actions.hold(row, by=caseworker)


@pytest.mark.parametrize("status", ["draft", "declined", "withdrawn"])
def test_no_place_is_held_for_what_does_not_wait(provider, today, caseworker, status):
    row = Hold(
        referral=factories.ReferralFactory(status=status),
        provider=provider,
        starts_on=today,
        expires_on=today,
    )

    with pytest.raises(ValidationError, match="waits for one"):
        actions.hold(row, by=caseworker)


def test_a_hold_that_ran_out_makes_way_for_another(provider, today, caseworker):
    old = factories.HoldFactory(
        provider=provider, starts_on=today - 20 * DAY, expires_on=today - DAY
    )

    row = actions.hold(
        Hold(referral=old.referral, provider=provider, starts_on=today, expires_on=today),
        by=caseworker,
    )

    assert list(Hold.objects.live()) == [row]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_officers_hold_the_last_place_once(provider, terms, today, person):
    commission(provider, 1)
    rows = [
        Hold(referral=accepted(), provider=provider, starts_on=today, expires_on=today)
        for _ in range(2)
    ]
    officer = person(Role.CASEWORKER)

    def hold(row):
        try:
            return actions.hold(row, by=officer).pk
        except actions.NeedsOverride:
            return None

    made = at_once([lambda row=row: hold(row) for row in rows])

    assert made.count(None) == 1
