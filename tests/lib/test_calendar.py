"""School calendar arithmetic and rounding, with no database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apsystem.lib import calendar
from apsystem.lib.gds import one_decimal

DATES = st.dates(date(1990, 1, 1), date(2090, 1, 1))
FULL_WEEK = 2**10 - 1


@pytest.mark.parametrize(
    ("on", "year"),
    [
        (date(2026, 8, 31), 2025),
        (date(2026, 9, 1), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
    ],
)
def test_an_academic_year_begins_on_the_first_of_september(on, year):
    assert calendar.academic_year(on) == year


@given(DATES)
def test_a_day_lies_within_the_bounds_of_its_academic_year(on):
    start, end = calendar.year_bounds(calendar.academic_year(on))

    assert start <= on < end


@pytest.mark.parametrize(
    ("year", "label"), [(2026, "2026/27"), (2008, "2008/09"), (1999, "1999/00")]
)
def test_a_year_is_written_as_people_write_it(year, label):
    assert calendar.year_label(year) == label


@pytest.mark.parametrize(
    ("born", "year"),
    [
        # A child born on 31 August 2018 is five on 31 August 2023, the last day before 2023/24.
        (date(2018, 8, 31), 2023),
        (date(2018, 9, 1), 2024),
        (date(2019, 8, 31), 2024),
    ],
)
def test_a_child_is_in_year_1_in_the_year_after_turning_five(born, year):
    assert calendar.starts_year_1(born) == year


@given(DATES)
def test_a_child_in_year_1_was_five_on_the_31_august_before_it(born):
    end_of_august = date(calendar.starts_year_1(born), 8, 31)

    birthday_has_been = (end_of_august.month, end_of_august.day) >= (born.month, born.day)
    assert end_of_august.year - born.year - (not birthday_has_been) == 5


def test_days_are_yielded_up_to_but_not_on_the_end():
    assert list(calendar.days(date(2026, 2, 27), date(2026, 3, 2))) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert list(calendar.days(date(2026, 3, 2), date(2026, 3, 2))) == []


@pytest.mark.parametrize(
    "on", [date(2024, 5, 6), date(2025, 4, 18), date(2025, 12, 25), date(2026, 8, 31)]
)
def test_bank_holidays_are_known_without_the_network(on):
    assert on in calendar.bank_holidays()


def test_school_days_are_weekdays_of_half_terms_that_are_not_closed():
    found = calendar.school_days(
        [(date(2025, 4, 28), date(2025, 5, 8))], [(date(2025, 5, 7), date(2025, 5, 8))]
    )

    assert [day.day for day in found] == [28, 29, 30, 1, 2, 6]  # 5 May is a bank holiday


def test_there_are_no_school_days_without_half_terms():
    assert calendar.school_days([]) == []


@pytest.mark.parametrize(
    ("on", "session", "bit"),
    [
        (date(2024, 9, 16), 0, 1),  # Monday
        (date(2024, 9, 16), 1, 2),
        (date(2024, 9, 17), 0, 4),
        (date(2024, 9, 18), 1, 32),
        (date(2024, 9, 20), 0, 256),  # Friday
        (date(2024, 9, 20), 1, 512),
    ],
)
def test_a_session_has_its_bit_in_the_weekly_pattern(on, session, bit):
    assert calendar.session_bit(on, session) == bit


def test_the_ten_sessions_of_a_week_fill_the_pattern():
    monday = date(2024, 9, 16)
    bits = [
        calendar.session_bit(monday + timedelta(days=day), session)
        for day in range(5)
        for session in calendar.Session
    ]

    assert len(set(bits)) == 10
    assert sum(bits) == FULL_WEEK


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (FULL_WEEK, "every school day"),
        (3, "Monday"),
        (1, "Monday morning"),
        (2, "Monday afternoon"),
        (3 + 4, "Monday, Tuesday morning"),
        (512, "Friday afternoon"),
        (0, ""),
    ],
)
def test_a_weekly_pattern_is_put_into_words(pattern, words):
    assert calendar.pattern_words(pattern) == words


def test_every_weekly_pattern_has_words_of_its_own():
    words = {calendar.pattern_words(pattern) for pattern in range(FULL_WEEK + 1)}

    assert len(words) == FULL_WEEK + 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("12.25"), "12.3"),  # halves go up, not to the even figure
        (Decimal("12.35"), "12.4"),
        (Decimal("0.05"), "0.1"),
        (Decimal("12.249999"), "12.2"),
        (2.675, "2.7"),
        (Decimal(1234), "1,234.0"),
        (None, "no data"),
    ],
)
def test_a_figure_is_rounded_half_up_to_one_place(value, shown):
    assert one_decimal(value) == shown
