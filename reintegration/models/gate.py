"""The three gates before the first week of return, each with its evidence (strategy)."""

from collections.abc import Iterable
from typing import Any, cast

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from placements.models import Assessment
from placements.models.assessment import AssessmentQuerySet
from placements.models.change import series_of
from pupils.models import ON_ROLL, ChildQuerySet, Reach
from reintegration.models.plan import Plan


class Kind(models.TextChoices):
    """What is to be evidenced; the labels are the headings of the pages."""

    PROGRESS = "progress", "Progress shown to the receiving school"
    CONVERSATION = "conversation", "Conversation with the pupil and a parent"
    MEETING = "meeting", "Planning meeting"


class GateQuerySet(ChildQuerySet):
    """Gates within reach."""

    reach = Reach(pupil="plan__pupil", school=ON_ROLL, provider="plan__placement__provider")

    def newest_of(self, plan: Plan) -> "dict[str, Gate]":
        """Return the newest evidence of each kind for the attempt that is prepared. One query."""
        rows = self.filter(plan=plan, attempt=plan.attempt)
        rows = rows.select_related("recorded_by", "baseline__instrument", "later__instrument")
        found = cast("Iterable[Gate]", rows.order_by("recorded_at", "pk"))
        return {row.kind: row for row in found}


class Gate(models.Model):
    """Evidence for one gate of one attempt. Append-only: a correction is a further row.

    `words` holds what was shown (progress), said by the pupil (conversation), or agreed (meeting).
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="gates")
    attempt = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=15, choices=Kind)
    held_on = models.DateField()
    who = models.CharField(max_length=500)
    words = models.TextField(max_length=4000)
    parent_words = models.TextField(max_length=2000, blank=True)
    baseline = models.ForeignKey(
        Assessment, models.PROTECT, related_name="+", null=True, blank=True
    )
    later = models.ForeignKey(Assessment, models.PROTECT, related_name="+", null=True, blank=True)
    no_scores = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = GateQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="reintegration_gate_kind_is_known",
                violation_error_message="Choose which gate the evidence is for.",
            ),
            models.CheckConstraint(
                condition=~Q(who="") & ~Q(words=""),
                name="reintegration_gate_says_who_and_what",
                violation_error_message="Say who took part, and what was shown, said or agreed.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.CONVERSATION) | ~Q(parent_words=""),
                name="reintegration_gate_hears_the_parent",
                violation_error_code="parent_words",
                violation_error_message="Say what the parent said.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.PROGRESS)
                | Q(baseline__isnull=False, later__isnull=False, no_scores="")
                | Q(baseline__isnull=True, later__isnull=True) & ~Q(no_scores=""),
                name="reintegration_gate_compares_with_the_baseline",
                violation_error_code="later",
                violation_error_message="Choose the baseline and the later assessment, or say why "
                "there are no scores to compare.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.held_on.day} {self.held_on:%B %Y}"

    def progress(self, within: AssessmentQuerySet) -> dict[str, Any]:
        """Return the scores of both assessments beside each other, with the change; {} without them.

        `within` holds those that the reader may see: with one of the two missing nothing is shown.
        """
        if self.baseline_id is None or self.later_id is None:
            return {}
        pair = within.of_pupil(self.plan.pupil).filter(pk__in=[self.baseline_id, self.later_id])
        series = series_of(pair)
        if len(series) != 1 or not series[0].is_pair:
            return {}
        return {
            "of": f"{series[0].instrument}, {series[0].informant.lower()}",
            "days": [date_format(row.held_on, "j F Y") for row in series[0].assessments],
            "scores": [
                [str(line.scale), *(cell.words for cell in line.cells), line.change]
                for line in series[0].drawn
            ],
        }
