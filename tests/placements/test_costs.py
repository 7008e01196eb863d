"""What placements cost: rate cards, the rate agreed, and the sum."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import SchoolCalendar
from accounts.permissions import Role
from placements import actions
from placements.costs import cost_of
from placements.models import Rate
from tests import factories

pytestmark = pytest.mark.django_db

MONDAY = date(2024, 9, 9)
DAY = timedelta(days=1)
MORNINGS = 0b0101010101


@pytest.fixture
def placement(provider, school_years):
    """Mornings only, for two weeks from a Monday, at 10 pounds a session."""
    return factories.PlacementFactory(
        provider=provider,
        starts_on=MONDAY,
        ends_on=MONDAY + 14 * DAY,
        sessions=MORNINGS,
        rate=factories.RateFactory(provider=provider, pounds=Decimal(10)),
    )


@pytest.fixture
def school_years(db):
    return factories.HalfTermFactory(
        year=2024, number=1, starts_on=date(2024, 9, 2), ends_on=date(2024, 10, 26)
    )


def cost(placement, today=MONDAY + 30 * DAY, start=MONDAY, end=MONDAY + 30 * DAY):
    calendar = SchoolCalendar(start, end)
    found = cost_of(placement, calendar, start=start, end=end, today=today)
    return (found.committed, found.so_far)


def test_by_the_session_each_session_of_the_pattern_counts(placement):
    assert cost(placement) == (Decimal(100), Decimal(100))
    assert cost(placement, today=MONDAY + 2 * DAY) == (Decimal(100), Decimal(30))
    assert cost(placement, today=MONDAY - DAY) == (Decimal(100), Decimal(0))


def test_pauses_and_closed_days_are_not_paid_by_the_session(placement):
    factories.PauseFactory(placement=placement, starts_on=MONDAY + DAY, ends_on=MONDAY + 3 * DAY)
    factories.ClosureFactory(
        organisation=placement.provider, starts_on=MONDAY, ends_on=MONDAY + DAY
    )

    assert cost(placement) == (Decimal(70), Decimal(70))


def test_sessions_at_school_in_a_week_of_return_are_not_paid_by_the_session(placement):
    """Ten mornings at 10 pounds, of which the second week has two."""
    factories.WeekPatternFactory(
        placement=placement, monday=MONDAY + 7 * DAY, sessions=0b0101 << 6
    )

    assert cost(placement, today=MONDAY + 10 * DAY) == (Decimal(70), Decimal(60))


def test_by_the_week_each_school_day_counts_for_a_fifth(placement):
    placement.rate = factories.RateFactory(provider=placement.provider, unit="week", package="Week",
                                           pounds=Decimal("99.99"))  # fmt: skip

    assert cost(placement, today=MONDAY) == (Decimal("199.98"), Decimal("20.00"))


def test_without_a_last_day_it_is_committed_to_the_end_asked_for(placement):
    placement.ends_on = None

    assert cost(placement, end=MONDAY + 21 * DAY)[0] == Decimal(150)


def test_without_a_rate_there_is_no_cost(placement):
    placement.rate = None
    calendar = SchoolCalendar(MONDAY, MONDAY)

    assert cost_of(placement, calendar, start=MONDAY, end=MONDAY, today=MONDAY) is None


def test_a_rate_is_one_of_the_provider_and_has_begun(placement, other_provider, caseworker):
    foreign = factories.RateFactory(provider=other_provider)
    later = factories.RateFactory(
        provider=placement.provider, package="Later", starts_on=MONDAY + DAY
    )

    with pytest.raises(ValidationError, match="not one of"):
        actions.agree_rate(placement, rate=foreign, by=caseworker)
    with pytest.raises(ValidationError, match="begins after"):
        actions.agree_rate(placement, rate=later, by=caseworker)
    assert actions.agree_rate(placement, rate=None, by=caseworker).rate is None


def test_only_a_manager_enters_a_rate(client, caseworker, manager, provider):
    row = {"provider": provider, "package": "Full", "unit": "week", "pounds": 5}
    with pytest.raises(PermissionDenied):
        actions.enter_rate(Rate(**row, starts_on=MONDAY), by=caseworker)
    client.force_login(manager)
    sent = row | {"provider": provider.pk, "starts_on_0": 1, "starts_on_1": 9, "starts_on_2": 2024}

    refused = client.post(reverse("placements:rate-add"), sent | {"pounds": "0"})
    client.post(reverse("placements:rate-add"), sent | {"pounds": "410.55"})

    assert "more than nothing" in refused.content.decode()
    assert str(Rate.objects.get()).endswith("Full, £410.55 a week of five school days")


def test_a_school_and_a_provider_read_no_cost(client, placement, person):
    lead = person(Role.PROVIDER_LEAD)
    client.force_login(lead)

    page = client.get(reverse("placements:detail", args=[placement.uid])).content.decode()

    assert "£" not in page
    assert client.get(reverse("placements:rates")).status_code == 403
    assert client.get(reverse("reporting:costs")).status_code == 403


def test_an_officer_reads_the_cost_on_the_placement_and_agrees_a_rate(
    client, placement, caseworker
):
    client.force_login(caseworker)
    path = reverse("placements:rate", args=[placement.uid])

    page = client.get(reverse("placements:detail", args=[placement.uid])).content.decode()
    client.post(path, {"rate": ""})

    assert "£100.00 committed" in page
    placement.refresh_from_db()
    assert placement.rate is None


def test_costs_of_a_year_by_provider_and_tier(client, placement, caseworker, school):
    other = factories.PlacementFactory(
        provider=placement.provider, starts_on=MONDAY, ends_on=MONDAY + 7 * DAY
    )
    factories.PlacementFactory(provider=placement.provider, tier=1, starts_on=MONDAY)
    for day in range(4):
        factories.MarkFactory(
            placement=placement, date=MONDAY + day * DAY, code_id="N" if day else "/"
        )
    factories.MarkFactory(placement=other, date=MONDAY, code_id="/")
    client.force_login(caseworker)

    answer = client.get(reverse("reporting:costs"), {"year": "2024"})

    (line,) = answer.context["lines"]
    assert (line.placements, line.unpriced, line.committed, line.attended) == (2, 1, 100, 1)
    assert line.per_session == Decimal("100.00")
    assert answer.context["total"].committed == 100
    assert (
        "No placement" in client.get(reverse("reporting:costs"), {"year": "2099"}).content.decode()
    )
