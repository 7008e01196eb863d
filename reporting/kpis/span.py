"""The part of an academic year that statistics are asked of: a year, a term, or a half term."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self

from accounts.models import HalfTerm
from apsystem.lib.calendar import academic_year, year_bounds, year_label
from attendance.models.week import WEEK, monday_of
from reporting.models import Coverage

WHOLE_YEAR = Coverage.YEAR.value
# The half terms that each part holds, first and last.
TERMS = {
    WHOLE_YEAR: (1, 6),
    Coverage.TWO_TERMS.value: (1, 4),
    Coverage.AUTUMN.value: (1, 2),
    Coverage.SPRING.value: (3, 4),
    Coverage.SUMMER.value: (5, 6),
}
PARTS = {**TERMS, **{str(number): (number, number) for number in HalfTerm.NAMES}}
LAST_HALF_TERM = 6


@dataclass(frozen=True)
class Span:
    """Days of one academic year, up to but not on `end`; what lies after `as_of` has no marks yet.

    Where the half terms of the year are not entered, the span is the year from 1 September.
    """

    year: int
    part: str
    start: date
    end: date
    as_of: date
    half_terms: list[HalfTerm] = field(repr=False)

    @classmethod
    def of(cls, year: int, part: str, as_of: date) -> Self:
        """Form the span; a part that is not known or not entered is the whole year. One query."""
        entered = list(HalfTerm.objects.of_year(year))
        by_number = {row.number: row for row in entered}
        first, last = PARTS.get(part, PARTS[WHOLE_YEAR])
        if first in by_number and last in by_number:
            start, end = by_number[first].starts_on, by_number[last].ends_on
            return cls(year, part if part in PARTS else WHOLE_YEAR, start, end, as_of, entered)
        return cls(year, WHOLE_YEAR, *year_bounds(year), as_of, entered)

    @property
    def is_over(self) -> bool:
        """Tell whether the whole span lies behind the as-of day."""
        return self.end <= self.as_of

    @property
    def until(self) -> date:
        """Return the half-open end of what is counted: the as-of day is counted."""
        return max(self.start, min(self.end, self.as_of + timedelta(days=1)))

    @property
    def summer(self) -> date:
        """Return the first day of the second half of summer; the end where it is not entered."""
        later = [row.starts_on for row in self.half_terms if row.number == LAST_HALF_TERM]
        return later[0] if later else year_bounds(self.year)[1]

    @property
    def coverage(self) -> str:
        """Return which published figures are like it: none for a half term."""
        return self.part if self.part in TERMS else ""

    @property
    def label(self) -> str:
        """Return the part as people call it."""
        return part_label(self.part)

    @property
    def words(self) -> str:
        """Return the span as people read it."""
        words = f"{self.label}, {year_label(self.year)}"
        return words if self.is_over else f"{words}, so far"

    @property
    def within(self) -> list[HalfTerm]:
        """Return the half terms that lie within and have begun."""
        return [row for row in self.half_terms if self.start <= row.starts_on < self.until]

    @property
    def weeks(self) -> list[date]:
        """Return the Mondays of the weeks that have begun and hold a day of a half term."""
        found: set[date] = set()
        for row in self.within:
            monday = monday_of(row.starts_on)
            while monday < min(row.ends_on, self.until):
                found.add(monday)
                monday += WEEK
        return sorted(found)


def years_entered(today: date) -> list[int]:
    """Return the academic years that have begun and have half terms, newest first. One query."""
    this_year = academic_year(today)
    years = HalfTerm.objects.filter(year__lte=this_year).order_by("-year")
    return list(years.values_list("year", flat=True).distinct()) or [this_year]


def part_label(part: str) -> str:
    """Return a part of the year as people call it."""
    if part.isdecimal():
        return HalfTerm.NAMES[int(part)]
    label = Coverage(part).label
    return f"{label[0].upper()}{label[1:]}"


def parts_offered() -> Sequence[tuple[str, str]]:
    """Return the parts that a page offers."""
    return [(part, part_label(part)) for part in PARTS]
