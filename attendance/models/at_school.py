"""Attendance of pupils at their mainstream schools: weeks that are imported, periods that are typed."""

import uuid
from datetime import date, timedelta
from typing import Any, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Sum
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.models.calendar import DateRange, SameNumber
from apsystem.lib.calendar import FRIDAY, SESSIONS_A_DAY, days
from attendance.models.imports import Import
from pupils.models import ChildQuerySet, Pupil, Reach


class MostSessions(Func):
    """The most sessions that lie between two dates: ten in each week, two on each day left over."""

    output_field = models.IntegerField()

    def __init__(self, start: str, end: str) -> None:
        """Take the columns of the first day and of the day after the last."""
        super().__init__(start, end)
        self.columns = (start, end)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        """Write the number; the length of the time stands there twice."""
        (start, given), (end, more) = (compiler.compile(e) for e in self.source_expressions)
        length = f"(({end})::date - ({start})::date)"
        sql = f"({length} / 7 * 10 + least({length} %% 7, 5) * 2)"
        return sql, (*more, *given, *more, *given)

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        """Write the two columns into migrations."""
        return f"{type(self).__module__}.{type(self).__qualname__}", self.columns, {}


class SchoolAttendanceQuerySet(ChildQuerySet):
    """What schools count of children within reach: a school reads its own, a provider none."""

    reach = Reach(pupil="pupil", school="school", dated="starts_on")

    def kept(self) -> Self:
        """Keep those that nobody took back."""
        return self.filter(taken_back_at=None)

    def between(self, start: date, end: date) -> Self:
        """Keep what lies wholly in a time from start up to, not on, end: no part is guessed."""
        return self.filter(starts_on__gte=start, ends_on__lte=end)

    def with_absence(self) -> Self:
        """Keep those in which sessions were missed."""
        return self.filter(present__lt=F("possible"))

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("school", "recorded_by")


@pghistory.track()
class SchoolAttendance(models.Model):
    """Sessions of one pupil at one school, from `starts_on` up to, not on, `ends_on`.

    A session is half a day. Late counts as present (reference 1.2). Times of one pupil at one school
    never overlap, so nothing is counted twice, whether a week was imported or a period typed.
    """

    class Source(models.TextChoices):
        IMPORTED = "imported", "From the school's system"
        TYPED = "typed", "Typed"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="+")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    possible = models.PositiveSmallIntegerField()
    present = models.PositiveSmallIntegerField()
    authorised = models.PositiveSmallIntegerField()
    unauthorised = models.PositiveSmallIntegerField()
    late = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)
    taken_in = models.ForeignKey(Import, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = SchoolAttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=["imported", "typed"]),
                name="attendance_schoolattendance_source_is_known",
                violation_error_message="Attendance at school is imported or typed.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="attendance_schoolattendance_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before the first day.",
            ),
            models.CheckConstraint(
                condition=Q(possible=F("present") + F("authorised") + F("unauthorised")),
                name="attendance_schoolattendance_sums_fit",
                violation_error_code="possible",
                violation_error_message="Attended, authorised and unauthorised absence add up to "
                "the possible sessions.",
            ),
            models.CheckConstraint(
                condition=Q(late__lte=F("present")),
                name="attendance_schoolattendance_late_is_present",
                violation_error_code="late",
                violation_error_message="Late sessions are among those attended.",
            ),
            models.CheckConstraint(
                condition=Q(possible__lte=MostSessions("starts_on", "ends_on")),
                name="attendance_schoolattendance_no_more_than_the_days",
                violation_error_code="possible",
                violation_error_message="There are not so many sessions in that time: a session "
                "is half a day, so ten in a week.",
            ),
            models.CheckConstraint(
                condition=~Q(source="imported") & Q(taken_in=None)
                | Q(
                    source="imported",
                    starts_on__iso_week_day=1,
                    ends_on=F("starts_on") + timedelta(days=7),
                ),
                name="attendance_schoolattendance_imported_by_week",
                violation_error_message="What is imported is a week from its Monday.",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="attendance_schoolattendance_taken_back_by_somebody",
                violation_error_message="What is taken back says when, and by whom.",
            ),
            ExclusionConstraint(
                name="attendance_schoolattendance_no_day_counted_twice",
                expressions=[
                    (SameNumber("pupil"), RangeOperators.OVERLAPS),
                    (SameNumber("school"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(taken_back_at=None),
                violation_error_code="starts_on",
                violation_error_message="Attendance is recorded for some of these days already. "
                "Take that back first, or choose other days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.present} of {self.possible} sessions from {self.starts_on:%d/%m/%Y}"

    @property
    def last_day(self) -> date:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1)

    @property
    def absent(self) -> int:
        """Return the sessions missed."""
        return self.authorised + self.unauthorised

    @property
    def weekday_sessions(self) -> int:
        """Return how many sessions the weekdays of the time have."""
        weekdays = sum(day.weekday() <= FRIDAY for day in days(self.starts_on, self.ends_on))
        return weekdays * SESSIONS_A_DAY


def told_of(pupil: int, school: int | None, start: date, end: date) -> list[SchoolAttendance]:
    """Return what a school counted of a pupil wholly within a time. Who may read it is asked before."""
    rows = SchoolAttendance.objects.kept().filter(pupil=pupil, school=school).between(start, end)
    return list(rows.order_by("starts_on")) if school else []


def returned_of(pupil: int | None, school: int, start: date, end: date) -> dict[str, int]:
    """Return the sessions that a school returned of a pupil wholly within a time; {} for none."""
    rows = SchoolAttendance.objects.kept().filter(pupil=pupil, school=school).between(start, end)
    sums = rows.aggregate(present=Sum("present"), possible=Sum("possible"))
    return sums if sums["possible"] else {}
