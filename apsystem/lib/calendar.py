"""School calendar arithmetic: academic years, sessions, school days. Pure: it reads no database.

Ranges are half-open: from the start up to, but not on, the end.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays

SEPTEMBER = 9
MONTHS = 12
NOON = 12
FRIDAY = 4
SESSIONS_A_DAY = 2
SESSIONS_A_WEEK = 10


class Session(IntEnum):
    """One of the two sessions of a school day (SI 2024/208, regulation 10(1))."""

    AM = 0
    PM = 1


def session_at(moment: datetime) -> Session:
    """Return the session of a local time: the morning until noon, then the afternoon."""
    return Session.AM if moment.hour < NOON else Session.PM


def academic_year(on: date) -> int:
    """Return the calendar year in which the academic year of a day begins (1 September)."""
    return on.year if on.month >= SEPTEMBER else on.year - 1


def year_label(year: int) -> str:
    """Return an academic year as people write it: 2026/27."""
    return f"{year}/{(year + 1) % 100:02d}"


def year_bounds(year: int) -> tuple[date, date]:
    """Return the half-open range of an academic year."""
    return date(year, SEPTEMBER, 1), date(year + 1, SEPTEMBER, 1)


def months_after(day: date, months: int) -> date:
    """Return the same day some months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def starts_year_1(born: date) -> int:
    """Return the academic year in which a child is in year 1: aged 5 on the 31 August before it."""
    return born.year + 5 + (1 if born.month >= SEPTEMBER else 0)


def days(start: date, end: date) -> Iterator[date]:
    """Yield each day from start up to, but not on, end."""
    for offset in range((end - start).days):
        yield start + timedelta(days=offset)


@cache
def bank_holiday_names() -> dict[date, str]:
    """Return the bank holidays of England and Wales, from the copy that the package ships."""
    events = BankHolidays(use_cached_holidays=True).get_holidays(BankHolidays.ENGLAND_AND_WALES)
    return {event["date"]: event["title"] for event in events}


@cache
def bank_holidays() -> frozenset[date]:
    """Return the days of the bank holidays."""
    return frozenset(bank_holiday_names())


def school_days(
    half_terms: Iterable[tuple[date, date]], closed: Iterable[tuple[date, date]] = ()
) -> list[date]:
    """Return the weekdays within the half terms that are no bank holiday and not closed."""
    shut = {day for start, end in closed for day in days(start, end)} | bank_holidays()
    return [
        day
        for start, end in half_terms
        for day in days(start, end)
        if day.weekday() <= FRIDAY and day not in shut
    ]


def monday_of(on: date) -> date:
    """Return the Monday of a day's week."""
    return on - timedelta(days=on.weekday())


def session_bit(on: date, session: int) -> int:
    """Return the bit of a session in a weekly pattern: Monday morning is 1, Friday afternoon 512."""
    return 1 << (on.weekday() * SESSIONS_A_DAY + session)


def pattern_words(pattern: int) -> str:
    """Return a weekly pattern in words: 'Monday, Tuesday morning'."""
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    whole, morning, afternoon = 3, 1, 2
    parts = []
    for weekday, name in enumerate(names):
        day = (pattern >> (weekday * SESSIONS_A_DAY)) & whole
        if day == whole:
            parts.append(name)
        elif day == morning:
            parts.append(f"{name} morning")
        elif day == afternoon:
            parts.append(f"{name} afternoon")
    every = {0b1111111111: "every school day", 0b0101010101: "every morning",
             0b1010101010: "every afternoon"}  # fmt: skip
    return every.get(pattern) or ", ".join(parts)
