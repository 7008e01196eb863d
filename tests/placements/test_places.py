"""The places board, holds, providers closed to new placements, and over-booking."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import HalfTerm
from accounts.permissions import Permission, Role
from placements import actions, places
from placements.models import ClosedToNew, Commission, Placement, Status
from placements.models.review import say
from tests import factories

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


def cells(provider, terms, today):
    (line,) = places.board([provider], places.spans(terms, today), today)
    return line.cells


def numbers(cell):
    return (cell.commissioned, cell.filled, cell.held, cell.leaving, cell.free)


def commission(provider, number, start=date(2024, 1, 8)):
    return factories.CommissionFactory(provider=provider, places=number, starts_on=start)


def placed(provider, **details):
    return factories.PlacementFactory(provider=provider, enrolment=False, **details)


def proposal(provider, today, **details):
    given = {"provider": provider, "starts_on": today, "sessions": 3, "route": "mainstream"}
    given["returns_in"] = factories.later_half_term()
    return Placement(**given | {"ends_on": today + 20 * DAY} | details)


def accepted():
    return factories.ReferralFactory(status="accepted", tier=3)


def test_a_cell_counts_who_is_there_who_is_to_come_and_who_leaves(provider, terms, today):
    commission(provider, 6)
    placed(provider)  # without a last day: there in both half terms
    placed(provider, ends_on=terms[0].ends_on)  # the last day is that of the half term
    placed(provider, ends_on=terms[1].starts_on + DAY)
    placed(provider, starts_on=terms[1].starts_on + DAY)
    placed(provider, status=Status.PROPOSED, starts_on=today)
    placed(provider, ends_on=today)  # over
    placed(provider, tier=1)  # support in school takes no place
    placed(provider, status=Status.CANCELLED)
    factories.HoldFactory(provider=provider, starts_on=terms[1].starts_on)

    now, then = cells(provider, terms, today)

    assert numbers(now) == (6, 3, 1, 1, 2)
    assert numbers(then) == (6, 3, 2, 1, 1)
    assert (now.open_ended, then.open_ended) == (1, 2)


def test_a_pupil_takes_one_place_whatever_the_number_of_placements(provider, terms, today):
    commission(provider, 5)
    first = placed(provider, ends_on=today + 7 * DAY)
    placed(provider, pupil=first.pupil, starts_on=first.ends_on)
    factories.HoldFactory(provider=provider, referral__pupil=first.pupil)

    assert numbers(cells(provider, terms, today)[0]) == (5, 1, 0, 0, 4)


def test_the_places_are_those_in_force_when_the_half_term_begins(provider, terms, today):
    commission(provider, 4)
    commission(provider, 9, start=terms[1].starts_on)
    commission(provider, 2, start=terms[1].starts_on + DAY)

    assert [cell.commissioned for cell in cells(provider, terms, today)] == [4, 9]


def test_without_a_number_nobody_is_told_that_there_is_room(provider, terms, today):
    (cell, _) = cells(provider, terms, today)

    assert (cell.commissioned, cell.free, cell.over) == (None, None, 0)


@pytest.mark.parametrize(("days", "held"), [(0, 1), (-1, 0)])
def test_a_hold_counts_until_it_runs_out(provider, terms, today, days, held):
    factories.HoldFactory(provider=provider, starts_on=today, expires_on=today + days * DAY)

    assert cells(provider, terms, today)[0].held == held


def test_a_released_hold_counts_no_more(provider, terms, today, caseworker):
    row = factories.HoldFactory(provider=provider, starts_on=today)

    for _ in range(2):
        actions.release(row, by=caseworker)

    assert cells(provider, terms, today)[0].held == 0


@pytest.mark.parametrize("status", ["declined", "withdrawn"])
def test_a_hold_ends_with_its_referral(provider, terms, today, status):
    factories.HoldFactory(provider=provider, starts_on=today, referral__status=status)

    assert cells(provider, terms, today)[0].held == 0


def test_the_board_asks_as_often_for_many_providers_as_for_one(
    provider, terms, today, django_assert_num_queries
):
    many = [provider, *(factories.ProviderFactory() for _ in range(5))]
    for place in many:
        commission(place, 3)
        placed(place)
        factories.HoldFactory(provider=place)
        factories.ClosedToNewFactory(provider=place)

    for asked in ([provider], many):
        with django_assert_num_queries(4):
            places.board(asked, places.spans(terms, today), today)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PROVIDER_LEAD, Role.SCHOOL_STAFF])
def test_only_a_manager_enters_places_and_closes_a_provider(person, provider, today, role):
    by = person(role)

    with pytest.raises(PermissionDenied):
        actions.commission(Commission(provider=provider, starts_on=today, places=3), by=by)
    with pytest.raises(PermissionDenied):
        actions.close_to_new(ClosedToNew(provider=provider, starts_on=today, reason="x"), by=by)


def test_places_entered_again_for_the_same_day_replace_the_number(provider, today, manager):
    for number in (3, 5):
        actions.commission(
            Commission(provider=provider, starts_on=today, places=number), by=manager
        )

    assert Commission.objects.get().places == 5


def test_a_provider_opens_to_new_placements_again(client, provider, today, manager):
    begun = factories.ClosedToNewFactory(
        provider=provider, starts_on=today - DAY, ends_on=today + DAY
    )
    to_come = factories.ClosedToNewFactory(provider=provider, starts_on=today + 30 * DAY)
    client.force_login(manager)

    for row in (begun, to_come):
        client.post(reverse("placements:open-to-new", args=[row.pk]))

    begun.refresh_from_db()
    assert begun.ends_on == today
    assert list(ClosedToNew.objects.all()) == [begun]


def test_a_provider_sees_its_own_places_and_no_hold(
    client, provider, other_provider, terms, person
):
    for place in (provider, other_provider):
        commission(place, 4)
    hold = factories.HoldFactory(provider=provider, referral__pupil__surname="Heldchild")
    lead = person(Role.PROVIDER_LEAD)
    client.force_login(lead)

    page = client.get(reverse("placements:places")).content.decode()
    inside = client.get(reverse("placements:places-cell", args=[provider.uid, terms[0].pk]))
    foreign = client.get(reverse("placements:places-cell", args=[other_provider.uid, terms[0].pk]))

    assert lead.can(Permission.PLACES_VIEW)
    assert "1 held" in page
    assert str(other_provider) not in page
    assert hold.referral.pupil.surname not in page + inside.content.decode()
    assert foreign.status_code == 404


def test_the_board_says_so_where_nothing_is_entered(client, caseworker, provider):
    HalfTerm.objects.all().delete()
    client.force_login(caseworker)

    assert "No half term" in client.get(reverse("placements:places")).content.decode()


def offered(client, path, **state):
    form = client.get(path, state).context
    form = form["decision"] if "decision" in form else form["form"]
    return {label for _, label in form.fields["provider"].choices}


def test_who_decides_holds_or_offers_reads_which_providers_take_nobody_new(
    client, provider, other_provider, today, caseworker
):
    open_one = factories.ProviderFactory()
    for start, ends_on in ((today - DAY, today + 30 * DAY), (today + 40 * DAY, None)):
        factories.ClosedToNewFactory(provider=provider, starts_on=start, ends_on=ends_on)
    factories.ClosedToNewFactory(provider=other_provider, starts_on=today + DAY)
    factories.ClosedToNewFactory(provider=open_one, starts_on=today - 9 * DAY, ends_on=today)
    waiting = factories.ReferralFactory(status="submitted")
    client.force_login(caseworker)

    for path in (
        reverse("referrals:desk"),
        reverse("referrals:decide", args=[waiting.uid]),
        reverse("placements:hold", args=[waiting.uid]),
        reverse("placements:open", args=[accepted().uid]),
    ):
        assert {
            f"{provider}: takes no new placements until {say(today + 29 * DAY)}",
            f"{other_provider}: takes no new placements from {say(today + DAY)} until further "
            "notice",
            str(open_one),
        } <= offered(client, path), path


def test_a_provider_that_takes_nobody_new_may_still_be_decided_on_and_a_manager_offers_there(
    client, provider, today, caseworker, manager
):
    factories.ClosedToNewFactory(provider=provider, starts_on=today - DAY, reason="Staffing")
    referral = factories.ReferralFactory(status="submitted")
    client.force_login(caseworker)
    sent = {"decision": "3", "provider": provider.uid, "reason": "It is near."}

    client.post(reverse("referrals:decide", args=[referral.uid]), sent)

    referral.refresh_from_db()
    assert (referral.status, referral.provider) == ("accepted", provider)
    with pytest.raises(actions.NeedsOverride, match="takes no new placements"):
        actions.propose(proposal(provider, today), referral=referral, objectives=AGREED,
                        override="Agreed.", by=caseworker)  # fmt: skip
    offer = actions.propose(proposal(provider, today), referral=referral, objectives=AGREED,
                            override="Agreed by the head.", by=manager)  # fmt: skip
    told = offer.entries.get(kind="overridden")
    assert "Staffing" in told.words
    assert "Agreed by the head." in told.words
