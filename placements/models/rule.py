"""What holds for each tier, with its date of effect."""

from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from referrals.models import Tier

REVIEW_SCHOOL_DAYS = 30  # six weeks of school: hardly a half term is shorter
LONGEST_HALF_TERM = 45


class TierRuleQuerySet(models.QuerySet["TierRule"]):
    """The rules of the tiers."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the rules are public."""
        return self

    def on(self, day: date) -> dict[int, "TierRule"]:
        """Return the rule of each tier that is in force on a day."""
        rules = self.filter(starts_on__lte=day).order_by("starts_on")
        return {rule.tier: rule for rule in rules}

    def holding(self, tier: int, starts_on: date) -> "TierRule | None":
        """Return the rule for a placement of a tier that starts on a day."""
        return self.on(starts_on).get(tier)

    def overlong(self, today: date) -> Q:
        """Return which placements are past the last day that the rule of their first day allows."""
        found, later = Q(pk__in=[]), dict[int, date]()
        for rule in self.order_by("-starts_on"):
            if rule.longest_weeks:
                begun = Q(tier=rule.tier, starts_on__gte=rule.starts_on)
                begun &= Q(starts_on__lte=today - timedelta(weeks=rule.longest_weeks))
                if rule.tier in later:
                    begun &= Q(starts_on__lt=later[rule.tier])
                found |= begun
            later[rule.tier] = rule.starts_on
        return found

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
    review_school_days = models.PositiveSmallIntegerField(
        default=REVIEW_SCHOOL_DAYS,
        help_text="School days from one review to the next: at least one each half term "
        "(Arranging alternative provision, DfE 2025).",
    )

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
                condition=Q(review_school_days__gte=1, review_school_days__lte=LONGEST_HALF_TERM),
                name="placements_tierrule_reviewed_each_half_term",
                violation_error_code="review_school_days",
                violation_error_message="A placement is reviewed at least once a half term: "
                f"enter 1 to {LONGEST_HALF_TERM} school days.",
            ),
            models.CheckConstraint(
                condition=Q(tier__in=Tier.values),
                name="placements_tierrule_tier_is_known",
                violation_error_message="Choose tier 1, 2 or 3.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} from {self.starts_on.day} {self.starts_on:%B %Y}"

    def limit(self, starts_on: date) -> date | None:
        """Return the first day past the longest time of a placement; None where there is none."""
        return starts_on + timedelta(weeks=self.longest_weeks) if self.longest_weeks else None

    @property
    def has_begun(self) -> bool:
        """Tell whether the day from which the rule holds has come."""
        return self.starts_on <= localdate()
