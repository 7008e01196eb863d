"""What a place costs: the rate card of each provider."""

from decimal import Decimal
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from placements.models.places import OfProviderQuerySet

MOST_POUNDS = Decimal(10_000)


class Unit(models.TextChoices):
    """What is paid for."""

    SESSION = "session", "session"
    WEEK = "week", "week of five school days"


class RateQuerySet(OfProviderQuerySet):
    """Rates within sight."""

    def newest_first(self) -> Self:
        """Order by provider and package, the latest rate of each on top."""
        return self.select_related("provider").order_by("provider__name", "package", "-starts_on")


@pghistory.track()
class Rate(models.Model):
    """What a provider charges for a package from a day on. Placements keep the rate agreed."""

    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="rates")
    package = models.CharField(max_length=100)
    unit = models.CharField(max_length=10, choices=Unit)
    pounds = models.DecimalField(max_digits=7, decimal_places=2)
    starts_on = models.DateField()

    objects = RateQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "package", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "package", "starts_on"],
                name="placements_rate_one_from_a_day",
                violation_error_code="starts_on",
                violation_error_message="This package has a rate from this day already.",
            ),
            models.CheckConstraint(
                condition=Q(pounds__gt=0, pounds__lte=MOST_POUNDS),
                name="placements_rate_pounds_are_believable",
                violation_error_code="pounds",
                violation_error_message=f"Enter more than nothing, and £{MOST_POUNDS:,} at most.",
            ),
            models.CheckConstraint(
                condition=Q(unit__in=Unit.values),
                name="placements_rate_unit_is_known",
                violation_error_code="unit",
                violation_error_message="Choose a session or a week.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.package}, £{self.pounds:,.2f} a {self.get_unit_display()}"
