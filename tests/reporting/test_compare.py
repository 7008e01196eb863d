"""Setting a figure beside published ones: like with like."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.permissions import Role
from reporting.kpis import REGISTRY
from reporting.kpis.compare import compare, interval_of, why_no_interval
from tests import factories

ABSENCE, ATTENDANCE = REGISTRY["overall-absence-ap"], REGISTRY["attendance-ap"]


def ours(value="30", **details):
    return factories.SnapshotFactory.build(value=Decimal(value), **details)


def published(value="40", **details):
    return factories.ComparatorFactory.build(value=Decimal(value), **details)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("30", "10.0 points below"),
        ("40", "the same"),
        ("40.04", "the same"),
        ("52.26", "12.3 points above"),
        ("40.25", "0.3 points above"),  # halves go up, not to the even figure
        ("39.75", "0.3 points below"),
    ],
)
def test_a_difference_is_said_in_points_and_words(value, words):
    (row,) = compare(ABSENCE, ours(value), [published("40")]).rows

    assert row.difference == Decimal(value) - 40
    assert row.words == words


def test_a_period_that_is_not_over_gets_no_difference_and_says_why():
    comparison = compare(ABSENCE, ours(is_over=False), [published()])

    (row,) = comparison.rows
    assert (row.value, row.difference, row.words) == (Decimal(40), None, "")
    assert "not over" in comparison.why_not


@pytest.mark.parametrize("snapshot", [None, factories.SnapshotFactory.build(value=None)])
def test_no_figure_of_ours_gets_no_difference(snapshot):
    (row,) = compare(ABSENCE, snapshot, [published()]).rows

    assert row.difference is None


def test_attendance_is_set_beside_the_complement_of_absence():
    row = published("40", numerator=400, denominator=1000)

    (beside,) = compare(ATTENDANCE, ours("70"), [row]).rows

    assert (beside.value, beside.numerator, beside.difference) == (60, 600, 10)


def test_places_come_in_their_order_and_strangers_not_at_all():
    rows = [
        published(geography=place)
        for place in ("Hammersmith and Fulham", "Inner London", "Camden", "London", "England")
    ]

    found = [row.label for row in compare(ABSENCE, ours(), rows).rows]

    assert found == ["England", "London", "Inner London", "Hammersmith and Fulham"]


def test_the_newest_published_figure_is_taken_in_whatever_order_they_come():
    rows = [published("40", year=2022), published("42", year=2024), published("41", year=2023)]

    for order in (rows, rows[::-1]):
        (row,) = compare(ABSENCE, ours(), order).rows
        assert row.value == 42


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (2024, ""),
        (2025, ""),  # published since, of a later year than the one looked at
        (2023, "of 2023/24, whole year, a year before this figure."),
        (2021, "of 2021/22, whole year, 3 years before this figure."),
    ],
)
def test_an_older_year_is_said_to_be_older(year, words):
    (row,) = compare(ABSENCE, ours(year=2024), [published(year=year)]).rows

    assert row.age.removeprefix("The newest that is taken in is ") == words


@pytest.mark.django_db
@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize(
    ("is_over", "said"),
    [
        (True, "Like for like: yes, the same part of an academic year, of State-funded"),
        (False, "Like for like: no. This period is not over, so no difference is given"),
    ],
)
def test_how_it_is_worked_out_says_whether_it_is_like_for_like(client, person, is_over, said):
    factories.SnapshotFactory(is_over=is_over)
    factories.ComparatorFactory(year=2022, confidence="high (two sources)")
    client.force_login(person(Role.MANAGER))

    page = client.get(
        reverse("reporting:measure", args=[ABSENCE.slug]), {"year": 2024, "part": "year"}
    ).content.decode()

    assert said in page
    assert "of 2022/23, whole year, 2 years before this figure." in page
    assert "How sure this value is: high (two sources)" in page


def test_other_measures_other_schools_and_symbols_are_not_compared():
    rows = [
        published(measure="severe_absence_rate"),
        published(school_type="State-funded secondary"),
        factories.ComparatorFactory.build(value=None, symbol="c"),
    ]

    comparison = compare(ABSENCE, ours(), rows)

    assert comparison.rows == []
    assert comparison.why_not == "No figure is published for this part of the year."


@pytest.mark.parametrize(
    ("slug", "units", "words"),
    [
        ("attendance-ap", 12, "The sessions are those of 12 children,"),
        ("attendance-ap", 1, "The sessions are those of one child,"),
        ("outreach-attendance-during", 99, "The sessions are those of 99 children,"),
        ("attendance-ap", 100, ""),  # so many that no interval is missed
        ("attendance-ap", 0, ""),
        ("persistent-absence-ap", 12, ""),  # a share of children has its interval
        ("cost-per-attended-session", 12, ""),
    ],
)
def test_a_share_of_the_sessions_of_few_children_says_why_it_has_no_interval(slug, units, words):
    said = why_no_interval(REGISTRY[slug], ours(units=units, denominator=40))

    assert words in said
    assert bool(said) is bool(words)
    assert (interval_of(REGISTRY[slug], ours(denominator=40)) is None) is (
        slug != "persistent-absence-ap"
    )


@pytest.mark.django_db
def test_the_page_of_attendance_says_it_where_another_gives_its_interval(client, person, calendar):
    for slug in ("attendance-ap", "persistent-absence-ap"):
        factories.SnapshotFactory(measure=slug)
    client.force_login(person(Role.CASEWORKER))
    pages = [
        client.get(reverse("reporting:measure", args=[slug]), {"year": 2024, "part": "year"})
        for slug in ("attendance-ap", "persistent-absence-ap")
    ]

    told = ["No interval is given. The sessions are those of 12 children" in page.content.decode()
            for page in pages]  # fmt: skip
    assert told == [True, False]
