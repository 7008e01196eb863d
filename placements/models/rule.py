"""What holds for each tier, with its date of effect."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import LessThanOrEqual
from django.utils.timezone import localdate

from placements.models.spent import CountedFrom, counted_from
from referrals.models import Tier

if TYPE_CHECKING:
    from placements.models.placement import Placement

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

    def limit_of(self, placement: "Placement") -> "Limit | None":
        """Return the longest time of a placement by the rule of its first day; None without one.

        Two queries where the placement follows another.
        """
        rule = self.on(placement.starts_on).get(placement.tier)
        if rule is None or rule.longest_weeks is None:
            return None
        start, counted = placement.starts_on, counted_from(placement)
        past = max(counted + timedelta(weeks=rule.longest_weeks), start)
        return Limit(rule, start, past, (start - counted).days)

    def overlong(self, today: date) -> Q:
        """Return which placements are past the last day that the rule of their first day allows."""
        found, later = Q(pk__in=[]), dict[int, date]()
        counted = CountedFrom(F("follows"), F("tier"), F("starts_on"))
        for rule in self.order_by("-starts_on"):
            if rule.longest_weeks:
                begun = Q(tier=rule.tier, starts_on__gte=rule.starts_on, starts_on__lte=today)
                longest = timedelta(weeks=rule.longest_weeks)
                begun &= Q(LessThanOrEqual(counted, today - longest))
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
    """What holds for placements of a tier that start on or after `starts_on`.

    Of the longest time, what was spent at the tier earlier in the same history of steps is gone.
    """

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

    @property
    def has_begun(self) -> bool:
        """Tell whether the day from which the rule holds has come."""
        return self.starts_on <= localdate()


@dataclass(frozen=True)
class Limit:
    """The longest time of a placement: its rule, the first day past it, and what was spent before."""

    rule: TierRule
    starts_on: date
    past_on: date
    days_before: int

    def __str__(self) -> str:
        weeks, days = self.rule.longest_weeks, self.days_before
        unit, gone = ("week" if weeks == 1 else "weeks"), ("day" if days == 1 else "days")
        words = f"{self.rule.get_tier_display()} lasts at most {weeks} {unit}"
        return f"{words}, {days} {gone} at this tier before it counted" if days else words

    @property
    def is_used_up(self) -> bool:
        """Tell whether no day is left for the placement."""
        return self.past_on <= self.starts_on
