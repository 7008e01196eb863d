"""What a school says of an intervention that is over: it feeds the review of the agreement."""

from datetime import date
from typing import Self

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from outreach.models.linked import Linked, LinkedQuerySet
from outreach.models.support import Support
from pupils.models import Reach


class Helped(models.TextChoices):
    """What helped, as a school can choose it."""

    DIRECT = "direct", "Work with the pupil"
    STAFF = "staff", "Advice for staff"
    TRAINING = "training", "Training"
    FAMILY = "family", "Work with the family"
    PLAN = "plan", "Help with plans and policies"
    NOTHING = "nothing", "Nothing of this"


RATINGS = [(5, "5: very helpful"), (4, "4"), (3, "3"), (2, "2"), (1, "1: not helpful")]


class EvaluationQuerySet(LinkedQuerySet):
    """Evaluations within reach: a school's own, too where support was for the whole school."""

    reach = Reach(pupil="support__pupil", school="school", provider="support__provider")

    def answered(self) -> Self:
        """Keep those that a school answered, the newest first."""
        rows = self.filter(answered_at__isnull=False).order_by("-answered_at")
        return rows.select_related("support__pupil", "support__school", "school")


@pghistory.track(exclude=["token_hash"])
class Evaluation(Linked):
    """How helpful an intervention was, from 1 to 5, what helped, and what the school writes."""

    support = models.OneToOneField(Support, models.PROTECT, related_name="evaluation")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    helped = ArrayField(models.CharField(max_length=10, choices=Helped), default=list, blank=True)
    words = models.TextField(max_length=2000, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, rating__isnull=True)
                | Q(answered_at__isnull=False, rating__gte=1, rating__lte=5) & ~Q(answered_by=""),
                name="outreach_evaluation_answered_with_a_rating",
                violation_error_code="rating",
                violation_error_message="Choose from 1 to 5 how helpful it was.",
            ),
            models.CheckConstraint(
                condition=Q(helped__contained_by=Helped.values),
                name="outreach_evaluation_helped_is_known",
                violation_error_code="helped",
                violation_error_message="Choose what helped from the list.",
            ),
        ]

    def __str__(self) -> str:
        return f"Evaluation of {self.support.reference}"

    @property
    def helped_words(self) -> str:
        """Return what helped, in words."""
        return ", ".join(Helped(value).label for value in self.helped)


def evaluation_of(token: str, today: date) -> Evaluation | None:
    """Return the evaluation that the secret of a link opens."""
    rows = Evaluation.objects.opened_by(token, today)
    return rows.select_related("support", "school").first()
