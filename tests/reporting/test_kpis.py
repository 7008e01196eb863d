"""The measures, each by an example that is worked by hand in the comments."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Role
from attendance.models import Kind
from attendance.models.code import codes_of
from pupils.models import Pupil
from reporting.kpis import REGISTRY, Period
from reporting.kpis.narrowing import COLUMNS
from reporting.models import Coverage
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
LATER = date(2024, 11, 4)
SUMMER = date(2025, 6, 2)  # the second half of the summer term begins
YEAR_10, YEAR_11 = date(2010, 1, 15), date(2009, 1, 15)
NOT_POSSIBLE = sorted(codes_of(Kind.NOT_REQUIRED, Kind.UNABLE, Kind.ADMINISTRATIVE))
PERSISTENT, SEVERE = REGISTRY["persistent-absence-ap"], REGISTRY["severe-absence-ap"]
ABSENCE = REGISTRY["overall-absence-ap"]
MEASURES = sorted(REGISTRY)
OF_SESSIONS = sorted(slug for slug, measure in REGISTRY.items() if measure.is_of_sessions)


def marked(codes, *, first_day=MONDAY, **details):
    placement = factories.PlacementFactory(**details)
    factories.write_marks(placement, codes, first_day=first_day)
    return placement


def counted(measure, period):
    total = measure.total(period)
    return total.numerator, total.denominator


@pytest.fixture
def three_children(provider, other_provider):
    """Write the marks of the worked example.

    child   codes            present  authorised  unauthorised  possible  absent
    first   ////////NI          8         1            1           10     2 (20%)
    second  17 /, L, V, I      19         1            0           20     1 (5%)
    third   /NNI                1         1            2            4     3 (75%)
    all                        28         3            3           34     6

    The second child has D and X besides, which count nowhere.
    """
    return [
        marked("////////NI", provider=provider),
        marked("/" * 17 + "LVIDX", provider=provider),
        marked("/NNI", provider=other_provider),
    ]


@pytest.mark.usefixtures("three_children")
@pytest.mark.parametrize(
    ("slug", "numerator", "denominator", "value"),
    [
        ("attendance-ap", 28, 34, "82.352941"),  # 28 / 34
        ("overall-absence-ap", 6, 34, "17.647059"),  # 6 / 34
        ("authorised-absence-ap", 3, 34, "8.823529"),  # 3 / 34
        ("unauthorised-absence-ap", 3, 34, "8.823529"),  # 3 / 34
        ("persistent-absence-ap", 2, 3, "66.666667"),  # first and third of three
        ("severe-absence-ap", 1, 3, "33.333333"),  # third of three
    ],
)
def test_a_measure_gives_the_figure_worked_by_hand(
    whole_year, slug, numerator, denominator, value
):
    total = REGISTRY[slug].total(whole_year)

    assert (total.numerator, total.denominator, total.units) == (numerator, denominator, 3)
    assert total.value == Decimal(value)
    assert list(total.counts.values()) == [2]  # the D and the X


def test_the_examples_leave_no_measure_out():
    assert len(OF_SESSIONS) == 6
    # The others: test_exclusion_rates.py has 2, test_outreach_figures.py 8, test_system_figures.py
    # 8 and 5, test_onward_figures.py 6, test_actions.py 1,
    # test_cost_figure.py 1.
    assert len(REGISTRY) == 6 + 2 + 8 + 8 + 5 + 6 + 1 + 1


@pytest.mark.parametrize("slug", MEASURES)
def test_a_measure_is_one_query_and_bears_having_no_data(
    whole_year, slug, django_assert_num_queries
):
    with django_assert_num_queries(1):
        total = REGISTRY[slug].total(whole_year)

    assert (total.value, total.numerator, total.denominator, total.units) == (None, 0, 0, 0)


@pytest.mark.parametrize("slug", MEASURES)
def test_a_measure_is_defined_in_words(slug):
    measure = REGISTRY[slug]

    assert measure.slug == slug
    assert measure.better in {"higher", "lower"}
    for words in (measure.definition, measure.source, measure.unit, measure.exclusions):
        assert len(words) > 10


@pytest.mark.usefixtures("three_children")
@pytest.mark.parametrize("dimension", sorted(COLUMNS))
@pytest.mark.parametrize("slug", MEASURES)
def test_the_groups_of_a_breakdown_add_up_to_the_total(
    whole_year, slug, dimension, django_assert_num_queries
):
    measure = REGISTRY[slug]
    with django_assert_num_queries(1):
        groups = measure.breakdown(whole_year, dimension)

    sums = tuple(sum(group[place] for group in groups) for place in (1, 2))
    assert sums == counted(measure, whole_year)


@pytest.mark.usefixtures("three_children")
def test_a_breakdown_by_provider_is_worked_by_hand(whole_year, provider, other_provider):
    # The first and the second child: 2 + 1 of 10 + 20; the third: 3 of 4.
    assert ABSENCE.breakdown(whole_year, "provider") == [
        (provider.pk, 3, 30, 2),
        (other_provider.pk, 3, 4, 1),
    ]


@pytest.mark.slow
@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(codes=st.lists(st.sampled_from(NOT_POSSIBLE), max_size=60))
def test_sessions_that_are_no_possible_attendance_change_no_result(
    whole_year, three_children, codes
):
    with transaction.atomic():
        before = {slug: REGISTRY[slug].total(whole_year) for slug in OF_SESSIONS}
        for placement in three_children:
            factories.write_marks(placement, codes, first_day=LATER)
        marked(codes)  # a child with no possible session is no unit
        after = {slug: REGISTRY[slug].total(whole_year) for slug in OF_SESSIONS}
        transaction.set_rollback(True)

    for slug in OF_SESSIONS:
        assert after[slug].value == before[slug].value
        assert after[slug].units == before[slug].units
        assert after[slug].fingerprint == before[slug].fingerprint
        small_print = 2 + 3 * len(codes)
        assert list(after[slug].counts.values()) == [small_print]


@pytest.mark.parametrize(
    ("codes", "is_persistent", "is_severe"),
    [
        ("N" + "/" * 9, 1, 0),  # 1 of 10 is exactly a tenth
        ("N" + "/" * 10, 0, 0),  # 1 of 11 is less
        ("NN" + "/" * 18, 1, 0),  # 2 of 20
        ("NN" + "/" * 19, 0, 0),  # 2 of 21
        ("N/", 1, 1),  # 1 of 2 is exactly a half
        ("NNN////", 1, 0),  # 3 of 7 is less than a half
        ("//", 0, 0),
    ],
)
def test_thresholds_are_tested_on_exact_fractions(whole_year, codes, is_persistent, is_severe):
    marked(codes)

    assert counted(PERSISTENT, whole_year) == (is_persistent, 1)
    assert counted(SEVERE, whole_year) == (is_severe, 1)


def test_two_placements_at_one_provider_in_a_year_are_one_enrolment(whole_year, provider):
    # 2 of 10, then 0 of 11: together 2 of 21, which is less than a tenth.
    first = marked("NN" + "/" * 8, provider=provider, ends_on=LATER)
    marked("/" * 11, provider=provider, pupil=first.pupil, starts_on=LATER, first_day=LATER)

    assert counted(PERSISTENT, whole_year) == (0, 1)


def test_a_child_who_moves_is_counted_at_each_provider_and_is_one_child(whole_year):
    first = marked("NN" + "/" * 8, ends_on=LATER)
    marked("/" * 11, pupil=first.pupil, starts_on=LATER, first_day=LATER)

    total = PERSISTENT.total(whole_year)

    assert (total.numerator, total.denominator, total.units) == (1, 2, 1)


def test_year_11_is_left_out_of_the_second_half_of_the_summer_term(whole_year):
    # Friday 23 May counts; from Monday 2 June on nothing does.
    placement = marked("N/", first_day=date(2025, 5, 23), pupil__date_of_birth=YEAR_11)
    factories.write_marks(placement, "NNNN", first_day=SUMMER)

    assert counted(ABSENCE, whole_year) == (1, 2)


def test_year_10_stays_in_the_second_half_of_the_summer_term(whole_year):
    placement = marked("N/", first_day=date(2025, 5, 23), pupil__date_of_birth=YEAR_10)
    factories.write_marks(placement, "NNNN", first_day=SUMMER)

    assert counted(ABSENCE, whole_year) == (5, 6)


@pytest.mark.parametrize(("starts_on", "result"), [(date(2025, 6, 1), (1, 2)), (SUMMER, (0, 0))])
def test_placements_that_begin_in_the_second_half_of_summer_are_left_out(
    whole_year, starts_on, result
):
    marked("N/", starts_on=starts_on, first_day=date(2025, 6, 9))

    assert counted(ABSENCE, whole_year) == result


@pytest.mark.parametrize(
    ("born", "is_counted"),
    [
        (date(2019, 9, 1), False),  # reception: still four on 31 August 2024
        (date(2019, 8, 31), True),  # five on the very day: year 1
        (date(2008, 9, 1), True),  # fifteen on 31 August 2024: year 11
        (date(2008, 8, 31), False),  # sixteen: year 12
    ],
)
def test_children_outside_years_1_to_11_are_left_out(whole_year, born, is_counted):
    marked("N/", pupil__date_of_birth=born)

    assert counted(ABSENCE, whole_year) == ((1, 2) if is_counted else (0, 0))


def test_a_cancelled_placement_is_left_out(whole_year):
    marked("NN", status="cancelled", starts_on=date(2024, 9, 2))

    assert counted(ABSENCE, whole_year) == (0, 0)


def test_marks_of_another_year_are_left_out(whole_year):
    placement = marked("N/")
    factories.write_marks(placement, "NN", first_day=date(2024, 7, 15))
    factories.write_marks(placement, "NN", first_day=date(2025, 9, 1))

    assert counted(ABSENCE, whole_year) == (1, 2)


@pytest.mark.parametrize(("as_of", "possible"), [(15, 0), (16, 2), (17, 4), (18, 6), (30, 6)])
def test_the_as_of_day_is_the_last_that_counts(as_of, possible):
    marked("//////")  # 16, 17 and 18 September

    period = Period.of(2024, Coverage.YEAR, date(2024, 9, as_of))

    assert counted(ABSENCE, period) == (0, possible)


def test_the_autumn_and_spring_terms_end_before_summer():
    placement = marked("N/", first_day=date(2025, 4, 4))
    factories.write_marks(placement, "NNNN", first_day=date(2025, 4, 22))

    period = Period.of(2024, Coverage.TWO_TERMS, date(2025, 9, 1))

    assert counted(ABSENCE, period) == (1, 2)


def test_sessions_that_nobody_marked_count_nowhere(whole_year):
    marked("N  /")

    assert counted(ABSENCE, whole_year) == (1, 2)


@pytest.mark.parametrize("slug", OF_SESSIONS)
def test_the_children_behind_a_figure_are_those_within_reach(
    whole_year, three_children, caseworker, person, slug
):
    measure = REGISTRY[slug]
    mine = three_children[0]
    lead = person(Role.PROVIDER_LEAD, mine.provider)

    everybody = measure.children(whole_year, Pupil.objects.as_user(caseworker))
    own = measure.children(whole_year, Pupil.objects.as_user(lead))

    assert (sum(row[2] for row in everybody), sum(row[3] for row in everybody)) == counted(
        measure, whole_year
    )
    assert {row[0] for row in own} == {row.pupil_id for row in three_children[:2]}
    assert set(own) <= set(everybody)


@pytest.mark.usefixtures("three_children")
def test_a_person_who_reaches_no_child_gets_an_empty_list(whole_year, leadership):
    assert ABSENCE.children(whole_year, Pupil.objects.as_user(leadership)) == []


def test_the_children_of_a_name_that_holds_a_percent_sign_are_found(whole_year, caseworker):
    placement = marked("N/", pupil__surname="Lee")
    pupils = Pupil.objects.as_user(caseworker).filter(surname__contains="e").exclude(address="%")

    assert ABSENCE.children(whole_year, pupils) == [
        (placement.pupil_id, placement.provider_id, 1, 2)
    ]
