"""Home visits: planned, and what came of them."""

import uuid
from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from attendance.models.support import SupportPlan, SupportQuerySet
from pupils.models import ON_ROLL, Pupil, Reach


class VisitStatus(models.TextChoices):
    """What came of a visit."""

    PLANNED = "planned", "Planned"
    MADE = "made", "Made"
    NOBODY_IN = "nobody in", "Nobody in"
    CALLED_OFF = "called off", "Called off"


OUTCOMES = [VisitStatus.MADE, VisitStatus.NOBODY_IN, VisitStatus.CALLED_OFF]
WENT = [VisitStatus.MADE, VisitStatus.NOBODY_IN]


class HomeVisitQuerySet(SupportQuerySet):
    """Visits within reach."""

    placed = "plan__placement"
    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL, dated="planned_on")

    def due(self, by: date) -> Self:
        """Keep those that were planned for a day or earlier and have no outcome."""
        return self.filter(status=VisitStatus.PLANNED, planned_on__lte=by)

    def narrowed(self, *, status: str = "", due: str = "", whose: str = "") -> Self:
        """Keep what a filter asks for."""
        rows = self.filter(status=status) if status in VisitStatus.values else self
        if due:
            rows = rows.due(timezone.localdate())
        return rows.filter(visitor__uid=whose) if whose else rows

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "visitor", "recorded_by", "plan")


@pghistory.track()
class HomeVisit(WorkflowModel):
    """A visit to a pupil's home. `went_on` is the day on which somebody stood at the door."""

    MOVES = moves(
        *(
            (status.value, {VisitStatus.PLANNED}, status, Permission.ATTENDANCE_SUPPORT_RECORD)
            for status in OUTCOMES
        )
    )
    TAG_COLOURS = {
        VisitStatus.PLANNED: "yellow",
        VisitStatus.MADE: "green",
        VisitStatus.NOBODY_IN: "orange",
        VisitStatus.CALLED_OFF: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="home_visits")
    plan = models.ForeignKey(
        SupportPlan, models.PROTECT, related_name="visits", null=True, blank=True
    )
    status = models.CharField(max_length=10, choices=VisitStatus, default=VisitStatus.PLANNED)
    purpose = models.TextField(max_length=1000)
    planned_on = models.DateField()
    planned_at = models.CharField(max_length=50, blank=True)
    visitor = models.ForeignKey(User, models.PROTECT, related_name="+")
    goes_with = models.CharField(max_length=200, blank=True)
    lone_working = models.CharField(max_length=500, blank=True)
    went_on = models.DateField(null=True, blank=True)
    seen = models.CharField(max_length=300, blank=True)
    pupil_was_seen = models.BooleanField(null=True, blank=True)
    found = models.TextField(max_length=4000, blank=True)
    is_concern = models.BooleanField(default=False)
    concern_raised = models.TextField(max_length=2000, blank=True)
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    objects = HomeVisitQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose=""),
                name="attendance_homevisit_says_why",
                violation_error_code="purpose",
                violation_error_message="Say what the visit is for.",
            ),
            models.CheckConstraint(
                condition=~Q(goes_with="") | ~Q(lone_working=""),
                name="attendance_homevisit_nobody_goes_alone_unplanned",
                violation_error_code="lone_working",
                violation_error_message="Name who else goes, or say how somebody who goes alone "
                "is kept safe.",
            ),
            models.CheckConstraint(
                condition=Q(status=VisitStatus.PLANNED, recorded_by__isnull=True)
                & Q(recorded_at__isnull=True, found="")
                | Q(status__in=OUTCOMES, recorded_by__isnull=False, recorded_at__isnull=False)
                & ~Q(found=""),
                name="attendance_homevisit_outcome_says_what",
                violation_error_code="found",
                violation_error_message="Say what was found, or why the visit was called off.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=WENT, went_on__isnull=False)
                | Q(status__in=[VisitStatus.PLANNED, VisitStatus.CALLED_OFF])
                & Q(went_on__isnull=True),
                name="attendance_homevisit_went_on_a_day",
                violation_error_code="went_on",
                violation_error_message="Enter the day on which somebody went.",
            ),
            models.CheckConstraint(
                condition=Q(status=VisitStatus.MADE, pupil_was_seen__isnull=False) & ~Q(seen="")
                | ~Q(status=VisitStatus.MADE) & Q(pupil_was_seen__isnull=True, seen=""),
                name="attendance_homevisit_made_says_who_was_seen",
                violation_error_code="seen",
                violation_error_message="Say who was seen, and whether the young person was.",
            ),
            models.CheckConstraint(
                condition=Q(is_concern=False, concern_raised="")
                | Q(is_concern=True, status__in=WENT) & ~Q(concern_raised=""),
                name="attendance_homevisit_concern_says_how",
                violation_error_code="concern_raised",
                violation_error_message="Say how and with whom the concern was raised.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["visitor", "planned_on"],
                name="attendance_visit_to_make",
                condition=Q(status="planned"),
            )
        ]

    def __str__(self) -> str:
        return f"Home visit on {self.day.day} {self.day:%B %Y}"

    @property
    def day(self) -> date:
        """Return the day on which somebody went, or is to go."""
        return self.went_on or self.planned_on

    @property
    def is_due(self) -> bool:
        """Tell whether the day has come and nothing is recorded."""
        return self.status == VisitStatus.PLANNED and self.planned_on <= timezone.localdate()
