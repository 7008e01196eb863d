"""The logbook: visits, observations, direct work, training; planned first, or written afterwards."""

import uuid
from datetime import date
from typing import Any, Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.scoping import ScopedQuerySet
from accounts.workflow import WorkflowModel, moves
from outreach.models.support import OfSupportQuerySet, Support

LONGEST_MINUTES = 12 * 60


class EntryKind(models.TextChoices):
    """What was done."""

    VISIT = "visit", "Visit"
    OBSERVATION = "observation", "Observation"
    DIRECT = "direct", "Direct work with pupils"
    CONSULTATION = "consultation", "Consultation with staff"
    TRAINING = "training", "Training"
    FAMILY = "family", "Contact with the family"


class EntryStatus(models.TextChoices):
    """Where an entry stands."""

    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    CALLED_OFF = "called off", "Called off"


class LogEntryQuerySet(ScopedQuerySet):
    """Entries: of the own school, or of the own provider. No entry names a child: its lines do."""

    def reached_by_school(self, schools: list[int]) -> Q:
        """Return the rule for people of these schools."""
        return Q(school__in=schools)

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for people of these providers."""
        return Q(provider__in=providers)

    def planned(self) -> Self:
        """Keep those that have no outcome so far."""
        return self.filter(status=EntryStatus.PLANNED)

    def due(self, by: date) -> Self:
        """Keep those that were planned for a day or earlier and have no outcome."""
        return self.planned().filter(on__lte=by)

    def done_in(self, start: date, end: date) -> Self:
        """Keep what was done from start up to, not on, end."""
        return self.filter(status=EntryStatus.DONE, on__gte=start, on__lt=end)

    def narrowed(
        self, *, status: str = "", whose: str = "", school: str = "", due: str = ""
    ) -> Self:
        """Keep what a filter asks for."""
        rows = self.filter(status=status) if status in EntryStatus.values else self
        if due:
            rows = rows.due(timezone.localdate())
        if whose:
            rows = rows.filter(worker__uid=whose)
        return rows.filter(school__uid=school) if school else rows

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("school", "worker", "corrected_by")


@pghistory.track()
class LogEntry(WorkflowModel):
    """One piece of work at one school. `words` is about the work; of a child speaks its line.

    What was done may be corrected: `correction` is why it was the last time.
    """

    MOVES = moves(
        ("do", {EntryStatus.PLANNED}, EntryStatus.DONE, Permission.OUTREACH_WORK),
        ("call off", {EntryStatus.PLANNED}, EntryStatus.CALLED_OFF, Permission.OUTREACH_WORK),
    )
    TAG_COLOURS = {
        EntryStatus.PLANNED: "yellow",
        EntryStatus.DONE: "green",
        EntryStatus.CALLED_OFF: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=15, choices=EntryKind)
    status = models.CharField(max_length=10, choices=EntryStatus, default=EntryStatus.DONE)
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    worker = models.ForeignKey(User, models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    is_traded = models.BooleanField(default=False)
    words = models.TextField(max_length=2000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    correction = models.CharField(max_length=300, blank=True)
    corrected_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values, status__in=EntryStatus.values),
                name="outreach_logentry_kind_is_known",
                violation_error_code="kind",
                violation_error_message="Choose what was done.",
            ),
            models.CheckConstraint(
                condition=Q(status=EntryStatus.DONE, minutes__gte=1, minutes__lte=LONGEST_MINUTES)
                | ~Q(status=EntryStatus.DONE) & Q(minutes__isnull=True),
                name="outreach_logentry_done_has_its_time",
                violation_error_code="minutes",
                violation_error_message=f"Enter how long it took, 1 to {LONGEST_MINUTES} minutes.",
            ),
            models.CheckConstraint(
                condition=~Q(status=EntryStatus.CALLED_OFF) | ~Q(words=""),
                name="outreach_logentry_called_off_says_why",
                violation_error_code="words",
                violation_error_message="Say why it was called off.",
            ),
            models.CheckConstraint(
                condition=Q(correction="", corrected_by__isnull=True, corrected_at__isnull=True)
                | Q(status=EntryStatus.DONE, corrected_by__isnull=False)
                & Q(corrected_at__isnull=False)
                & ~Q(correction=""),
                name="outreach_logentry_corrected_says_why",
                violation_error_code="correction",
                violation_error_message="Say why the entry is corrected.",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "on"], name="outreach_entry_of_school"),
            models.Index(
                fields=["worker", "on"],
                name="outreach_entry_to_do",
                condition=Q(status="planned"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.on.day} {self.on:%B %Y}"

    def more_state(self) -> list[Any]:
        """Return what else two people may correct at once: the lines."""
        return list(self.lines.order_by("support").values_list("support", "words"))

    @property
    def hours_words(self) -> str:
        """Return how long it took: '1 h 30 min'."""
        hours, minutes = divmod(self.minutes or 0, 60)
        parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
        return " ".join(filter(None, parts))


class LogLineQuerySet(OfSupportQuerySet):
    """Lines within reach: each viewer reads those of the pupils within the viewer's reach."""

    def of(self, entries: object) -> Self:
        """Keep those of some entries, with whom they are about."""
        rows = self.filter(entry__in=entries)
        return rows.select_related("support__pupil", "support__school").order_by("pk")


@pghistory.track()
class LogLine(models.Model):
    """What an entry says of one pupil, or of the work with the school as a whole."""

    entry = models.ForeignKey(LogEntry, models.PROTECT, related_name="lines")
    support = models.ForeignKey(Support, models.PROTECT, related_name="lines")
    words = models.TextField(max_length=2000, blank=True)

    objects = LogLineQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "support"],
                name="outreach_logline_one_for_a_support",
                violation_error_message="The entry has a line for this already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry}: {self.support.reference}"
