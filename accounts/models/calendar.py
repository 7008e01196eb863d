"""The school year as the council enters it: half terms, and days that a place is closed."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateRangeField,
    RangeOperators,
)
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Func, Q

from accounts.models.organisation import Organisation
from accounts.permissions import Permission
from apsystem.lib.calendar import FRIDAY, bank_holidays, school_days, year_bounds, year_label

if TYPE_CHECKING:
    from accounts.models.user import User

A_SUMMER = timedelta(days=70)
EARLY = timedelta(days=31)  # some councils open their schools in August


class DateRange(Func):
    """The half-open range between two date columns."""

    function = "daterange"
    output_field = DateRangeField()


class SameNumber(Func):
    """The range that holds one number only: two overlap where the numbers are equal.

    An exclusion constraint on plain equality would need an extension that not every PostgreSQL has.
    """

    function = "int8range"
    template = "%(function)s(%(expressions)s, '[]')"
    output_field = BigIntegerRangeField()

    def __init__(self, column: str) -> None:
        """Make the range from the column to itself."""
        super().__init__(column, column)
        self.column = column

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, str]]:
        """Write one column into migrations."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, (self.column,), {}


class HalfTermQuerySet(models.QuerySet["HalfTerm"]):
    """Half terms in the order of the year."""

    def as_user(self, user: object) -> Self:
        """Keep them all: term dates are public."""
        return self

    def of_year(self, year: int) -> Self:
        """Keep those of one academic year, first to last."""
        return self.filter(year=year).order_by("number")

    def not_over(self, today: date) -> Self:
        """Keep the half term of a day and those after it, in their order."""
        return self.filter(ends_on__gt=today).order_by("starts_on")


@pghistory.track()
class HalfTerm(models.Model):
    """One of the six half terms of an academic year, up to but not on `ends_on`.

    Numbers 1-2 are the autumn term, 3-4 spring, 5-6 summer. `year` is the calendar year in which
    the academic year begins.
    """

    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = HalfTermQuerySet.as_manager()

    NAMES = {
        1: "Autumn, first half",
        2: "Autumn, second half",
        3: "Spring, first half",
        4: "Spring, second half",
        5: "Summer, first half",
        6: "Summer, second half",
    }

    class Meta:
        ordering = ["year", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"],
                name="accounts_halfterm_once_a_year",
                violation_error_code="number",
                violation_error_message="This half term is already entered.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=6),
                name="accounts_halfterm_number_is_one_to_six",
                violation_error_code="number",
                violation_error_message="A year has six half terms.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="accounts_halfterm_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The end must be after the start.",
            ),
            ExclusionConstraint(
                name="accounts_halfterm_none_overlap",
                expressions=[(DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS)],
                violation_error_code="starts_on",
                violation_error_message="These dates overlap another half term.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {year_label(self.year)}"

    def clean(self) -> None:
        """Refuse dates that lie outside the academic year, or out of the order of its halves."""
        if not (self.starts_on and self.ends_on and self.year):
            return
        start, end = year_bounds(self.year)
        if self.starts_on < start - EARLY or self.starts_on >= end:
            raise ValidationError({"starts_on": f"The day is not in {year_label(self.year)}."})
        if self.ends_on > end:
            raise ValidationError({"ends_on": f"The day is not in {year_label(self.year)}."})
        others = HalfTerm.objects.filter(year=self.year).exclude(pk=self.pk)
        wrong = others.filter(number__lt=self.number, starts_on__gt=self.starts_on)
        wrong |= others.filter(number__gt=self.number, starts_on__lt=self.starts_on)
        if other := wrong.first():
            raise ValidationError(
                {
                    "starts_on": "The half terms of a year follow each other, and "
                    f"{other.name[0].lower()}{other.name[1:]}, begins on "
                    f"{other.starts_on.day} {other.starts_on:%B %Y}."
                }
            )

    @property
    def name(self) -> str:
        """Return which half term of the year it is."""
        return self.NAMES[self.number]

    @property
    def last_day(self) -> date:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1)


class ClosureQuerySet(models.QuerySet["Closure"]):
    """Days that are no school days."""

    def as_user(self, user: "User") -> Self:
        """Keep those of all places and of the person's own; for people of the council, all."""
        places = [entry.organisation for entry in user.acting]
        if any(place.kind == Organisation.Kind.COUNCIL for place in places):
            return self.all()
        return self.filter(Q(organisation=None) | Q(organisation__in=places))

    def changeable_by(self, user: "User") -> Self:
        """Keep those that the person may remove."""
        if user.can(Permission.CALENDAR_CHANGE):
            return self.all()
        return self.filter(organisation__in=user.organisations_with(Permission.CLOSURE_CHANGE))

    def of_year(self, year: int) -> Self:
        """Keep those that touch an academic year, first to last, with their places."""
        start, end = year_bounds(year)
        return (
            self.filter(starts_on__lt=end, ends_on__gt=start)
            .select_related("organisation")
            .order_by("starts_on", "organisation__name", "pk")
        )

    def at(self, organisation: Organisation | None) -> Self:
        """Keep those of one place and those of all places."""
        return self.filter(Q(organisation=None) | Q(organisation=organisation))


@pghistory.track()
class Closure(models.Model):
    """Planned closure of one organisation or of all: INSET, polling, works. Half-open."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="closures", null=True, blank=True
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=100)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="accounts_closure_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The end must be after the start.",
            ),
            ExclusionConstraint(
                name="accounts_closure_none_overlap_at_one_place",
                expressions=[
                    (SameNumber("organisation"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(organisation__isnull=False),
                violation_error_code="starts_on",
                violation_error_message="A closure of this place is already entered for that time.",
            ),
            ExclusionConstraint(
                name="accounts_closure_none_overlap_for_all",
                expressions=[(DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS)],
                condition=Q(organisation__isnull=True),
                violation_error_code="starts_on",
                violation_error_message="A closure of every place is already entered for that "
                "time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}, {self.starts_on}"

    @property
    def last_day(self) -> date:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1)

    @property
    def period(self) -> str:
        """Return the days of the closure, in words."""
        first, last = (f"{day.day} {day:%B %Y}" for day in (self.starts_on, self.last_day))
        return first if first == last else f"{first} to {last}"

    @property
    def place(self) -> str:
        """Return where it is closed, in words."""
        return self.organisation.name if self.organisation else "Every school and provider"


def school_days_at(organisation: Organisation | None, start: date, end: date) -> list[date]:
    """Return the school days of a place from start up to, but not on, end. Two queries."""
    half_terms = HalfTerm.objects.filter(starts_on__lt=end, ends_on__gt=start)
    closures = Closure.objects.at(organisation).filter(starts_on__lt=end, ends_on__gt=start)
    return [
        day
        for day in school_days(
            half_terms.values_list("starts_on", "ends_on"),
            closures.values_list("starts_on", "ends_on"),
        )
        if start <= day < end
    ]


class Beside(NamedTuple):
    """The school days before and after a day, and whether it is one itself."""

    before: date | None
    after: date | None
    is_open: bool


def school_days_beside(organisation: Organisation | None, on: date) -> Beside:
    """Return the school days beside a day, a summer away at most. Two queries."""
    found = school_days_at(organisation, on - A_SUMMER, on + A_SUMMER)
    before, after = [day for day in found if day < on], [day for day in found if day > on]
    return Beside(max(before, default=None), min(after, default=None), on in found)


def why_no_school_day(organisation: Organisation, on: date) -> str:
    """Say why a place is closed on a day, and who can change it. One query at most."""
    if on.weekday() > FRIDAY:
        return "It is a weekend."
    if on in bank_holidays():
        return "It is a bank holiday."
    closures = Closure.objects.at(organisation).filter(starts_on__lte=on, ends_on__gt=on)
    closure = closures.order_by("organisation").first()
    if closure is None:
        return (
            "The calendar has no half term on this day: the council's administrator enters them."
        )
    if closure.organisation_id:
        return (
            f"The calendar says: {closure.reason}. A lead of {organisation} or the council's "
            "administrator can remove the closure."
        )
    return (
        f"The calendar says for every place: {closure.reason}. The council's administrator can "
        "remove the closure."
    )


IS_OPEN = """
    SELECT EXISTS (
        SELECT FROM accounts_halfterm WHERE starts_on <= %(on)s AND ends_on > %(on)s
    ) AND NOT EXISTS (
        SELECT FROM accounts_closure
        WHERE (organisation_id IS NULL OR organisation_id = %(place)s)
          AND starts_on <= %(on)s AND ends_on > %(on)s
    )
"""


def is_school_day(organisation: Organisation | None, on: date) -> bool:
    """Tell whether a place is open on a day. One query.

    Written by hand: each save of a register asks it, and putting the ORM's query together takes
    longer than the answer.
    """
    if on.weekday() > FRIDAY or on in bank_holidays():
        return False
    with connection.cursor() as cursor:
        cursor.execute(IS_OPEN, {"on": on, "place": organisation.pk if organisation else None})
        return bool(cursor.fetchone()[0])
