"""What hangs on a case: who stepped aside from it, and what somebody has to do afterwards."""

import uuid
from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from pupils.models import ChildQuerySet, Reach
from reintegration.models.panel import PanelMember
from reintegration.models.panel_case import PanelCase


class CasePartQuerySet(ChildQuerySet):
    """What hangs on a case, within reach as the case is, and never for a school."""

    def as_user(self, user: User) -> Self:
        """Keep what hangs on cases that this person may see in full."""
        if not user.can(Permission.PANEL_VIEW):
            return self.none()
        return self.filter(case__in=PanelCase.objects.as_user(user))


class PanelConflictQuerySet(CasePartQuerySet):
    """Who stepped aside from a case."""

    reach = Reach(pupil="case__pupil")

    def as_user(self, user: User) -> Self:
        """Keep those of cases that this person may see, and those of this person."""
        if not user.can(Permission.PANEL_VIEW):
            return self.none()
        return self.filter(Q(case__in=PanelCase.objects.as_user(user)) | Q(member__user=user))


class PanelConflict(models.Model):
    """A member declared an interest in a case, and has nothing to do with it. Append-only."""

    case = models.ForeignKey(PanelCase, models.PROTECT, related_name="conflicts")
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="conflicts")
    reason = models.CharField(max_length=500)
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PanelConflictQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "member"],
                name="reintegration_panelconflict_declared_once",
                violation_error_code="member",
                violation_error_message="This member has declared an interest in the case already.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="reintegration_panelconflict_has_a_reason",
                violation_error_code="reason",
                violation_error_message="Say what the interest is.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.member} steps aside from {self.case}"


class PanelActionQuerySet(CasePartQuerySet):
    """What somebody has to do after a meeting."""

    reach = Reach(pupil="case__pupil")

    def undone(self) -> Self:
        """Keep those that are not done, the next one due first."""
        return self.filter(done_on=None).order_by("due_on", "pk")

    def due(self, today: date) -> Self:
        """Keep those that are to be done by a day at the latest, and are not."""
        return self.undone().filter(due_on__lte=today)


@pghistory.track()
class PanelAction(models.Model):
    """Something that follows from a case: what, who, by when."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(PanelCase, models.PROTECT, related_name="actions")
    words = models.CharField(max_length=500)
    owner = models.CharField(max_length=150)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)

    objects = PanelActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(words="") & ~Q(owner=""),
                name="reintegration_panelaction_says_what_and_who",
                violation_error_code="action_owner",
                violation_error_message="Say what is to be done, and who does it.",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by__isnull=True)
                | Q(done_on__isnull=False, done_by__isnull=False),
                name="reintegration_panelaction_done_is_whole",
                violation_error_message="An action that is done has its day and who says so.",
            ),
        ]

    def __str__(self) -> str:
        return self.words
