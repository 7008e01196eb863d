"""A pupil's scores on one day, by one informant, and what was amended in them."""

import uuid
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL
from placements.models.instrument import IN_RANGE, Informant, Instrument, Scale, plain
from placements.models.placement import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach


class AssessmentQuerySet(ChildQuerySet):
    """Assessments within reach.

    What parents answered is about the family's life too: of schools and providers, only the one
    that asked the parents reads it (special category data, need to know).
    """

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL, dated="held_on")

    def reached_by_school(self, schools: list[int]) -> Q:
        """Return the rule for people of these schools."""
        return super().reached_by_school(schools) & _not_of_parents(schools)

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for people of these providers."""
        return super().reached_by_provider(providers) & _not_of_parents(providers)

    def kept(self) -> Self:
        """Keep those that nobody took back."""
        return self.filter(removed_at=None)

    def of_pupil(self, pupil: Pupil) -> Self:
        """Keep those of a pupil, the first on top, with all that a page shows. Constant queries."""
        rows = self.kept().filter(pupil=pupil).order_by("held_on", "pk")
        return rows.select_related("recorded_by", "recorded_for").prefetch_related(
            "scores__scale", "amendments__by", "instrument__scales__bands"
        )

    def amendable_by(self, user: User) -> Self:
        """Keep those that the person's organisation recorded; the council amends any.

        To be asked of rows within reach.
        """
        rows = self.kept()
        if user.organisations_as(REACH_ALL):
            return rows
        return rows.filter(recorded_for__in=[entry.organisation_id for entry in user.acting])


def _not_of_parents(organisations: list[int]) -> Q:
    return ~Q(informant=Informant.PARENT) | Q(recorded_for__in=organisations)


@pghistory.track()
class Assessment(models.Model):
    """What one informant's answers came to on a day: scores only, no answers and no words."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="assessments")
    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="assessments", null=True, blank=True
    )
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="assessments")
    informant = models.CharField(max_length=10, choices=Informant)
    held_on = models.DateField()
    version = models.PositiveIntegerField(default=1, help_text="Grows with each amendment.")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["held_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(informant__in=Informant.values),
                name="placements_assessment_informant_is_known",
                violation_error_code="informant",
                violation_error_message="Choose who answered.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "instrument", "informant", "held_on", "recorded_for"],
                condition=Q(removed_at__isnull=True),
                name="placements_assessment_once_a_day",
                violation_error_code="held_on",
                violation_error_message="Scores of this day by this informant are recorded "
                "already. Amend those instead.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument}, {self.get_informant_display().lower()}"

    @property
    def scores_words(self) -> str:
        """Return the scores in words: 'Conduct 4; Peer 2'."""
        rows = sorted(self.scores.all(), key=lambda row: (row.scale.place, row.scale_id))
        return "; ".join(f"{row.scale} {plain(row.value)}" for row in rows)


class ScoreQuerySet(ChildQuerySet):
    """Scores: read through their assessments."""

    reach = Reach(pupil="assessment__pupil")


@pghistory.track()
class Score(models.Model):
    """One score of an assessment. Totals are added up, never entered."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="scores")
    scale = models.ForeignKey(Scale, models.PROTECT, related_name="scores")
    value = models.DecimalField(max_digits=6, decimal_places=1, validators=IN_RANGE)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "scale"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "scale"],
                name="placements_score_one_of_a_scale",
                violation_error_message="This scale has a score already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scale} {plain(self.value)}"


class AssessmentAmendmentQuerySet(ChildQuerySet):
    """Amendments: read through their assessments."""

    reach = Reach(pupil="assessment__pupil")


class AssessmentAmendment(models.Model):
    """What stood in an assessment before it was amended, and why it was; kept for good."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="amendments")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    before = models.TextField()
    reason = models.TextField(max_length=500)

    objects = AssessmentAmendmentQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="placements_assessmentamendment_has_a_reason",
                violation_error_code="reason",
                violation_error_message="Say why the scores are amended.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"Amended: {self.assessment}"
