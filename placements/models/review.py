"""What a placement is for, how it goes, and how it ended."""

from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import SchoolCalendar, User
from accounts.models.clocks import Clock
from accounts.permissions import Permission
from placements.models.placement import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Reach

WITHIN = "placement__provider"


class Outcome(models.TextChoices):
    """How far an objective is met."""

    MET = "met", "Met"
    PARTLY = "partly", "Partly met"
    NOT_YET = "not yet", "Not met so far"


class ObjectiveQuerySet(ChildQuerySet):
    """Objectives within reach: a provider sees those of its own placements."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider=WITHIN)


@pghistory.track()
class Objective(models.Model):
    """One thing that a placement is to achieve, agreed before it starts, and how it stands."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="objectives")
    words = models.CharField(max_length=300)
    measure = models.CharField(max_length=300)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["", *Outcome.values]),
                name="placements_objective_outcome_is_known",
                violation_error_message="Choose how far the objective is met.",
            ),
            models.CheckConstraint(
                condition=~Q(words="") & ~Q(measure=""),
                name="placements_objective_says_how_it_is_known",
                violation_error_message="Say what is to be achieved, and how you will know.",
            ),
        ]

    def __str__(self) -> str:
        return self.words


class NextStep(models.TextChoices):
    """What a review agrees."""

    CONTINUE = "continue", "Continue as agreed"
    EXTEND = "extend", "Extend the placement"
    STEP = "step", "Step up or down a tier"
    RETURN = "return", "Begin the way back to school"
    END = "end", "End the placement"


class ReviewQuerySet(ChildQuerySet):
    """Reviews within reach: a provider sees those of its own placements."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider=WITHIN, dated="held_on")

    def told(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("recorded_by").prefetch_related("progress__objective")


@pghistory.track()
class Review(models.Model):
    """A meeting about a placement: who came, how it goes, and what is agreed."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    attended = models.CharField(max_length=500)
    progress_words = models.TextField(max_length=4000)
    pupil_view = models.TextField(max_length=2000, blank=True)
    next_step = models.CharField(max_length=10, choices=NextStep)
    agreed = models.TextField(max_length=2000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "held_on"],
                name="placements_review_one_a_day",
                violation_error_code="held_on",
                violation_error_message="A review of this placement on this day is recorded.",
            ),
            models.CheckConstraint(
                condition=Q(next_step__in=NextStep.values),
                name="placements_review_next_step_is_known",
                violation_error_message="Choose what the review agreed.",
            ),
        ]

    def __str__(self) -> str:
        return f"Review on {self.held_on.day} {self.held_on:%B %Y}"


def review_clock(
    placement: Placement, last_held_on: date | None, calendar: SchoolCalendar, today: date
) -> Clock:
    """Return the clock of the next review: it runs from the last one, or from the first day."""
    return calendar.clock(
        "Next review",
        last_held_on or placement.starts_on,
        placement.next_review_on,
        today=today,
        place=placement.provider_id,
        source="at least once a half term (Arranging alternative provision, DfE 2025)",
    )


class ProgressQuerySet(ChildQuerySet):
    """Progress within reach."""

    reach = Reach(pupil="review__placement__pupil", school=ON_ROLL,
                  provider="review__placement__provider")  # fmt: skip


class Progress(models.Model):
    """How far an objective was met at a review."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="progress")
    objective = models.ForeignKey(Objective, models.PROTECT, related_name="progress")
    outcome = models.CharField(max_length=10, choices=Outcome)

    objects = ProgressQuerySet.as_manager()

    class Meta:
        ordering = ["objective"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "objective"],
                name="placements_progress_once_a_review",
                violation_error_message="This objective is recorded for this review already.",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values),
                name="placements_progress_outcome_is_known",
                violation_error_message="Choose how far the objective is met.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective}: {self.get_outcome_display()}"


class EndingQuerySet(ChildQuerySet):
    """Endings within reach: a provider sees those of its own placements."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider=WITHIN)


RATINGS = [(5, "Very good"), (4, "Good"), (3, "Neither good nor bad"), (2, "Bad"), (1, "Very bad")]


@pghistory.track()
class Ending(models.Model):
    """How a placement ended: progress, what was gained, and the pupil's own assessment of it.

    Arranging alternative provision (DfE 2025) asks the commissioner to keep all of these.
    """

    placement = models.OneToOneField(Placement, models.PROTECT, related_name="ending")
    destination_place = models.CharField(max_length=200, blank=True)
    progress = models.TextField(max_length=4000)
    achievements = models.TextField(max_length=2000, blank=True)
    pupil_rating = models.PositiveSmallIntegerField(choices=RATINGS, null=True, blank=True)
    pupil_words = models.TextField(max_length=2000, blank=True)
    pupil_not_asked = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = EndingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pupil_rating__isnull=True)
                | Q(pupil_rating__gte=1, pupil_rating__lte=5),
                name="placements_ending_rating_is_known",
                violation_error_message="Choose one of the five answers.",
            ),
            models.CheckConstraint(
                condition=~Q(pupil_words="")
                | Q(pupil_rating__isnull=False)
                | ~Q(pupil_not_asked=""),
                name="placements_ending_holds_the_pupils_own_words",
                violation_error_code="pupil_words",
                violation_error_message="Record what the pupil says about the placement, "
                "or why the pupil could not be asked.",
            ),
        ]

    def __str__(self) -> str:
        return f"End of {self.placement}"


class AwardQuerySet(ChildQuerySet):
    """Awards within reach: a provider sees those of its own placements."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider=WITHIN)


@pghistory.track()
class Award(models.Model):
    """A qualification or accreditation that a pupil gained in a placement."""

    class Kind(models.TextChoices):
        """Academic or vocational."""

        ACADEMIC = "academic", "Academic"
        VOCATIONAL = "vocational", "Vocational"

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="awards")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=200)
    result = models.CharField(max_length=100, blank=True)
    gained_on = models.DateField()

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["gained_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["academic", "vocational"]),
                name="placements_award_kind_is_known",
                violation_error_message="Choose academic or vocational.",
            ),
            models.UniqueConstraint(
                fields=["placement", "title", "gained_on"],
                name="placements_award_once",
                violation_error_code="title",
                violation_error_message="This award is recorded already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.result}" if self.result else self.title


class EntryKind(models.TextChoices):
    """What an entry tells."""

    PROPOSED = "proposed", "Offered to the provider"
    ACCEPTED = "accepted", "Accepted by the provider"
    DECLINED = "declined", "Declined by the provider"
    CANCELLED = "cancelled", "Cancelled"
    LED = "led", "Lead named"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"
    EXTENDED = "extended", "Last day changed"
    OBJECTIVE_ADDED = "objective added", "Objective added"
    CHANGE_PROPOSED = "change proposed", "Change of an objective proposed"
    CHANGE_AGREED = "change agreed", "Change of an objective agreed"
    CHANGE_REFUSED = "change refused", "Change of an objective not agreed"
    REVIEWED = "reviewed", "Reviewed"
    OVERRIDDEN = "overridden", "Agreed against a rule"
    AWARDED = "awarded", "Award gained"
    RATED = "rate agreed", "Rate agreed"
    ENDED = "ended", "Ended"


TO_PROVIDER = {
    EntryKind.PROPOSED: "A placement is offered to you",
    EntryKind.CANCELLED: "A placement is cancelled",
    EntryKind.EXTENDED: "The last day of a placement has changed",
    EntryKind.PAUSED: "A placement is paused",
    EntryKind.RESUMED: "A placement goes on",
    EntryKind.CHANGE_AGREED: "A change of an objective is agreed",
    EntryKind.CHANGE_REFUSED: "A change of an objective is not agreed",
    EntryKind.ENDED: "A placement has ended",
}
TO_COUNCIL = {
    EntryKind.CHANGE_PROPOSED: "A change of an objective is proposed",
    EntryKind.ACCEPTED: "A placement is accepted",
    EntryKind.DECLINED: "A placement is declined",
}

TO_SCHOOL = {
    EntryKind.ACCEPTED: "A placement is accepted",
    EntryKind.DECLINED: "A placement is declined by the provider",
    EntryKind.CANCELLED: "A placement is cancelled",
    EntryKind.ENDED: "A placement has ended",
}


class EntryQuerySet(ChildQuerySet):
    """Entries within reach: a provider sees those of its own placements, and nobody's costs."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider=WITHIN)

    def as_user(self, user: User) -> Self:
        """Keep the rows that this person may see: rates for those who may see what things cost."""
        rows = super().as_user(user)
        return rows if user.can(Permission.COST_VIEW) else rows.known_to_all()

    def known_to_all(self) -> Self:
        """Leave out what only those who may see costs are told."""
        return self.exclude(kind=EntryKind.RATED)

    def told(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("by")


class Entry(models.Model):
    """One thing that happened to a placement, in words, kept for good."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=EntryKind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    words = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values),
                name="placements_entry_kind_is_known",
                violation_error_message="An entry tells one of the things that can happen.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.placement}"


def say(day: date | None) -> str:
    """Return a day as people write it."""
    return f"{day.day} {day:%B %Y}" if day else "no day agreed"
