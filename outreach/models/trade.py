"""The traded model: what a school bought of outreach in an academic year."""

from decimal import Decimal
from typing import Self

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL, REACH_SCHOOL
from apsystem.lib.calendar import year_label


class Unit(models.TextChoices):
    """What is bought. An entry in the log uses its hours, or one session whatever its length."""

    HOURS = "hours", "Hours"
    SESSIONS = "sessions", "Sessions"


class DealQuerySet(models.QuerySet["Deal"]):
    """Agreements: the council sees all, a school its own; providers none."""

    def as_user(self, user: User) -> Self:
        """Keep what the person may see."""
        if user.roles & REACH_ALL:
            return self
        return self.filter(school__in=user.organisations_as(REACH_SCHOOL))

    def of_year(self, year: int) -> Self:
        """Keep those of an academic year."""
        return self.filter(year=year)


@pghistory.track()
class Deal(models.Model):
    """In which unit a school buys in an academic year. What it buys are the purchases."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=10, choices=Unit)

    objects = DealQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "school__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year"],
                name="outreach_deal_one_for_a_school_and_year",
                violation_error_message="The school buys in another unit in this year already.",
            ),
            models.CheckConstraint(
                condition=Q(unit__in=Unit.values),
                name="outreach_deal_unit_is_known",
                violation_error_code="unit",
                violation_error_message="Choose hours or sessions.",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100),
                name="outreach_deal_year_is_of_our_times",
                violation_error_code="year",
                violation_error_message="Choose an academic year.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {year_label(self.year)}"


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    """Purchases: seen by those who see the agreement."""

    def as_user(self, user: User) -> Self:
        """Keep what the person may see."""
        return self.filter(deal__in=Deal.objects.as_user(user))


class Purchase(models.Model):
    """What a school bought on a day. Append-only: what is given back is a purchase below 0."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="purchases")
    quantity = models.DecimalField(
        max_digits=6,
        decimal_places=1,
        validators=[MinValueValidator(Decimal(-1000)), MaxValueValidator(Decimal(1000))],
    )
    bought_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        ordering = ["bought_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity=0),
                name="outreach_purchase_is_of_something",
                violation_error_code="quantity",
                violation_error_message="Enter how much is bought; a number below 0 gives back.",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) | ~Q(note=""),
                name="outreach_purchase_given_back_says_why",
                violation_error_code="note",
                violation_error_message="Say why it is given back.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.deal.get_unit_display().lower()}"
