"""Deadlines in school days: the rule with its date of effect, and how a deadline was counted."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import connection, models
from django.db.models import Q
from django.utils.formats import date_format

from apsystem.lib.calendar import FRIDAY, bank_holiday_names, school_days

HORIZON = timedelta(days=400)
HALVES = 2  # half terms in a term
HALF_TERMS_AND_CLOSURES = """
    SELECT starts_on, ends_on, year, number, NULL FROM accounts_halfterm
    WHERE starts_on < %(until)s AND ends_on > %(since)s
    UNION ALL
    SELECT starts_on, ends_on, NULL, NULL, organisation_id FROM accounts_closure
    WHERE starts_on < %(until)s AND ends_on > %(since)s
    ORDER BY 1
"""


class ClockRuleQuerySet(models.QuerySet["ClockRule"]):
    """The rules of the clocks."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the rules are public."""
        return self

    def newest_first(self) -> Self:
        """Order clock by clock, the latest rule of each on top."""
        return self.order_by("kind", "-starts_on")

    def of(self, kind: str, on: date) -> "ClockRule | None":
        """Return the rule in force on a day, or None where nobody has set one."""
        return self.filter(kind=kind, starts_on__lte=on).order_by("starts_on").last()


@pghistory.track()
class ClockRule(models.Model):
    """How many school days something may take, from a day on. A later row replaces an earlier."""

    class Kind(models.TextChoices):
        """What is timed."""

        DECISION = "decision", "Decide a referral"
        DAY_SIX = "day six", "Education after a permanent exclusion"
        SUSPENDED_DAY_SIX = "suspended day six", "Education in a suspension of more than five days"
        BOARD_SOON = "board soon", "Governing board: permanent, over 15 days, or an exam is missed"
        BOARD_LATER = "board later", "Governing board: over five days, if parents ask"
        REVIEW = "review", "Parents ask for an independent review"
        NOTICE = "notice", "Written notice of an off-site direction"
        PAPERS = "papers", "Papers before a meeting"
        SUPPORT_REVIEW = "support review", "Review of an attendance contract"

    kind = models.CharField(max_length=20, choices=Kind)
    school_days = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    source = models.CharField(max_length=200)

    objects = ClockRuleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "decision",
                        "day six",
                        "suspended day six",
                        "board soon",
                        "board later",
                        "review",
                        "notice",
                        "papers",
                        "support review",
                    ]
                ),
                name="accounts_clockrule_kind_is_known",
                violation_error_message="Choose what is timed from the list.",
            ),
            models.CheckConstraint(
                condition=Q(school_days__gte=1, school_days__lte=190),
                name="accounts_clockrule_days_fit_a_year",
                violation_error_code="school_days",
                violation_error_message="A clock runs for 1 to 190 school days.",
            ),
            models.UniqueConstraint(
                fields=["kind", "starts_on"],
                name="accounts_clockrule_one_from_a_day",
                violation_error_code="starts_on",
                violation_error_message="There is a rule for this clock from this day.",
            ),
        ]

    def __str__(self) -> str:
        start = f"{self.starts_on.day} {self.starts_on:%B %Y}"
        unit = "school day" if self.school_days == 1 else "school days"
        return f"{self.get_kind_display()}: {self.school_days} {unit} from {start}"


@dataclass(frozen=True)
class Clock:
    """A deadline: when it is due, how many school days are left, and how it was counted.

    `left` is 0 on the day itself and negative afterwards; `due_on` is None where the calendar of
    the school year is not entered so far.
    """

    title: str
    due_on: date | None
    left: int
    counted: str

    @property
    def is_late(self) -> bool:
        """Tell whether the day has passed."""
        return self.due_on is not None and self.left < 0

    def __str__(self) -> str:
        if self.due_on is None:
            return "not known: the school calendar is not entered so far"
        day = f"{self.due_on:%a} {self.due_on.day} {self.due_on:%b}"
        if self.left == 0:
            return f"due today ({day})"
        number = abs(self.left)
        unit = "school day" if number == 1 else "school days"
        return f"{number} {unit} late ({day})" if self.is_late else f"{number} {unit} left ({day})"


class SchoolCalendar:
    """The school days of every place around some days, read once for a page. One query."""

    def __init__(self, first: date, last: date) -> None:
        """Read half terms and closures from a year before the first day to a year after the last."""
        with connection.cursor() as cursor:
            given = {"until": last + HORIZON, "since": first - HORIZON}
            cursor.execute(HALF_TERMS_AND_CLOSURES, given)
            rows = cursor.fetchall()
        self._half_terms = [(opens, closes) for opens, closes, year, *_ in rows if year]
        halves: dict[tuple[int, int], list[date]] = {}
        for opens, closes, year, number, _ in rows:
            if year:
                halves.setdefault((year, (number - 1) // HALVES), []).extend((opens, closes))
        self._terms = {term: (min(edges), max(edges)) for term, edges in halves.items()}
        self._closures = [(at, first, until) for first, until, year, _, at in rows if not year]
        self._days: dict[int | None, list[date]] = {}

    def days(self, place: int | None = None) -> list[date]:
        """Return the school days of a place (its id; None for days that no place is closed on)."""
        if place not in self._days:
            closed = [(start, end) for at, start, end in self._closures if at in (None, place)]
            self._days[place] = school_days(self._half_terms, closed)
        return self._days[place]

    def term(self, day: date) -> tuple[date, date] | None:
        """Return the first day of a day's term, and the day after its last; None between terms."""
        return next((term for term in self._terms.values() if term[0] <= day < term[1]), None)

    def knows(self, year: int) -> bool:
        """Tell whether any half term of an academic year is entered."""
        return any(known == year for known, _ in self._terms)

    def is_known(self, day: date) -> bool:
        """Tell whether a day is not after the last half term that is entered."""
        return any(day < closes for _, closes in self._half_terms)

    def is_open(self, day: date, place: int | None = None) -> bool:
        """Tell whether a day is a school day of a place."""
        days = self.days(place)
        index = bisect_left(days, day)
        return index < len(days) and days[index] == day

    def between(self, start: date, end: date, place: int | None = None) -> int:
        """Count the school days from start up to, but not on, end; negative where end is earlier."""
        days = self.days(place)
        return bisect_left(days, end) - bisect_left(days, start)

    def after(self, day: date, number: int, place: int | None = None) -> date | None:
        """Return the number-th school day after a day; None beyond the calendar."""
        days = self.days(place)
        index = bisect_right(days, day) + number - 1
        return days[index] if index < len(days) else None

    def before(self, day: date, number: int, place: int | None = None) -> date | None:
        """Return the number-th school day before a day; None beyond the calendar."""
        days = self.days(place)
        index = bisect_left(days, day) - number
        return days[index] if index >= 0 else None

    def clock_before(
        self, title: str, day: date, number: int, *, today: date, source: str
    ) -> Clock:
        """Return the clock of what is due some school days before a day, and how it was counted."""
        due_on = self.before(day, number)
        if due_on is None or not self.is_known(day):
            return Clock(title, None, 0, source)
        parts = [
            f"{number} {'school day' if number == 1 else 'school days'} before {_say(day)}",
            *self._left_out(due_on, day, None),
            source,
        ]
        return Clock(title, due_on, self.between(today, due_on), "; ".join(parts))

    def clock(
        self,
        title: str,
        started_on: date,
        due_on: date | None,
        *,
        today: date,
        place: int | None = None,
        source: str = "",
    ) -> Clock:
        """Return the clock of a deadline that is kept in a column, and say how it was counted."""
        if due_on is None:
            return Clock(title, None, 0, source)
        counted = self.between(started_on + timedelta(days=1), due_on + timedelta(days=1), place)
        parts = [
            f"{counted} {'school day' if counted == 1 else 'school days'} after {_say(started_on)}",
            *self._left_out(started_on, due_on, place),
        ]
        if source:
            parts.append(source)
        return Clock(title, due_on, self.between(today, due_on, place), "; ".join(parts))

    def _left_out(self, start: date, end: date, place: int | None) -> Iterator[str]:
        """Name what was not counted between two days."""
        breaks = zip(self._half_terms, self._half_terms[1:], strict=False)
        for (_, closes), (opens, _) in breaks:
            if closes <= end and opens > start:
                yield f"no school {_say(closes)} to {_say(opens - timedelta(days=1))}"
        for at, first, until in self._closures:
            if at in (None, place) and first <= end and until > start:
                yield f"closed {_say(first)}"
        for day, name in bank_holiday_names().items():
            if not start < day <= end or day.weekday() > FRIDAY:
                continue
            if any(opens <= day < closes for opens, closes in self._half_terms):
                yield f"{name} {_say(day)}"


def _say(day: date) -> str:
    return date_format(day, "j M")
