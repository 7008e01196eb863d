"""What holds for each tier, with its date of effect."""

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from referrals.models import Tier


class TierRuleQuerySet(models.QuerySet["TierRule"]):
    """The rules of the tiers."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the rules are public."""
        return self

    def on(self, day: date) -> dict[int, "TierRule"]:
        """Return the rule of each tier that is in force on a day."""
        rules = self.filter(starts_on__lte=day).order_by("starts_on")
        return {rule.tier: rule for rule in rules}

    def newest_first(self) -> Self:
        """Order tier by tier, the latest rule of each on top."""
        return self.order_by("tier", "-starts_on")


@pghistory.track()
class TierRule(models.Model):
    """What holds for placements of a tier that start on or after `starts_on`."""

    tier = models.PositiveSmallIntegerField(choices=Tier)
    starts_on = models.DateField()
    longest_weeks = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Calendar weeks; empty where there is no limit.",
    )
    has_register = models.BooleanField()

    objects = TierRuleQuerySet.as_manager()

    class Meta:
        ordering = ["tier", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "starts_on"],
                name="placements_tierrule_one_from_a_day",
                violation_error_code="starts_on",
                violation_error_message="There is a rule for this tier from this day.",
            ),
            models.CheckConstraint(
                condition=Q(longest_weeks__isnull=True) | Q(longest_weeks__gte=1),
                name="placements_tierrule_longest_is_a_week_at_least",
                violation_error_code="longest_weeks",
                violation_error_message="A placement lasts a week at least, or has no limit.",
            ),
            models.CheckConstraint(
                condition=Q(tier__in=Tier.values),
                name="placements_tierrule_tier_is_known",
                violation_error_message="Choose tier 1, 2 or 3.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} from {self.starts_on.day} {self.starts_on:%B %Y}"

    @property
    def has_begun(self) -> bool:
        """Tell whether the day from which the rule holds has come."""
        return self.starts_on <= localdate()
