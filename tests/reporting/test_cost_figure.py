"""The cost of a session attended, by a few placements that are counted by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.permissions import Role
from apsystem.lib.gds import pounds
from reporting.costs import costs
from reporting.kpis import REGISTRY, Period
from reporting.kpis.bridge import bridge
from reporting.models import Coverage
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

COST = REGISTRY["cost-per-attended-session"]
MONDAY = date(2024, 9, 9)
DAY = timedelta(days=1)
MORNINGS = 0b0101010101


@pytest.fixture
def placements(provider):
    """Two weeks: mornings at £10.50 a session, all day at £100 a week, and one without a rate.

    By the session: 10 mornings, of which 2 are paused, are £84.00, of which a part-time timetable
    leaves some out and that changes nothing. By the week: 9 school days are £180.00.
    """
    rates = [
        factories.RateFactory(provider=provider, unit=unit, package=unit, pounds=Decimal(pounds))
        for unit, pounds in (("session", "10.50"), ("week", "100"))
    ]
    times = {"provider": provider, "starts_on": MONDAY, "ends_on": MONDAY + 14 * DAY, "status": "ended"}  # fmt: skip
    by_session = factories.PlacementFactory(**times, sessions=MORNINGS, rate=rates[0])
    by_week = factories.PlacementFactory(**{**times, "ends_on": MONDAY + 11 * DAY}, rate=rates[1])
    unpriced = factories.PlacementFactory(**times)
    factories.PauseFactory(
        placement=by_session, starts_on=MONDAY + 7 * DAY, ends_on=MONDAY + 9 * DAY
    )
    factories.TimetableFactory(
        placement=by_session, starts_on=MONDAY, full_time_on=MONDAY + 7 * DAY, sessions=0b01
    )
    for row in (by_session, by_week, unpriced):
        for day, code in ((0, "/"), (1, "L"), (2, "O")):
            factories.MarkFactory(placement=row, date=MONDAY + day * DAY, session=0, code_id=code)
    return by_session, by_week, unpriced


def test_it_is_spent_over_attended(placements, whole_year):
    """26,400 pence for 4 sessions: £66.00. The one without a rate is counted apart."""
    total = COST.total(whole_year)

    assert (total.numerator, total.denominator, total.value) == (26_400, 4, 66)
    assert (list(total.counts.values()), total.units) == ([1], 2)


def test_without_any_rate_nobody_is_behind_it(whole_year):
    factories.write_marks(factories.PlacementFactory(starts_on=MONDAY), "//", first_day=MONDAY)

    total = COST.total(whole_year)

    assert (total.value, list(total.counts.values()), total.units) == (None, [1], 0)


def test_it_is_that_of_the_page_of_costs(placements, whole_year, person):
    """Up to a day in the second week, too, and of a half term."""
    manager = person(Role.MANAGER)
    for period in (whole_year, Period.of(2024, Coverage.YEAR, MONDAY + 8 * DAY)):
        _, shown = costs(manager, 2024, period.as_of)
        total = COST.total(period)

        assert total.numerator == shown.so_far * 100
        assert pounds(total.value) == pounds(shown.per_session)


def test_weeks_of_return_are_paid_for_what_is_left_at_the_provider(placements, whole_year):
    by_session, *_ = placements
    factories.WeekPatternFactory(placement=by_session, monday=MONDAY, sessions=0b0100000001)

    assert COST.total(whole_year).numerator == 26_400 - 3 * 1_050


def test_pages_say_pounds(client, placements, person):
    client.force_login(person(Role.MANAGER))
    asked = {"year": 2024, "part": "year"}
    page = client.get(reverse("reporting:measure", args=[COST.slug]), {**asked, "tier": 3})
    behind = client.get(reverse("reporting:children", args=[COST.slug]), asked)

    assert "£264.00 for 4 sessions attended, of 2 children" in page.content.decode()
    text = behind.content.decode()
    assert "£84.00" in text
    assert "£42.00" in text  # for each of the two that were attended


def test_a_bridge_of_pounds_has_steps_in_pounds():
    [step] = bridge([[1, 1, 1, 8_400, 2]], [[1, 1, 1, 8_400, 4]], COST.per)

    assert pounds(step.points) == "-£21.00"
