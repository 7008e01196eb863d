"""The reviews of an attendance contract: each has the day on which it is due, and was held."""

from datetime import date

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from attendance.models.share import Share
from attendance.models.support import SupportPlan, SupportQuerySet
from pupils.models import ON_ROLL, Reach


class SupportReviewQuerySet(SupportQuerySet):
    """Reviews within reach."""

    placed = "plan__placement"
    reach = Reach(pupil="plan__pupil", school=ON_ROLL, provider=ON_ROLL, dated="plan__opened_on")

    def held(self) -> "SupportReviewQuerySet":
        """Keep those that took place, with who recorded them."""
        return self.filter(held_on__isnull=False).select_related("recorded_by")

    def open(self) -> "SupportReviewQuerySet":
        """Keep those that are still to be held."""
        return self.filter(held_on=None, dropped_on=None)


_EMPTY = Q(
    attended="",
    changed="",
    next_step="",
    pupil_view="",
    since_on__isnull=True,
    present__isnull=True,
    possible__isnull=True,
    recorded_by__isnull=True,
    recorded_at__isnull=True,
)
_WHOLE = (
    ~Q(attended="")
    & ~Q(changed="")
    & ~Q(next_step="")
    & Q(since_on__isnull=False, since_on__lte=F("held_on"))
    & Q(present__isnull=False, possible__gte=F("present"))
    & Q(recorded_by__isnull=False, recorded_at__isnull=False)
)


@pghistory.track()
class SupportReview(models.Model):
    """A review that is due on a day. `held_on` stays empty until it takes place.

    A review that nobody held stays as it was due: it counts as missed. `dropped_on` says that the
    contract was over before the day came. The sessions are counted from marks, from `since_on` up
    to, not on, the day of the review, as the registers stood when it was recorded.
    """

    plan = models.ForeignKey(SupportPlan, models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    attended = models.CharField(max_length=500, blank=True)
    since_on = models.DateField(null=True, blank=True)
    present = models.PositiveSmallIntegerField(null=True, blank=True)
    possible = models.PositiveSmallIntegerField(null=True, blank=True)
    changed = models.TextField(max_length=4000, blank=True)
    pupil_view = models.TextField(max_length=2000, blank=True)
    next_step = models.TextField(max_length=2000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    objects = SupportReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(held_on__isnull=True, dropped_on__isnull=True),
                name="attendance_supportreview_one_open",
                violation_error_message="A review of this contract is due already.",
            ),
            models.UniqueConstraint(
                fields=["plan", "held_on"],
                name="attendance_supportreview_one_a_day",
                violation_error_code="held_on",
                violation_error_message="A review of this contract on this day is recorded.",
            ),
            models.CheckConstraint(
                condition=Q(held_on__isnull=True) & _EMPTY | Q(held_on__isnull=False) & _WHOLE,
                name="attendance_supportreview_whole_when_held",
                violation_error_message="A review that was held says who was there, what changed "
                "and what follows.",
            ),
            models.CheckConstraint(
                condition=Q(held_on__isnull=True) | Q(dropped_on__isnull=True),
                name="attendance_supportreview_held_or_dropped",
                violation_error_message="A review that was held cannot have fallen away.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="attendance_review_due",
                condition=Q(held_on__isnull=True, dropped_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        day: date = self.held_on or self.due_on
        return f"Attendance review {'on' if self.held_on else 'due'} {day.day} {day:%B %Y}"

    @property
    def attendance(self) -> Share:
        """Return the share attended since the review before."""
        return Share(self.present or 0, self.possible or 0)
