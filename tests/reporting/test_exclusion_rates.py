"""Suspension and permanent exclusion rates of alternative provision, worked by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from pupils.models import Pupil
from reporting import actions
from reporting.kpis import REGISTRY, Period
from reporting.models import Coverage, Snapshot
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

SUSPENSIONS, EXCLUSIONS = REGISTRY["suspension-rate-ap"], REGISTRY["permanent-exclusion-rate-ap"]


@pytest.fixture
def places(provider, other_provider):
    """Two academies of alternative provision: 4 and 6 pupils on roll in January 2025."""
    for place, pupils in ((provider, 4), (other_provider, 6)):
        place.is_registered_school = True
        place.save()
        factories.HeadcountFactory(school=place, pupils=pupils)
        factories.HeadcountFactory(school=place, pupils=500, census="autumn")
        factories.HeadcountFactory(school=place, pupils=700, year=2023)
    return provider, other_provider


def suspended(place, starts_on, pupil=None, **details):
    return factories.SuspensionFactory(
        pupil=pupil or factories.PupilFactory(),
        school=place,
        starts_on=starts_on,
        back_on=starts_on + timedelta(days=1),
        **details,
    )


@pytest.fixture
def year_of_suspensions(places):
    """Write the worked example: 13 suspensions of 2024/25 that count, 10 pupils on roll.

    place   what                                                           counts
    first   one pupil, 11 times (11 Mondays of one day)                    11
    first   a half day on the first day of the year, 2 September 2024      1
    second  on the last day of the summer term, 22 July 2025               1
    first   cancelled; lunchtimes; the day before the year began           0
    first   on 1 September 2025, which is the next year                    0
    other   at a school, and at a provider that is no school               0
    """
    first, second = places
    child = factories.PupilFactory()
    for month, day in [(9, 9), (9, 16), (9, 23), (9, 30), (10, 7), (10, 14), (11, 4), (11, 11),
                       (11, 18), (11, 25), (12, 2)]:  # fmt: skip
        suspended(first, date(2024, month, day), child)
    suspended(first, date(2024, 9, 2), sessions=1)
    suspended(second, date(2025, 7, 22))
    suspended(first, date(2024, 9, 9), cancelled_on=date(2024, 9, 9), cancelled_because="x",
              sessions_served=0)  # fmt: skip
    suspended(first, date(2024, 9, 9), kind="LNCH")
    suspended(first, date(2024, 7, 23))
    suspended(first, date(2025, 9, 1))
    suspended(factories.SchoolFactory(), date(2024, 9, 9))
    suspended(factories.ProviderFactory(is_registered_school=False), date(2024, 9, 9))
    return child


@pytest.mark.usefixtures("year_of_suspensions")
def test_the_rate_is_suspensions_per_100_pupils_in_january_and_is_not_capped(whole_year):
    # 11 + 1 + 1 = 13 suspensions; 4 + 6 = 10 pupils; 13 / 10 x 100 = 130.
    total = SUSPENSIONS.total(whole_year)

    assert (total.numerator, total.denominator, total.units) == (13, 10, 3)
    assert total.value == Decimal(130)
    assert list(total.counts.values()) == [0]


@pytest.mark.usefixtures("year_of_suspensions")
def test_a_breakdown_by_provider_is_a_rate_of_its_own(whole_year, places):
    first, second = places

    # 12 of 4 pupils is 300 per 100; 1 of 6 is 16.7.
    assert SUSPENSIONS.breakdown(whole_year, "provider") == [
        (first.pk, 12, 4, 2),
        (second.pk, 1, 6, 1),
    ]


@pytest.mark.usefixtures("year_of_suspensions")
def test_two_terms_hold_what_began_in_them():
    period = Period.of(2024, Coverage.TWO_TERMS, date(2025, 9, 1))

    assert SUSPENSIONS.total(period).numerator == 12


@pytest.mark.usefixtures("year_of_suspensions")
def test_the_as_of_day_is_the_last_that_counts():
    period = Period.of(2024, Coverage.YEAR, date(2024, 9, 16))

    assert SUSPENSIONS.total(period).numerator == 3  # 2, 9 and 16 September


def test_a_school_without_a_headcount_is_left_out_and_its_suspensions_counted_apart(
    whole_year, places
):
    bare = factories.ProviderFactory(is_registered_school=True)
    suspended(bare, date(2024, 9, 9))
    suspended(places[0], date(2024, 9, 9))

    total = SUSPENSIONS.total(whole_year)

    assert (total.numerator, total.denominator, list(total.counts.values())) == (1, 10, [1])


def test_a_school_that_suspended_nobody_stands_below_the_line(whole_year, places):
    total = SUSPENSIONS.total(whole_year)

    assert (total.numerator, total.denominator, total.value) == (0, 10, Decimal(0))


def test_the_permanent_exclusion_rate_leaves_out_what_did_not_stand(whole_year, places):
    # Of seven, four count: no decision yet, upheld by the board, by the panel, family declined.
    # 4 of 10 pupils is 40 per 100.
    met, asked = date(2024, 11, 20), date(2024, 11, 25)
    board, panel = {"board_met_on": met}, {"review_asked_on": asked, "review_held_on": asked}
    for result, details in [
        ("NOG", {}), ("ANO", board), ("INO", board | panel), ("CNO", board),
        ("BRE", board), ("JRE", board | panel),
        ("HWD", {"rescinded_on": met, "rescinded_because": "x"}),
    ]:  # fmt: skip
        factories.PermanentExclusionFactory(school=places[0], result=result, **details)
    factories.PermanentExclusionFactory(school=places[1], decided_on=date(2025, 9, 1),
                                        effective_on=date(2025, 9, 1))  # fmt: skip
    factories.PermanentExclusionFactory()  # by a mainstream school

    total = EXCLUSIONS.total(whole_year)

    assert (total.numerator, total.denominator, total.value) == (4, 10, Decimal(40))


def test_what_takes_effect_in_a_holiday_counts_once_in_the_parts_of_the_year(places):
    """Christmas counts in spring, the summer holiday in the summer term that ends."""
    for day in (date(2024, 12, 21), date(2025, 7, 23), date(2025, 8, 31), date(2025, 9, 1)):
        factories.PermanentExclusionFactory(school=places[0], decided_on=day, effective_on=day)
    found = {
        part: EXCLUSIONS.total(Period.of(2024, part, date(2025, 9, 1))).numerator
        for part in (Coverage.YEAR, Coverage.AUTUMN, Coverage.SPRING, Coverage.SUMMER)
    }

    assert found == {"year": 3, "autumn": 0, "spring": 1, "summer": 2}


def test_the_children_behind_it_are_those_who_were_suspended(
    whole_year, year_of_suspensions, places, caseworker, leadership
):
    rows = SUSPENSIONS.children(whole_year, Pupil.objects.as_user(caseworker))

    assert (year_of_suspensions.pk, places[0].pk, 11, 0) in rows
    assert len(rows) == 3
    assert SUSPENSIONS.children(whole_year, Pupil.objects.as_user(leadership)) == []


@pytest.mark.usefixtures("year_of_suspensions")
def test_it_is_shown_per_100_pupils_beside_the_published_figure(client, caseworker):
    factories.ComparatorFactory(
        measure="suspension_rate",
        school_type="State-funded alternative provision (incl. PRU)",
        geography="England",
        year=2022,
        coverage=Coverage.YEAR,
        value=Decimal("284.98218"),
        numerator=37592,
        denominator=13191,
    )
    actions.compute(date(2025, 9, 1))
    client.force_login(caseworker)
    asked = {"part": "year"}

    page = client.get(reverse("reporting:measure", args=["suspension-rate-ap"]), asked)
    shown = page.content.decode()

    snapshot = Snapshot.objects.get(measure="suspension-rate-ap", year=2024, coverage="year")
    assert snapshot.value == Decimal(130)
    assert "285.0 per 100 pupils" in shown
    assert "nobody marked" not in str(snapshot.counts)
