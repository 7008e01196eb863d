"""Statistics of groups: both ways of counting, by examples worked by hand; the page and its file."""

import csv
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Role
from attendance.models import Kind, WeekTotal
from attendance.models.code import codes_of
from referrals.models import Tier
from reporting.kpis import REGISTRY, Period
from reporting.kpis.attendance import FAMILY
from reporting.kpis.disclosure import hidden_places
from reporting.kpis.span import PARTS, Span
from reporting.kpis.statistics import Statistics, View
from reporting.models import Coverage
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
LATER = date(2024, 11, 4)
AFTER = date(2025, 9, 1)
NOT_POSSIBLE = sorted(codes_of(Kind.NOT_REQUIRED, Kind.UNABLE, Kind.ADMINISTRATIVE))
MOST_QUERIES = 14


def marked(codes, *, first_day=MONDAY, **details):
    placement = factories.PlacementFactory(**details)
    factories.write_marks(placement, codes, first_day=first_day)
    return placement


@pytest.fixture
def moved(provider, other_provider, school):
    """One child at two providers, another at one.

    at               codes       present  authorised  unauthorised  possible  absent
    Cedar, autumn    8 /, N, I         8           1             1        10   2 (20%): persistent
    Damson, later    11 /, L          12           0             0        12   0
    the child                         20           1             1        22   2 (9.1%): not
    Damson, another  / N N I           1           1             2         4   3 (75%): severe

    The second placement has D and X besides.
    """
    first = marked("////////NI", provider=provider, home_school=school, ends_on=LATER)
    second = marked(
        ["/"] * 11 + ["L", "D", "X"],
        provider=other_provider,
        home_school=school,
        pupil=first.pupil,
        starts_on=LATER,
        first_day=LATER,
    )
    other = marked(
        "/NNI",
        provider=other_provider,
        tier=Tier.SHORT,
        starts_on=date(2024, 9, 2),
        ends_on=date(2025, 7, 1),
    )
    return SimpleNamespace(first=first, second=second, other=other)


def told(group):
    return (
        group.units,
        group.present,
        group.absent,
        group.possible,
        group.persistent,
        group.severe,
    )


def test_an_enrolment_is_the_unit_of_dfe_and_a_child_the_unit_across_settings(
    moved, caseworker, provider, other_provider
):
    span = Span.of(2024, "year", AFTER)

    dfe = Statistics(caseworker, span, View.DFE)
    child = Statistics(caseworker, span, View.CHILD)

    assert told(dfe.total) == (3, 21, 5, 26, 2, 1)
    assert told(child.total) == (2, 21, 5, 26, 1, 1)
    assert dfe.total.children == child.total.children == 2
    assert (dfe.total.late, dfe.total.not_possible) == (1, 2)
    # 5 of 26; 2 of 3 enrolments; 1 of 2 children.
    assert dfe.total.overall == Decimal("19.230769")
    assert dfe.total.persistent_rate == Decimal("66.666667")
    assert child.total.persistent_rate == Decimal(50)
    by_provider = {group.key: told(group) for group in dfe.groups("provider")}
    assert by_provider == {
        provider.pk: (1, 8, 2, 10, 1, 0),
        other_provider.pk: (2, 13, 3, 16, 1, 1),
    }
    assert {group.key: group.units for group in child.groups("tier")} == {2: 1, 3: 1}
    assert dfe.reasons() == {"/": 11, "\\": 9, "L": 1, "D": 1, "X": 1, "I": 2, "N": 3}


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize("slug", [measure.slug for measure in FAMILY])
def test_statistics_and_measures_say_the_same_of_the_borough(caseworker, slug):
    total = Statistics(caseworker, Span.of(2024, "year", AFTER), View.DFE).total
    figures = {
        "attendance-ap": (total.present, total.possible),
        "overall-absence-ap": (total.absent, total.possible),
        "authorised-absence-ap": (total.authorised, total.possible),
        "unauthorised-absence-ap": (total.unauthorised, total.possible),
        "persistent-absence-ap": (total.persistent, total.units),
        "severe-absence-ap": (total.severe, total.units),
    }

    measured = REGISTRY[slug].total(Period.of(2024, Coverage.YEAR, AFTER))

    assert figures[slug] == (measured.numerator, measured.denominator)


def test_dfe_leaves_out_what_the_view_of_the_child_keeps(caseworker):
    eldest, summer = date(2009, 1, 15), date(2025, 6, 2)
    placement = marked("N/", first_day=date(2025, 5, 23), pupil__date_of_birth=eldest)
    factories.write_marks(placement, "NN", first_day=summer)
    marked("N/", starts_on=summer, first_day=summer)
    marked("N/", pupil__date_of_birth=date(2020, 9, 1))
    span = Span.of(2024, "year", AFTER)

    dfe, child = (Statistics(caseworker, span, view) for view in (View.DFE, View.CHILD))

    assert told(dfe.total)[1:4] == (1, 1, 2)
    assert told(child.total)[1:4] == (3, 5, 8)
    assert sum(dfe.reasons().values()) == 2
    assert sum(child.reasons().values()) == 8
    assert [sums.possible for _, sums in dfe.by_half_term()] == [0, 0, 0, 0, 2, 0]
    assert [sums.possible for _, sums in child.by_half_term()] == [2, 0, 0, 0, 2, 4]


@pytest.mark.usefixtures("moved")
def test_weeks_and_half_terms_add_up_to_the_total(caseworker):
    for part in PARTS:
        found = Statistics(caseworker, Span.of(2024, part, AFTER), View.DFE)
        weeks, half_terms = found.by_week(), found.by_half_term()

        assert sum(sums.possible for _, sums in weeks) == found.total.possible
        assert sum(sums.absent for _, sums in half_terms) == found.total.absent


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize("name", ["provider", "school", "tier", "year_group"])
def test_what_is_kept_to_a_group_is_what_the_group_says(caseworker, name):
    span = Span.of(2024, "year", AFTER)
    for view in View:
        for group in Statistics(caseworker, span, view).groups(name):
            kept = Statistics(caseworker, span, view, **{name: group.key})

            assert told(kept.total) == told(group)
            assert sum(sums.possible for _, sums in kept.by_half_term()) == group.possible


def test_schools_and_providers_see_sums_of_the_marks_within_their_reach(moved, person, school):
    span = Span.of(2024, "year", AFTER)
    lead = person(Role.PROVIDER_LEAD, moved.other.provider)
    staff = person(Role.SCHOOL_STAFF, school)
    factories.EnrolmentFactory(pupil=moved.first.pupil, organisation=school)

    # The provider reads its own register of the child who is there now, and not of the one who
    # left long ago; the school reads every mark of its own child.
    assert told(Statistics(lead, span, View.CHILD).total)[1:4] == (12, 0, 12)
    found = Statistics(staff, span, View.CHILD)
    assert told(found.total)[1:4] == (20, 2, 22)
    assert sum(found.reasons().values()) == 24
    assert sum(sums.possible for _, sums in found.by_week()) == 22


def test_who_reaches_no_child_has_no_statistics(moved, leadership):
    found = Statistics(leadership, Span.of(2024, "year", AFTER), View.DFE)

    assert told(found.total) == (0, 0, 0, 0, 0, 0)
    assert found.total.overall is None
    assert found.total.persistent_rate is None
    assert found.reasons() == {}


@pytest.mark.slow
@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(codes=st.lists(st.sampled_from(NOT_POSSIBLE), max_size=40))
def test_sessions_that_are_no_possible_attendance_change_no_statistic(moved, caseworker, codes):
    span = Span.of(2024, "year", AFTER)

    def results():
        return [
            (told(group), group.overall, group.with_leave, group.late, group.children)
            for view in View
            for found in [Statistics(caseworker, span, view)]
            for group in [found.total, *found.groups("provider"), *found.groups("school")]
            if group.possible
        ]

    with transaction.atomic():
        before = results()
        for placement in (moved.first, moved.other):
            factories.write_marks(placement, codes, first_day=date(2025, 1, 6))
        marked(codes, first_day=date(2025, 1, 6))
        after = results()
        transaction.set_rollback(True)

    assert after == before


def test_a_span_without_half_terms_is_the_year_from_september():
    span = Span.of(2030, "spring", date(2031, 1, 1))

    assert (span.part, span.start, span.end) == ("year", date(2030, 9, 1), date(2031, 9, 1))
    assert span.weeks == span.within == []
    assert not span.is_over
    assert span.words == "Whole year, 2030/31, so far"


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([9, 12, 30], set()),
        ([0, 12, 30], set()),  # nought is shown
        ([3, 12, 30], {0, 1}),  # one alone could be worked out from the total
        ([3, 4, 30], {0, 1}),
        ([1, 1, 30], {0, 1, 2}),  # together they are two, which is small itself
        ([3], {0}),
        ([], set()),
    ],
)
def test_small_counts_are_hidden_with_what_would_give_them_away(counts, hidden):
    assert hidden_places(counts, 5) == hidden


@pytest.fixture
def page(client, caseworker):
    client.force_login(caseworker)
    return lambda **asked: client.get(reverse("reporting:statistics"), {"year": "2024"} | asked)


def text(answer):
    return " ".join(answer.content.decode().split())


def test_the_page_shows_rates_counts_and_the_way_of_counting(page, moved, provider):
    said = text(page())

    assert "Whole year, 2024/25. DfE&#x27;s way: an enrolment at one provider." in said
    assert "21 of 26 possible sessions, of 3 enrolments (2 children)" in said
    assert "Absence: 19.2%, of which 7.7% authorised and 11.5% unauthorised" in said
    assert "2 of 3 enrolments (66.7%)" in said
    assert provider.name in said
    assert "Illness" in said
    across = text(page(view="child", by="tier", trend="week"))
    assert "One child across settings." in across
    assert "of 2 children" in across
    assert "16 September 2024" in across


def test_a_group_leads_to_its_own_statistics_and_back(page, moved, provider):
    kept = page(provider=str(provider.uid), by="year_group")

    assert kept.context["total"].possible == 10
    assert kept.context["kept"] == [("Cedar Centre", "?year=2024&by=year_group")]
    assert "Show all" in text(kept)
    assert f'name="provider" value="{provider.uid}"' in text(kept)
    assert [words for words, _ in page(tier="3", year_group="6").context["kept"]] == [
        Tier.LONGER.label,
        "Year 6",
    ]
    assert page(tier="2").context["total"].possible == 4


@pytest.mark.parametrize(
    "asked",
    [
        {"year": "1066"},
        {"part": "x", "view": "x", "by": "x", "trend": "x"},
        {"provider": "x", "school": "1", "tier": "9", "year_group": "many"},
        {"sex": "x", "sen": "x", "meals": "x", "care": "x"},
    ],
)
def test_an_address_that_says_nothing_known_shows_everything(page, asked):
    answer = page(**asked)

    assert answer.status_code == 200
    assert answer.context["kept"] == []


def test_a_time_without_sessions_says_so_and_gives_no_rate(page):
    said = text(page(part="6"))

    assert "No possible sessions" in said
    assert "0.0%" not in said
    assert "100.0%" not in said


@pytest.mark.usefixtures("moved")
def test_rates_stand_beside_published_ones_of_the_same_part_only(page):
    factories.ComparatorFactory(measure="overall_absence_rate", value="42.900000", year=2023)

    whole, half_term = text(page()), text(page(part="1"))

    assert "42.9%" in whole
    assert "23.7 points below" in whole
    assert "42.9%" not in half_term
    assert "No figure is published for this part of the year." in half_term
    assert "Beside published figures" not in text(page(view="child"))


@pytest.mark.usefixtures("moved")
def test_the_page_asks_few_questions_whatever_the_number_of_groups(page):
    page()
    with CaptureQueriesContext(connection) as few:
        page()
    for _ in range(12):
        marked("/N/I", provider=factories.ProviderFactory(), home_school=factories.SchoolFactory())

    with CaptureQueriesContext(connection) as many:
        page()

    assert len(many) == len(few) <= MOST_QUERIES


def test_the_borough_is_read_from_weekly_totals_and_a_provider_from_marks(
    page, client, moved, person
):
    lead = person(Role.PROVIDER_LEAD, moved.other.provider)
    WeekTotal.objects.update(present=0)

    assert page().context["total"].present == 0
    client.force_login(lead)
    own = client.get(reverse("reporting:statistics"), {"year": "2024"})
    assert own.context["total"].present == 12
    assert "not the whole borough" in text(own)


def rows_of(answer):
    lines = answer.content.decode("utf-8-sig").splitlines()
    return list(csv.reader(lines))


def test_the_file_hides_small_counts_and_what_would_give_them_away(page, client, moved, provider):
    rows = rows_of(client.get(reverse("reporting:statistics-file"), {"year": "2024"}))

    assert rows[0][:4] == ["Period", "Counted", "Group", "Children"]
    assert [row[2] for row in rows[1:]] == ["Cedar Centre", "Damson Centre", "All"]
    assert all(set(row[3:]) == {"c"} for row in rows[1:])


@pytest.mark.usefixtures("page")
def test_the_file_shows_what_is_large_enough(client, provider):
    for number in range(6):
        marked("N/" if number < 2 else "/////////////", provider=provider)

    rows = rows_of(
        client.get(reverse("reporting:statistics-file"), {"year": "2024", "part": "autumn"})
    )

    # 2 of 56 sessions missed: 3.57%. Two children were persistently absent: hidden.
    assert rows[1][2:] == [
        *("Cedar Centre", "6", "6", "56", "54", "0", "2", "0"),
        *("96.4", "3.6", "0.0", "3.6", "c", "c", "c", "c"),
    ]
    assert rows[2][2:4] == ["All", "6"]


def test_leadership_and_panel_members_have_no_statistics_of_groups(client, leadership):
    client.force_login(leadership)

    assert client.get(reverse("reporting:statistics")).status_code == 403
    assert client.get(reverse("reporting:statistics-file")).status_code == 403
