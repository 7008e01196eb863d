"""A mark: what a person wrote for one child and one session."""

from datetime import date, timedelta
from typing import Self

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncWeek

from accounts.models import User
from apsystem.lib.calendar import Session
from attendance.models.code import (
    ABSENT_KINDS,
    AFTERNOON,
    MORNING,
    POSSIBLE_KINDS,
    PRESENT_KINDS,
    Code,
    codes_of,
)
from attendance.models.history import EVENTS, KEEP_NEW, UNINDEXED
from attendance.models.taken_back import TakenBack
from attendance.models.week import KEEP_WEEKS
from placements.models import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach

DUAL = "D"
PLANNED_CLOSURE = "#"
LATE_CODES = ["L", "U"]  # came after the register began to be taken: before and after it closed
HERE_CODES = [MORNING, AFTERNOON, "B", "K", "P", "V", "W", *LATE_CODES]  # who came may leave early
MOST_MINUTES = 240


class MarkQuerySet(ChildQuerySet):
    """Marks within reach: a provider sees those of its own placements."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="placement__provider", dated="date")

    def between(self, start: date, end: date) -> Self:
        """Keep marks of days from start up to, but not on, end."""
        return self.filter(date__gte=start, date__lt=end)

    def away_on(self, on: date) -> Self:
        """Keep the absences of a day."""
        return self.between(on, on + timedelta(days=1)).filter(code__in=codes_of(*ABSENT_KINDS))

    def with_names(self) -> Self:
        """Fetch with them what a list shows, pupil by pupil."""
        rows = self.select_related(
            "code", "pupil", "placement__provider", "placement__home_school"
        )
        return rows.order_by("pupil__surname", "pupil__forename", "date", "session", "pk")

    def with_changes(self) -> Self:
        """Tell with each, as `has_changes`, whether the page of its changes has something to show."""
        amended = MarkAmendment.objects.filter(mark=OuterRef("pk"))
        slot = {name: OuterRef(name) for name in ("placement", "date", "session")}
        return self.annotate(
            has_changes=Q(Exists(amended)) | Q(Exists(TakenBack.objects.filter(**slot)))
        )

    def possible(self) -> Self:
        """Keep the sessions that count: attended or missed."""
        return self.filter(code__in=codes_of(*POSSIBLE_KINDS))

    def of_running(self, on: date) -> Self:
        """Keep those of placements that are in force on a day."""
        return self.filter(placement__in=Placement.objects.in_force(on))

    def present_and_possible(self) -> tuple[int, int]:
        """Return how many of the marks are attendance, and how many count at all. One query."""
        present, absent = codes_of(*PRESENT_KINDS), codes_of(*ABSENT_KINDS)
        found = self.aggregate(
            present=models.Count("pk", filter=Q(code__in=present)),
            possible=models.Count("pk", filter=Q(code__in=present + absent)),
        )
        return found["present"], found["possible"]

    def by_week(self) -> "models.QuerySet":
        """Return a row for each child and week: sessions that count, attended and missed."""
        present, absent = codes_of(*PRESENT_KINDS), codes_of(*ABSENT_KINDS)
        weeks = self.order_by().annotate(week=TruncWeek("date")).values("pupil", "week")
        return weeks.annotate(
            present=models.Count("pk", filter=Q(code__in=present)),
            absent=models.Count("pk", filter=Q(code__in=absent)),
            possible=models.Count("pk", filter=Q(code__in=present + absent)),
        )

    def with_note(self) -> Self:
        """Keep those beside which somebody wrote what went well."""
        return self.exclude(note="")

    def count_by_provider(self, on: date, session: int) -> dict[int, int]:
        """Return how many marks each provider has written for a session. One query."""
        rows = self.filter(date=on, session=session).values_list("placement__provider")
        return dict(rows.annotate(marks=models.Count("pk")))


@pghistory.track(*EVENTS, attrs=UNINDEXED)
class Mark(models.Model):
    """One mark in a provider's register.

    A lean row, because there are two a day for every child: no surrogate index but the natural
    key. `version` counts the changes, so that two people who save do not overwrite each other.
    `marked_by` and `marked_at` tell of the code; who changed what stands beside it is told by the
    amendments.

    The four keys are checked once a statement and not row by row, by triggers of migration 0016
    that promise what foreign keys do: the row that is named is there, and stays.
    """

    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="marks", db_index=False, db_constraint=False
    )
    pupil = models.ForeignKey(
        Pupil, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    date = models.DateField()
    session = models.PositiveSmallIntegerField(choices=[(s.value, s.name) for s in Session])
    code = models.ForeignKey(
        Code,
        models.PROTECT,
        related_name="+",
        db_column="code",
        db_index=False,
        db_constraint=False,
    )
    version = models.PositiveSmallIntegerField(default=1)
    marked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    marked_at = models.DateTimeField()
    minutes_late = models.PositiveSmallIntegerField(null=True, blank=True)
    left_at = models.TimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, default="", db_default="")

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "date", "session"],
                name="attendance_mark_one_for_a_session",
                violation_error_message="This session is marked already.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "date", "session"],
                condition=~Q(code=DUAL),
                name="attendance_mark_one_not_dual_for_a_child",
                violation_error_message="Another place has marked this pupil for this session.",
            ),
            models.CheckConstraint(
                condition=Q(session__in=[0, 1]),
                name="attendance_mark_session_is_am_or_pm",
                violation_error_message="A session is the morning or the afternoon.",
            ),
            models.CheckConstraint(
                condition=Q(minutes_late__isnull=True)
                | Q(code__in=LATE_CODES, minutes_late__gte=1, minutes_late__lte=MOST_MINUTES),
                name="attendance_mark_minutes_of_who_came_late",
                violation_error_code="minutes_late",
                violation_error_message="Minutes late are from 1 to 240, for codes L and U only.",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(code__in=HERE_CODES),
                name="attendance_mark_left_early_who_came",
                violation_error_code="left_at",
                violation_error_message="Only a pupil who came can leave early.",
            ),
        ]
        # Marks arrive day by day, so a few pages of this index find a year among many.
        indexes = [BrinIndex(fields=["date"], name="attendance_mark_days", autosummarize=True)]
        triggers = [KEEP_NEW, *KEEP_WEEKS]

    def __str__(self) -> str:
        return f"{self.date} {Session(self.session).name} {self.code_id}"


class MarkAmendmentQuerySet(ChildQuerySet):
    """Amendments of marks within reach."""

    reach = Reach(pupil="mark__pupil", school=ON_ROLL, provider="mark__placement__provider")

    def newest_first(self) -> Self:
        """Order as a page shows them."""
        return self.select_related("by").order_by("-at", "-pk")


class MarkAmendment(models.Model):
    """A change of a mark: original and amended entry, reason, date, name and position.

    The five things that a register must keep of each correction (reference 1.6). What stood beside
    the code, minutes late, leaving time and note, is kept in words. Append-only.
    """

    mark = models.ForeignKey(Mark, models.PROTECT, related_name="amendments")
    original = models.CharField(max_length=2)
    amended = models.CharField(max_length=2)
    original_beside = models.CharField(max_length=250, blank=True, default="", db_default="")
    amended_beside = models.CharField(max_length=250, blank=True, default="", db_default="")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    by_position = models.CharField(max_length=100)

    objects = MarkAmendmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="attendance_markamendment_has_a_reason",
                violation_error_message="Say why the mark is changed.",
            ),
            models.CheckConstraint(
                condition=~Q(original=models.F("amended"))
                | ~Q(original_beside=models.F("amended_beside")),
                name="attendance_markamendment_changes_something",
                violation_error_message="The amended mark must differ from the original one.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.original} to {self.amended}"
