"""The reasons of suspensions and permanent exclusions, each with the days on which it may be used.

When each code starts was not found (docs/sources.md), so an empty day means: not known, usable.
"""

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q


class ExclusionReasonQuerySet(models.QuerySet["ExclusionReason"]):
    """The reasons: the same for everybody."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self

    def in_force(self, on: date) -> Self:
        """Keep those that may be used for a day."""
        return self.filter(
            Q(in_force_from__isnull=True) | Q(in_force_from__lte=on),
            Q(in_force_to__isnull=True) | Q(in_force_to__gt=on),
        )


@pghistory.track()
class ExclusionReason(models.Model):
    """A reason of the Common Basic Data Set, usable from a day up to, not on, another."""

    code = models.CharField(max_length=2, primary_key=True)
    label = models.CharField(max_length=150)
    in_force_from = models.DateField(null=True, blank=True)
    in_force_to = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=300)

    objects = ExclusionReasonQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force_to__isnull=True)
                | Q(in_force_from__isnull=True)
                | Q(in_force_to__gt=F("in_force_from")),
                name="pupils_exclusionreason_ends_after_it_starts",
                violation_error_code="in_force_to",
                violation_error_message="The first day without it must come after its first day.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="pupils_exclusionreason_has_a_source",
                violation_error_code="source",
                violation_error_message="Say where the days were read.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def is_in_force(self, on: date) -> bool:
        """Tell whether it may be used for a day: `in_force` in Python."""
        return not (
            (self.in_force_from and self.in_force_from > on)
            or (self.in_force_to and self.in_force_to <= on)
        )


def reasons_in_order(model: str) -> list[models.BaseConstraint]:
    """Return what holds for up to three reasons of a row: in order, and all different."""
    return [
        models.CheckConstraint(
            condition=Q(reason_2__isnull=False) | Q(reason_3__isnull=True),
            name=f"pupils_{model}_reasons_in_order",
            violation_error_code="reason_2",
            violation_error_message="Choose the second reason before the third.",
        ),
        models.CheckConstraint(
            condition=(Q(reason_2__isnull=True) | ~Q(reason_2=F("reason_1")))
            & (Q(reason_3__isnull=True) | ~Q(reason_3=F("reason_1")) & ~Q(reason_3=F("reason_2"))),
            name=f"pupils_{model}_reasons_differ",
            violation_error_code="reason_2",
            violation_error_message="Choose each reason once.",
        ),
    ]


class ReasonsMixin(models.Model):
    """A row with up to three reasons, and who was told of it when."""

    reason_1 = models.ForeignKey(ExclusionReason, models.PROTECT, related_name="+")
    reason_2 = models.ForeignKey(
        ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True
    )
    reason_3 = models.ForeignKey(
        ExclusionReason, models.PROTECT, related_name="+", null=True, blank=True
    )
    given_by = models.CharField(max_length=150, blank=True)
    misses_exam = models.BooleanField(default=False)
    parents_told_on = models.DateField(null=True, blank=True)
    authority_told_on = models.DateField(null=True, blank=True)
    social_worker_told_on = models.DateField(null=True, blank=True)
    virtual_school_told_on = models.DateField(null=True, blank=True)
    board_told_on = models.DateField(null=True, blank=True)
    day_six_on = models.DateField(null=True, blank=True, editable=False)
    provision_from = models.DateField(null=True, blank=True)
    provision = models.CharField(max_length=200, blank=True)
    board_by = models.DateField(null=True, blank=True, editable=False)
    board_met_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def reasons(self) -> list[ExclusionReason]:
        """Return the reasons, the main one first."""
        return [row for row in (self.reason_1, self.reason_2, self.reason_3) if row]

    def to_tell(self, *, has_social_worker: bool) -> list[str]:
        """Return who is not recorded as told: each must be told without delay."""
        who = {
            "the parents": self.parents_told_on,
            "the council": self.authority_told_on,
        }
        if has_social_worker:
            who["the social worker"] = self.social_worker_told_on
            who["the Virtual School Head"] = self.virtual_school_told_on
        return [name for name, told_on in who.items() if told_on is None]
