"""The graduated approach: assess, plan, do, review (SEND Code of Practice 2015, paragraph 6.44)."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from outreach.models.support import OfSupportQuerySet, Status, Support


class Judgement(models.TextChoices):
    """How a cycle went, as people judge it."""

    ACHIEVED = "achieved", "Achieved"
    PARTLY = "partly", "Partly achieved"
    NOT = "not", "Not achieved"


class CycleQuerySet(OfSupportQuerySet):
    """Cycles within reach."""

    def to_review(self) -> Self:
        """Keep those of open support that nobody reviewed so far."""
        return self.filter(judgement="", support__status=Status.OPEN)


@pghistory.track()
class Cycle(models.Model):
    """One round: what is known, what is planned, what was done, how it went."""

    support = models.ForeignKey(Support, models.PROTECT, related_name="cycles")
    number = models.PositiveSmallIntegerField()
    assessed = models.TextField(max_length=2000)
    planned = models.TextField(max_length=2000)
    review_on = models.DateField()
    done = models.TextField(max_length=2000, blank=True)
    judgement = models.CharField(max_length=10, choices=Judgement, blank=True)
    reviewed = models.TextField(max_length=2000, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["support", "number"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(assessed="") & ~Q(planned=""),
                name="outreach_cycle_says_what_is_known_and_planned",
                violation_error_code="planned",
                violation_error_message="Say what is known, and what is planned.",
            ),
            models.CheckConstraint(
                condition=Q(judgement="", done="", reviewed="", reviewed_on__isnull=True)
                | Q(judgement__in=Judgement.values, reviewed_on__isnull=False)
                & ~Q(done="")
                & ~Q(reviewed=""),
                name="outreach_cycle_reviewed_in_full",
                violation_error_code="judgement",
                violation_error_message="A review says what was done, how it went, and on which "
                "day.",
            ),
            models.UniqueConstraint(
                fields=["support"],
                condition=Q(judgement=""),
                name="outreach_cycle_one_at_a_time",
                violation_error_message="A cycle is running. Review it before the next one.",
            ),
            models.UniqueConstraint(
                fields=["support", "number"],
                name="outreach_cycle_numbered_once",
                violation_error_message="This cycle is there already.",
            ),
        ]

    def __str__(self) -> str:
        return f"Cycle {self.number}"
