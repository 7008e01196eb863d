"""The attendance of one child: both ways of counting, words for thresholds, the year drawn."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Role
from attendance.models import Code, Kind, Mark
from attendance.models.code import codes_of
from reporting.kpis.child import ChildStatistics, years_of
from reporting.kpis.span import Span
from reporting.kpis.sums import Sums
from reporting.views.attendance import threshold_words
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
LATER = date(2024, 11, 4)
AFTER = date(2025, 9, 1)
YEAR_11 = date(2009, 1, 15)
SUMMER = date(2025, 6, 2)
NOT_POSSIBLE = sorted(codes_of(Kind.NOT_REQUIRED, Kind.UNABLE, Kind.ADMINISTRATIVE))
MOST_QUERIES = 26


@pytest.fixture
def child(provider, other_provider):
    """Place a child in year 11 at two providers.

    Cedar: 8 present, N, I: 2 of 10 missed. Damson: 11 /, L, D, then 2 N that DfE leaves out.
    Across settings: 4 of 24 missed.
    """
    first = factories.PlacementFactory(
        provider=provider, ends_on=LATER, pupil__date_of_birth=YEAR_11
    )
    factories.write_marks(first, "////////NI", first_day=MONDAY)
    second = factories.PlacementFactory(
        provider=other_provider, pupil=first.pupil, starts_on=LATER
    )
    factories.write_marks(second, ["/"] * 11 + ["L", "D"], first_day=LATER)
    factories.write_marks(second, "NN", first_day=SUMMER)
    return first.pupil


def statistics(pupil, part="year"):
    span = Span.of(2024, part, AFTER)
    marks = Mark.objects.filter(pupil=pupil)
    return ChildStatistics(pupil, marks, span, list(Code.objects.all()))


def get(client, pupil, **asked):
    return client.get(reverse("reporting:pupil-attendance", args=[pupil.uid]), asked)


def text(answer):
    return " ".join(answer.content.decode().split())


def test_one_child_across_settings_and_each_enrolment_as_dfe_counts(
    child, provider, other_provider
):
    found = statistics(child)

    across = found.across
    assert (across.present, across.absent, across.possible) == (20, 4, 24)
    assert (across.late, across.not_possible) == (1, 1)
    assert {
        row.provider: (row.sums.absent, row.sums.possible, row.sums.is_persistent, row.left_out)
        for row in found.enrolments
    } == {provider.pk: (2, 10, True, 0), other_provider.pk: (0, 12, False, 2)}
    assert [sums.possible for _, sums in found.by_half_term()] == [10, 12, 0, 0, 0, 2]
    assert [(on, sums.absent) for on, sums in found.by_week()] == [
        (MONDAY, 2),
        (LATER, 0),
        (date(2024, 11, 11), 0),
        (SUMMER, 2),
    ]
    assert statistics(child, "autumn").across.possible == 22


def test_dfe_leaves_out_a_child_outside_years_1_to_11_altogether():
    placement = factories.PlacementFactory(pupil__date_of_birth=date(2007, 1, 15))
    factories.write_marks(placement, "N/", first_day=MONDAY)

    found = statistics(placement.pupil)

    assert [(row.sums.possible, row.left_out) for row in found.enrolments] == [(0, 2)]
    assert found.across.possible == 2


def test_of_two_marks_of_a_session_the_one_that_is_not_d_is_drawn(child):
    elsewhere = factories.PlacementFactory(pupil=child)
    factories.write_marks(elsewhere, "DD", first_day=MONDAY)

    drawn = statistics(child).sessions()

    assert drawn[MONDAY, 0] == "/"
    assert drawn[date(2024, 11, 12), 0] == "D"


@pytest.mark.parametrize(
    ("sums", "words"),
    [
        (Sums(), "No possible sessions, so there is no rate."),
        (Sums(present=9, authorised=1), "Persistently absent: 1 of 10"),
        (Sums(present=10, authorised=1), "Not persistently absent: 1 of 11"),
        (Sums(present=1, unauthorised=1), "Severely absent, and so persistently absent too"),
        (Sums(not_possible=9), "No possible sessions"),
    ],
)
def test_thresholds_are_said_in_words(sums, words):
    assert threshold_words(sums).startswith(words)


@pytest.mark.slow
@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(codes=st.lists(st.sampled_from(NOT_POSSIBLE), max_size=20))
def test_sessions_that_are_no_possible_attendance_change_no_rate(child, codes):
    before = statistics(child)
    placement = child.placements.order_by("pk")[0]
    Mark.objects.filter(date__gte=date(2025, 1, 6), date__lt=SUMMER).delete()
    factories.write_marks(placement, codes, first_day=date(2025, 1, 6))

    after = statistics(child)

    assert after.across.overall == before.across.overall
    assert after.across.possible == before.across.possible == 24


def test_the_page_shows_words_drawing_and_the_same_in_tables(client, caseworker, child):
    client.force_login(caseworker)
    factories.ComparatorFactory(measure="overall_absence_rate", value="42.900000", year=2023)

    answer = get(client, child)
    said = text(answer)

    assert "20 of 24 possible sessions attended" in said
    assert "Persistently absent: 4 of 24 possible sessions missed, a tenth or more." in said
    assert "Left out, as DfE leaves them out: 2 marks." in said
    assert "42.9% overall absence in state-funded alternative provision" in said
    assert "is 26.2 points below" in said
    assert said.count("<svg") == 2
    assert '<title id="heat-title">Marks of the year</title>' in said
    drawn = re.findall(r'app-heat--(\w+)"', said)
    assert (drawn.count("present"), drawn.count("authorised")) == (20, 1)
    assert (drawn.count("unauthorised"), drawn.count("none")) == (3, 1)
    assert said.count('<td class="govuk-table__cell">N</td>') == 3
    autumn = text(get(client, child, part="autumn", trend="week"))
    assert "20 of 22 possible sessions attended" in autumn
    assert "11 November 2024" in autumn


def test_a_provider_sees_its_own_marks_only(client, child, person, other_provider):
    client.force_login(person(Role.PROVIDER_LEAD, other_provider))

    answer = get(client, child)

    assert answer.context["across"].possible == 14
    assert [row[0].name for row in answer.context["enrolments"]] == ["Damson Centre"]


def test_the_years_offered_are_those_with_marks(child):
    old = factories.PlacementFactory(pupil=child, starts_on=date(2023, 9, 4), ends_on=MONDAY)
    factories.write_marks(old, "N", first_day=date(2023, 9, 4))

    assert years_of(Mark.objects.filter(pupil=child), AFTER) == [2024, 2023]
    assert years_of(Mark.objects.none(), AFTER) == [2025]


def test_the_page_asks_as_many_questions_whatever_the_number_of_marks(client, caseworker, child):
    client.force_login(caseworker)
    get(client, child)
    with CaptureQueriesContext(connection) as few:
        get(client, child)
    placement = child.placements.order_by("-pk")[0]
    factories.write_marks(placement, "/N" * 100, first_day=date(2025, 1, 6))

    with CaptureQueriesContext(connection) as many:
        get(client, child)

    assert len(many) == len(few) <= MOST_QUERIES
