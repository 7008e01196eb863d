"""The pathway back to school of a young person whose avoidance of school is emotionally based (EBSA)."""

import uuid
from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from attendance.models.support import NOBODY, SupportPlan
from attendance.models.timetable import PartTimeTimetable
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach


class PathwayStatus(models.TextChoices):
    """Where a pathway stands."""

    OPEN = "open", "On the way"
    CLOSED = "closed", "Closed"


class EbsaPathwayQuerySet(ChildQuerySet):
    """Pathways within reach."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL, dated="opened_on")

    def with_names(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("pupil", "opened_by", "plan")


@pghistory.track()
class EbsaPathway(WorkflowModel):
    """What makes school hard, what helps, and the steps of the return in their order."""

    MOVES = moves(
        (
            "close",
            {PathwayStatus.OPEN},
            PathwayStatus.CLOSED,
            Permission.ATTENDANCE_SUPPORT_RECORD,
        ),
    )
    TAG_COLOURS = {PathwayStatus.OPEN: "blue", PathwayStatus.CLOSED: "grey"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="ebsa_pathways")
    plan = models.ForeignKey(
        SupportPlan, models.PROTECT, related_name="pathways", null=True, blank=True
    )
    timetable = models.ForeignKey(
        PartTimeTimetable, models.PROTECT, related_name="pathways", null=True, blank=True
    )
    status = models.CharField(max_length=10, choices=PathwayStatus, default=PathwayStatus.OPEN)
    risks = models.TextField(max_length=4000)
    resilience = models.TextField(max_length=4000)
    pupil_view = models.TextField(max_length=2000, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    close_words = models.TextField(max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with each change.")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_on = models.DateField(default=localdate)
    opened_at = models.DateTimeField(default=timezone.now)

    objects = EbsaPathwayQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(risks="") & ~Q(resilience=""),
                name="attendance_ebsapathway_names_what_helps",
                violation_error_code="resilience",
                violation_error_message="Say what makes school hard, and what helps.",
            ),
            models.UniqueConstraint(
                fields=["pupil"],
                condition=Q(status=PathwayStatus.OPEN),
                name="attendance_ebsapathway_one_open_for_a_pupil",
                violation_error_message="This pupil has an EBSA pathway that is not closed.",
            ),
            models.CheckConstraint(
                condition=Q(status=PathwayStatus.OPEN, closed_on__isnull=True, close_words="")
                | Q(status=PathwayStatus.CLOSED, closed_on__gte=F("opened_on"))
                & ~Q(close_words=""),
                name="attendance_ebsapathway_closed_with_a_day_and_words",
                violation_error_message="Say on which day the pathway is closed, and why.",
            ),
        ]

    def __str__(self) -> str:
        return f"EBSA pathway from {self.opened_on.day} {self.opened_on:%B %Y}"


class Went(models.TextChoices):
    """How a step went."""

    WELL = "well", "Managed"
    PARTLY = "partly", "Partly managed"
    NOT_YET = "not yet", "Not managed so far"


class ReturnStepQuerySet(ChildQuerySet):
    """Steps within reach."""

    reach = Reach(
        pupil="pathway__pupil", school=ON_ROLL, provider=ON_ROLL, dated="pathway__opened_on"
    )

    def tried(self) -> Self:
        """Keep those of which is known how they went."""
        return self.filter(tried_on__isnull=False)

    def waiting(self) -> Self:
        """Keep those of open pathways that nobody tried so far."""
        return self.filter(tried_on=None, pathway__status=PathwayStatus.OPEN)

    def due(self, by: date) -> Self:
        """Keep those that wait and were planned for a day or earlier."""
        return self.waiting().filter(planned_on__lte=by)

    def narrowed(self, *, due: str = "", whose: str = "") -> Self:
        """Keep those that wait, and of them what a filter asks for: due ones, or one person's."""
        rows = self.due(localdate()) if due else self.waiting()
        if whose == NOBODY:
            return rows.of_who_left()
        return rows.filter(pathway__opened_by__uid=whose) if whose else rows

    def of_who_left(self) -> Self:
        """Keep those of pathways that were begun by a person who holds no role any more."""
        return self.filter(pathway__opened_by__in=User.objects.without_role())

    def with_names(self) -> Self:
        """Fetch with them what a list shows, the next one on top."""
        rows = self.select_related("pathway__pupil", "pathway__opened_by")
        return rows.order_by("planned_on", "pk")


@pghistory.track()
class ReturnStep(models.Model):
    """One step of a graded return. `position` is its place in the order, from 1."""

    pathway = models.ForeignKey(EbsaPathway, models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300)
    planned_on = models.DateField()
    tried_on = models.DateField(null=True, blank=True)
    went = models.CharField(max_length=10, choices=Went, blank=True)
    went_words = models.TextField(max_length=1000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    objects = ReturnStepQuerySet.as_manager()

    class Meta:
        ordering = ["pathway", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["pathway", "position"],
                name="attendance_returnstep_one_at_a_place",
                violation_error_message="Another step has this place in the order.",
            ),
            models.CheckConstraint(
                condition=~Q(words=""),
                name="attendance_returnstep_says_what",
                violation_error_code="words",
                violation_error_message="Say what the step is.",
            ),
            models.CheckConstraint(
                condition=Q(tried_on__isnull=True, went="", went_words="")
                & Q(recorded_by__isnull=True, recorded_at__isnull=True)
                | Q(tried_on__isnull=False, went__in=Went.values)
                & ~Q(went_words="")
                & Q(recorded_by__isnull=False, recorded_at__isnull=False),
                name="attendance_returnstep_tried_says_how_it_went",
                violation_error_code="went",
                violation_error_message="Enter the day of the step, and how it went.",
            ),
        ]

    def __str__(self) -> str:
        return f"Step {self.position}: {self.words}"
