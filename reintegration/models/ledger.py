"""The fair-share ledger: which schools took children through the protocol, and who is next in turn.

Counted are places allotted in the last 12 months, each with the weight that held on its day. What
nobody entered is said to be unknown, and never counted as nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime

from accounts.models import Organisation, User
from accounts.models.calendar import DateRange, SameNumber
from accounts.models.organisation import OrganisationQuerySet
from apsystem.lib.calendar import academic_year
from apsystem.lib.gds import day
from pupils.models import CareStatus, EhcPlan, Enrolment, Headcount, PermanentExclusion, Pupil
from pupils.models.codes import MAIN_STATUSES, CareKind
from reintegration.models.panel import FairAccessCategory
from reintegration.models.panel_case import CaseStatus, PanelCase, PanelOutcome
from reintegration.models.vacancy import Vacancy

YEAR = timedelta(days=365)
LAST_PRIMARY = 6
UNWEIGHTED = Decimal(1)
PER = 100


class LedgerWeightQuerySet(models.QuerySet["LedgerWeight"]):
    """What a child counts in the ledger."""

    def as_user(self, user: object) -> Self:
        """Keep them all: no child stands in them."""
        return self


@pghistory.track()
class LedgerWeight(models.Model):
    """What a child of a category or a year group counts from a day on. Without a row: one.

    The most particular row holds: category and year group, then category, then year group.
    """

    category = models.ForeignKey(
        FairAccessCategory, models.PROTECT, related_name="+", null=True, blank=True
    )
    year_group = models.PositiveSmallIntegerField(null=True, blank=True)
    weight = models.DecimalField(max_digits=4, decimal_places=2)
    starts_on = models.DateField()
    reason = models.CharField(max_length=300)

    objects = LedgerWeightQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "category", "year_group"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=10),
                name="reintegration_ledgerweight_weight_is_small",
                violation_error_code="weight",
                violation_error_message="A weight is 0 to 10.",
            ),
            models.UniqueConstraint(
                fields=["category", "year_group", "starts_on"],
                nulls_distinct=False,
                name="reintegration_ledgerweight_one_from_a_day",
                violation_error_code="starts_on",
                violation_error_message="There is a weight for this from that day already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.for_words}: {self.weight} from {self.starts_on.day} {self.starts_on:%B %Y}"

    @property
    def for_words(self) -> str:
        """Return for whom the weight holds, in words."""
        parts = [f"category {self.category_id}"] if self.category_id else []
        parts += [f"Year {self.year_group}"] if self.year_group else []
        return ", ".join(parts) or "Every child"


class PanelExceptionQuerySet(models.QuerySet["PanelException"]):
    """Schools that are left out for a time."""

    def as_user(self, user: object) -> Self:
        """Keep them all: every school may know them."""
        return self

    def on(self, day: date) -> Self:
        """Keep those in force on a day."""
        return self.filter(ends_on__gt=day, starts_on__lte=day)


@pghistory.track()
class PanelException(models.Model):
    """A school is left out of the turn from `starts_on` up to, not on, `ends_on`, for a reason."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="panel_exceptions")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=500)
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = PanelExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "school__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="reintegration_panelexception_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before the first day.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="reintegration_panelexception_has_a_reason",
                violation_error_code="reason",
                violation_error_message="Say why the school is left out.",
            ),
            ExclusionConstraint(
                name="reintegration_panelexception_none_overlap",
                expressions=[
                    (SameNumber("school"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_code="starts_on",
                violation_error_message="This school is left out in that time already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} left out from {self.starts_on.day} {self.starts_on:%B %Y}"

    @property
    def last_day(self) -> date:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1)


@dataclass
class Entry:
    """What the ledger says of one school and year group. `roll` is None where none is entered.

    Children taken are those of the year group. The roll, and those on it who are looked after or
    have a plan, are of the whole school: headcounts are not entered by year group.
    """

    school: Organisation
    year_group: int
    roll: int | None
    taken: int = 0
    weighted: Decimal = field(default_factory=Decimal)
    last_on: date | None = None
    looked_after: int = 0
    with_plan: int = 0
    left_out: str = ""
    vacancy: Vacancy | None = None

    @property
    def free(self) -> str:
        """Return the places that the school has free, as last said."""
        return self.vacancy.words if self.vacancy else "not said"

    @property
    def rate(self) -> Decimal | None:
        """Return the weighted children for each 100 on roll; None where the roll is unknown."""
        if self.roll is None:
            return None
        return (self.weighted * PER / self.roll).quantize(Decimal("0.01"))

    @property
    def is_in_turn(self) -> bool:
        """Tell whether the order can name the school."""
        return self.roll is not None and not self.left_out

    @property
    def words(self) -> str:
        """Explain the place in the order in a sentence."""
        if self.left_out:
            return f"Not in the order: {self.left_out}"
        if self.roll is None:
            return "Not in the order: nobody entered how many pupils are on roll."
        last = f"{self.last_on.day} {self.last_on:%B %Y}" if self.last_on else ""
        since = f"last took a child on {last}" if last else "took no child in the last 12 months"
        return (
            f"{self.rate} taken into Year {self.year_group} for each 100 on roll in the whole school "
            f"({self.weighted} weighted, {self.roll} on roll); {since}."
        )


def year_group_of(pupil: Pupil, on: date) -> int:
    """Return the national curriculum year of a child as a number, by age."""
    return academic_year(on) - pupil.starts_year_1 + 1


def schools_for(year_group: int) -> OrganisationQuerySet:
    """Return the open schools that teach a year group, by their phase."""
    phase = Organisation.Phase.PRIMARY if year_group <= LAST_PRIMARY else "secondary"
    rows = Organisation.objects.schools()
    return rows.filter(phase__in=[phase, Organisation.Phase.ALL_THROUGH])


def ledger(year_group: int, today: date, *, pupil: Pupil | None = None) -> list[Entry]:
    """Return the schools in turn, then those that the order cannot name. Nine queries.

    With a pupil, a school that permanently excluded the child is left out.
    """
    rolls = _rolls()
    entries = {
        school.pk: Entry(school, year_group, rolls.get(school.pk))
        for school in schools_for(year_group)
    }
    _count_taken(entries, year_group, today)
    _count_on_roll(entries, today)
    for vacancy in Vacancy.objects.filter(year_group=year_group, school__in=entries):
        entries[vacancy.school_id].vacancy = vacancy
    for row in PanelException.objects.on(today).filter(school__in=entries):
        entries[row.school_id].left_out = f"{row.reason} (declared to {day(row.last_day)})"
    excluded = (
        PermanentExclusion.objects.filter(pupil=pupil, school__in=entries) if pupil else None
    )
    schools = list(excluded.values_list("school", flat=True)) if excluded is not None else []
    return leaving_out(entries.values(), schools)


def leaving_out(entries: Iterable[Entry], schools: Collection[int]) -> list[Entry]:
    """Return the entries in turn, where some schools permanently excluded the child."""
    why = "the school permanently excluded this pupil."
    found = [
        replace(entry, left_out=why) if entry.school.pk in schools else entry for entry in entries
    ]
    return sorted(found, key=_turn)


def next_in_turn(entries: Iterable[Entry]) -> Entry | None:
    """Return whose turn it is; None where the order names nobody."""
    return next((entry for entry in entries if entry.is_in_turn), None)


def _turn(entry: Entry) -> tuple[bool, Decimal, date, str]:
    rate = entry.rate if entry.rate is not None else Decimal(0)
    return (not entry.is_in_turn, rate, entry.last_on or date.min, entry.school.name)


def _rolls() -> dict[int, int]:
    """Return the latest headcount of each school."""
    order = {"autumn": 0, "spring": 1, "summer": 2}
    rows = Headcount.objects.values_list("school", "year", "census", "pupils").order_by()
    return {
        school: pupils
        for school, _, _, pupils in sorted(rows, key=lambda row: (row[1], order[row[2]]))
    }


def _count_taken(entries: dict[int, Entry], year_group: int, today: date) -> None:
    weights = list(LedgerWeight.objects.order_by("starts_on"))
    rows = PanelCase.objects.filter(
        status=CaseStatus.DECIDED,
        outcome=PanelOutcome.ALLOTTED,
        year_group=year_group,
        school__in=entries,
        decided_at__date__gt=today - YEAR,
        decided_at__date__lte=today,
    )
    for school, category, at in rows.values_list("school", "category", "decided_at"):
        entry, on = entries[school], localtime(at).date()
        entry.taken += 1
        entry.weighted += _weight(weights, category, year_group, on)
        entry.last_on = max(entry.last_on or on, on)


def _weight(weights: list[LedgerWeight], category: str, year_group: int, on: date) -> Decimal:
    """Return what a child counts: the latest row of the most particular kind that fits."""
    found: dict[int, Decimal] = {}
    for row in weights:
        fits = row.category_id in (None, category) and row.year_group in (None, year_group)
        if fits and row.starts_on <= on:
            particular = 2 * bool(row.category_id) + bool(row.year_group)
            found[particular] = row.weight
    return found[max(found)] if found else UNWEIGHTED


def _count_on_roll(entries: dict[int, Entry], today: date) -> None:
    """Count the looked-after children and those with a plan who are known on each roll."""
    rolls = Enrolment.objects.in_force(today).filter(
        organisation__in=entries, status__in=MAIN_STATUSES
    )
    places: dict[int, set[int]] = defaultdict(set)
    for pupil, place in rolls.values_list("pupil", "organisation").order_by():
        places[pupil].add(place)
    care = CareStatus.objects.not_over(today).filter(
        kind=CareKind.LOOKED_AFTER, starts_on__lte=today, pupil__in=rolls.values("pupil")
    )
    plans = EhcPlan.objects.in_force().filter(pupil__in=rolls.values("pupil"))
    for pupil in set(care.values_list("pupil", flat=True).order_by()):
        for place in places[pupil]:
            entries[place].looked_after += 1
    for pupil in set(plans.values_list("pupil", flat=True).order_by()):
        for place in places[pupil]:
            entries[place].with_plan += 1
