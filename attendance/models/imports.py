"""Imports of marks: the file until it is confirmed, the record for ever, the columns of a provider."""

import uuid
from typing import Self, cast

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey, Organisation, User
from accounts.scoping import ScopedQuerySet

MOST_BYTES = 20 * 1024 * 1024


class Status(models.TextChoices):
    """Where an import stands."""

    WAITING = "waiting", "Not confirmed yet"
    DONE = "done", "Imported"
    GIVEN_UP = "given up", "Given up"


class Kind(models.TextChoices):
    """What was imported."""

    MARKS = "marks", "Marks"
    AT_SCHOOL = "at school", "Attendance at school"


class ImportQuerySet(ScopedQuerySet):
    """Imports within reach: a provider sees its own."""

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for people of these providers."""
        return Q(provider__in=providers)

    def waiting(self) -> Self:
        """Keep those of marks that wait for somebody to confirm them."""
        return self.filter(status=Status.WAITING)

    def begun_by(self, user: User) -> Self:
        """Keep those that the person began."""
        return self.filter(by=user)

    def same_file_as(self, row: "Import") -> "Import | None":
        """Return the last import of the very same file for the same provider, or None."""
        rows = self.filter(status=Status.DONE, sha256=row.sha256, provider=row.provider)
        return cast("Import | None", rows.select_related("by").first())

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("provider", "by", "key")


@pghistory.track()
class Import(models.Model):
    """One file, or one request of a system: who, when, what it held and what it did.

    `provider` is empty where a file covers several. The file itself is in ImportFile, and goes.
    """

    TAG_COLOURS = {Status.WAITING: "yellow", Status.DONE: "green", Status.GIVEN_UP: "grey"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MARKS)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="+", null=True, blank=True)
    request_key = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="attendance_import_status_is_known",
                violation_error_message="An import waits, is imported, or was given up.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="attendance_import_kind_is_known",
                violation_error_message="Marks are imported, or attendance at school.",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WAITING, done_at=None)
                | ~Q(status=Status.WAITING) & Q(done_at__isnull=False),
                name="attendance_import_over_when_done",
                violation_error_message="An import that does not wait any more has a moment at "
                "which it ended.",
            ),
            models.CheckConstraint(
                condition=Q(changed=0) | ~Q(kind=Kind.MARKS) | ~Q(reason=""),
                name="attendance_import_changes_for_a_reason",
                violation_error_code="reason",
                violation_error_message="Say why marks are changed.",
            ),
            models.UniqueConstraint(
                fields=["key", "request_key"],
                condition=~Q(request_key=""),
                name="attendance_import_one_for_a_request",
                violation_error_message="This request was answered already.",
            ),
        ]
        indexes = [models.Index(fields=["provider", "-began_at"], name="attendance_import_of")]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.began_at:%d/%m/%Y}"

    @property
    def reference(self) -> str:
        """Return what names the import without a child's name; a file's name may hold one."""
        return f"import of {self.began_at:%d/%m/%Y}"


class ImportFileQuerySet(ScopedQuerySet):
    """The files of imports within reach."""

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for people of these providers."""
        return Q(of__provider__in=providers)


class ImportFile(models.Model):
    """What was uploaded, until it is confirmed or given up, and a day at most. No history."""

    of = models.OneToOneField(Import, models.CASCADE, related_name="file")
    content = models.BinaryField()
    mapping = models.JSONField(default=dict)

    objects = ImportFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"File of {self.of}"


class MarkLayoutQuerySet(ScopedQuerySet):
    """The layouts of providers within reach."""

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for people of these providers."""
        return Q(provider__in=providers)


@pghistory.track()
class MarkLayout(models.Model):
    """Which column of a provider's exports holds what, as a person said it."""

    provider = models.OneToOneField(Organisation, models.PROTECT, related_name="+")
    mapping = models.JSONField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    objects = MarkLayoutQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Columns of {self.provider}"
