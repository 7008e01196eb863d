"""Versions of a plan as they were sent to the receiving school, and its countersignature."""

import uuid
from datetime import date, timedelta
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.models.personal import hash_of
from pupils.models import ON_ROLL, ChildQuerySet, Reach
from reintegration.models.plan import Plan


class VersionQuerySet(ChildQuerySet):
    """Versions within reach."""

    reach = Reach(pupil="plan__pupil", school=ON_ROLL, provider="plan__placement__provider")

    def told(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("made_by")


@pghistory.track()
class Version(models.Model):
    """What a plan said when it was sent. `content` never changes; a changed plan is a new version.

    The secret of its link follows from `uid` and the installation's key, so that no row and no
    message of the outbox holds it. It is valid up to, not on, `expires_on`, and opens the newest
    version only.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sent_to = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    signed_name = models.CharField(max_length=150, blank=True)
    signed_position = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    refused_because = models.TextField(max_length=2000, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="reintegration_version_numbered_once",
                violation_error_message="This version is there already.",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_name="", signed_position="")
                & Q(refused_because="")
                | Q(signed_at__isnull=False) & ~Q(signed_name="") & ~Q(signed_position=""),
                name="reintegration_version_signed_by_name_and_position",
                violation_error_code="signed_name",
                violation_error_message="Enter your name and your position.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_was_sent_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__content__df=pgtrigger.F("new__content"))
                | pgtrigger.Q(old__signed_at__isnull=False),
            ),
            pgtrigger.Protect(name="versions_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @property
    def last_day(self) -> date:
        """Return the last day on which the link works."""
        return self.expires_on - timedelta(days=1)

    @property
    def token(self) -> str:
        """Return the secret of the link."""
        return salted_hmac("reintegration.version", self.uid.hex, algorithm="sha256").hexdigest()

    @property
    def state(self) -> str:
        """Return what the school did with it, in words."""
        if self.signed_at is None:
            return "Not answered so far"
        who = f"{self.signed_name}, {self.signed_position}"
        return f"Not agreed by {who}" if self.refused_because else f"Countersigned by {who}"


def opened_by(token: str, today: date) -> Version | None:
    """Return the version that the secret of a link opens: not over, and the newest of its plan."""
    newer = Version.objects.filter(plan=OuterRef("plan"), number__gt=OuterRef("number"))
    rows = Version.objects.filter(~Exists(newer), token_hash=hash_of(token), expires_on__gt=today)
    return rows.select_related("plan__pupil").first()
