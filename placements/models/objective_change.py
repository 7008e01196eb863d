"""Changes of objectives that somebody proposes, and what the council answers. Both versions stay."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from placements.models.review import Objective
from pupils.models import ON_ROLL, ChildQuerySet, Reach


class ObjectiveChangeQuerySet(ChildQuerySet):
    """Changes within reach: a provider sees those of its own placements."""

    reach = Reach(
        pupil="objective__placement__pupil",
        school=ON_ROLL,
        provider="objective__placement__provider",
    )

    def told(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("proposed_by", "answered_by")


@pghistory.track()
class ObjectiveChange(models.Model):
    """Other words for an objective: proposed, and then agreed by the council or not.

    What was agreed before stands in `words_before` and `measure_before`, and holds until then.
    """

    objective = models.ForeignKey(Objective, models.PROTECT, related_name="changes")
    words_before = models.CharField(max_length=300)
    measure_before = models.CharField(max_length=300)
    words = models.CharField(max_length=300)
    measure = models.CharField(max_length=300)
    reason = models.TextField(max_length=1000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    is_agreed = models.BooleanField(null=True, blank=True)
    answer = models.TextField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ObjectiveChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["objective"],
                condition=Q(is_agreed=None),
                name="placements_objectivechange_one_waits",
                violation_error_message="A change of this objective waits for the council's "
                "answer already.",
            ),
            models.CheckConstraint(
                condition=~Q(words="") & ~Q(measure="") & ~Q(reason=""),
                name="placements_objectivechange_says_what_and_why",
                violation_error_message="Say what is to be achieved, how you will know, and why "
                "it changes.",
            ),
            models.CheckConstraint(
                condition=~Q(words=F("words_before")) | ~Q(measure=F("measure_before")),
                name="placements_objectivechange_changes_something",
                violation_error_code="words",
                violation_error_message="This is what is agreed already. Change the objective, or "
                "how you will know that it is met.",
            ),
            models.CheckConstraint(
                condition=Q(is_agreed=None, answered_by=None, answered_at=None, answer="")
                | Q(is_agreed__isnull=False, answered_by__isnull=False)
                & Q(answered_at__isnull=False),
                name="placements_objectivechange_answer_is_whole",
                violation_error_message="An answer says yes or no, who gave it, and when.",
            ),
            models.CheckConstraint(
                condition=~Q(is_agreed=False) | ~Q(answer=""),
                name="placements_objectivechange_no_has_a_reason",
                violation_error_code="answer",
                violation_error_message="Say why the change is not agreed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words}. How we will know: {self.measure}"

    @property
    def before(self) -> str:
        """Return what was agreed before, in one sentence."""
        return f"{self.words_before}. How we will know: {self.measure_before}"

    @property
    def waits(self) -> bool:
        """Tell whether the council has not answered so far."""
        return self.is_agreed is None
