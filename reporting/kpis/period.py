"""Which days a figure is of: part of an academic year, or the twelve months to a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from accounts.models import HalfTerm
from apsystem.lib.calendar import MONTHS, academic_year, months_after, year_bounds, year_label
from reporting.kpis.span import LAST_HALF_TERM, PARTS, part_label
from reporting.models import Coverage

ROLLING = "rolling"
# The parts of a year whose figures are kept: all of them, and the headlines by term.
KEPT = (Coverage.TWO_TERMS, Coverage.YEAR)
KEPT_HEADLINES = (Coverage.AUTUMN, Coverage.SPRING, Coverage.SUMMER)
YEARS_KEPT = 3
ONE_DAY = timedelta(days=1)


class NoCalendar(Exception):
    """The half terms of the year are not entered, so no period can be formed."""


@dataclass(frozen=True)
class Period:
    """Days up to but not on `end`; `as_of` cuts off what lies ahead.

    `coverage` names a part of the academic year: a Coverage, the number of a half term, or twelve
    months. What happens in a holiday, from `opened` on, belongs to the part that follows it, and
    the summer holiday to the year that is ending.
    """

    year: int
    coverage: str
    start: date
    end: date
    as_of: date
    second_half_of_summer: date | None
    opened: date
    closed: date
    by_year: tuple["Period", ...] = ()  # twelve months lie in two academic years

    @classmethod
    def of(cls, year: int, coverage: str, as_of: date) -> Self:
        """Form the period from the half terms as entered. One query; raise NoCalendar."""
        half_terms = {row.number: row for row in HalfTerm.objects.of_year(year)}
        first, last = PARTS[coverage]
        if first not in half_terms or last not in half_terms:
            raise NoCalendar(f"Enter the half terms of {year_label(year)} first.")
        begins, ends = year_bounds(year)
        before, summer = half_terms.get(first - 1), half_terms.get(LAST_HALF_TERM)
        start, end = half_terms[first].starts_on, half_terms[last].ends_on
        return cls(
            year=year,
            coverage=coverage,
            start=start,
            end=end,
            as_of=as_of,
            second_half_of_summer=summer.starts_on if summer else None,
            opened=begins if first == 1 else before.ends_on if before else start,
            closed=ends if last == LAST_HALF_TERM else end,
        )

    @staticmethod
    def rolling(as_of: date) -> "Period":
        """Form the twelve months that end with a day. One query."""
        year = academic_year(as_of)
        first, until = months_after(as_of, -MONTHS) + ONE_DAY, as_of + ONE_DAY
        turn = year_bounds(year)[0]
        last_half_terms = HalfTerm.objects.filter(number=LAST_HALF_TERM, year__in=(year - 1, year))
        summers = dict(last_half_terms.values_list("year", "starts_on"))

        def days(of: int, start: date, end: date) -> "Period":
            return Period(of, ROLLING, start, end, as_of, summers.get(of), start, end)

        parts = (days(year - 1, first, turn), days(year, turn, until))
        by_year = tuple(part for part in parts if part.start < part.end)
        return replace(days(year, first, until), by_year=by_year)

    @property
    def is_rolling(self) -> bool:
        """Tell whether it is the twelve months to a day, and no part of one academic year."""
        return self.coverage == ROLLING

    @property
    def is_over(self) -> bool:
        """Tell whether the whole period lies behind the as-of day."""
        return self.is_rolling or self.end <= self.as_of

    @property
    def until(self) -> date:
        """Return the half-open end of what is counted: the as-of day is counted."""
        return max(self.start, min(self.end, self.as_of + ONE_DAY))

    @property
    def last_day(self) -> date:
        """Return the last day of term that is counted: in the summer holiday nobody is placed."""
        return self.until - ONE_DAY

    @property
    def summer(self) -> date:
        """Return the first day of the second half of summer; the end where it is not entered."""
        return self.second_half_of_summer or self.end

    @property
    def days(self) -> tuple[date, date]:
        """Return its days without the gaps of holidays, up to, not on, the second."""
        return self.opened, max(self.opened, min(self.closed, self.as_of + ONE_DAY))

    @property
    def words(self) -> str:
        """Return the period as people read it."""
        if self.is_rolling:
            return f"Twelve months to {self.as_of.day} {self.as_of:%B %Y}"
        words = f"{part_label(self.coverage)} {year_label(self.year)}"
        return words if self.is_over else f"{words}, so far"


def last_half_term(today: date) -> HalfTerm | None:
    """Return the half term that ended last; None where none is entered. One query."""
    return HalfTerm.objects.filter(ends_on__lte=today).order_by("-ends_on").first()


def periods(as_of: date, coverages: Sequence[str] = (*KEPT, *KEPT_HEADLINES)) -> list[Period]:
    """Return the periods that figures are kept for: this year and the two before it."""
    this_year, found = academic_year(as_of), []
    for year in range(this_year, this_year - YEARS_KEPT, -1):
        for coverage in coverages:
            try:
                found.append(Period.of(year, coverage, as_of))
            except NoCalendar:
                continue
    return found
