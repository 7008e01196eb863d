"""Periods of the school year, rates and thresholds."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.kpis import arithmetic
from reporting.kpis.period import NoCalendar, Period, periods
from reporting.models import Coverage

COUNTS = st.integers(0, 10**6)


@pytest.mark.parametrize(
    ("numerator", "denominator", "found"),
    [
        (1, 3, "33.333333"),
        (2, 3, "66.666667"),
        (1, 200_000_000, "0.000001"),  # 0.0000005 goes up, not to the even 0.000000
        (3, 200_000_000, "0.000002"),  # 0.0000015
        (5, 200_000_000, "0.000003"),  # 0.0000025 goes up, not to the even 0.000002
        (0, 5, "0.000000"),
        (5, 5, "100.000000"),
    ],
)
def test_a_rate_is_rounded_half_up_to_six_places(numerator, denominator, found):
    assert arithmetic.rate(numerator, denominator) == Decimal(found)


def test_there_is_no_rate_where_nothing_was_possible():
    assert arithmetic.rate(0, 0) is None


@given(COUNTS, COUNTS)
def test_severe_absence_is_a_part_of_persistent_absence(absent, present):
    possible = absent + present

    if arithmetic.is_severe(absent, possible):
        assert arithmetic.is_persistent(absent, possible)


@given(COUNTS, COUNTS)
def test_thresholds_agree_with_exact_fractions(absent, present):
    possible = absent + present

    is_a_tenth = possible > 0 and Decimal(absent) >= Decimal(possible) / 10
    is_a_half = possible > 0 and absent >= present
    assert arithmetic.is_persistent(absent, possible) is is_a_tenth
    assert arithmetic.is_severe(absent, possible) is is_a_half


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize(
    ("coverage", "end"),
    [
        (Coverage.AUTUMN, date(2024, 12, 21)),
        (Coverage.TWO_TERMS, date(2025, 4, 5)),
        (Coverage.YEAR, date(2025, 7, 23)),
    ],
)
def test_a_period_runs_from_the_first_half_term_to_the_end_of_its_last(coverage, end):
    period = Period.of(2024, coverage, date(2026, 1, 1))

    assert (period.start, period.end) == (date(2024, 9, 2), end)
    assert period.second_half_of_summer == date(2025, 6, 2)


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize(
    ("as_of", "is_over", "until"),
    [
        (date(2024, 8, 1), False, date(2024, 9, 2)),
        (date(2024, 9, 2), False, date(2024, 9, 3)),
        (date(2025, 7, 22), False, date(2025, 7, 23)),
        (date(2025, 7, 23), True, date(2025, 7, 23)),
        (date(2026, 7, 23), True, date(2025, 7, 23)),
    ],
)
def test_a_period_is_over_on_the_day_after_its_last(as_of, is_over, until):
    period = Period.of(2024, Coverage.YEAR, as_of)

    assert (period.is_over, period.until) == (is_over, until)
    assert period.words.endswith("so far") is not is_over


@pytest.mark.django_db
def test_a_year_without_half_terms_gives_no_period():
    with pytest.raises(NoCalendar, match="2024/25"):
        Period.of(2024, Coverage.YEAR, date(2025, 9, 1))
    assert periods(date(2025, 9, 1)) == []


@pytest.mark.usefixtures("calendar")
def test_figures_are_kept_for_this_year_and_the_two_before_it():
    found = [(period.year, period.coverage) for period in periods(date(2025, 10, 1))]

    assert found == [
        (year, coverage)
        for year in (2025, 2024, 2023)
        for coverage in ("two terms", "year", "autumn", "spring", "summer")
    ]
