"""What holds for part-time timetables, with its date of effect."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from placements.models import plain

WIDTH = 300  # of the drawing


class TimetableRuleQuerySet(models.QuerySet["TimetableRule"]):
    """The rules of part-time timetables."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the rules are public."""
        return self

    def on(self, day: date) -> "TimetableRule | None":
        """Return the rule in force on a day, or None where nobody has set one."""
        return self.filter(starts_on__lte=day).order_by("starts_on").last()

    def newest_first(self) -> Self:
        """Order the latest rule on top."""
        return self.order_by("-starts_on")


@pghistory.track()
class TimetableRule(models.Model):
    """What holds for part-time timetables from a day on. A later row replaces an earlier."""

    starts_on = models.DateField(unique=True)
    review_days = models.PositiveSmallIntegerField()
    long_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    full_hours = models.DecimalField(max_digits=4, decimal_places=2)
    session_hours = models.DecimalField(max_digits=4, decimal_places=2)
    source = models.CharField(max_length=200)

    objects = TimetableRuleQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review_days__gte=1, review_days__lte=60),
                name="attendance_timetablerule_reviewed_often",
                violation_error_code="review_days",
                violation_error_message="Enter 1 to 60 days from one review to the next.",
            ),
            models.CheckConstraint(
                condition=Q(long_weeks__isnull=True) | Q(long_weeks__gte=1),
                name="attendance_timetablerule_long_is_a_week_at_least",
                violation_error_code="long_weeks",
                violation_error_message="Enter one week or more, or leave it empty.",
            ),
            models.CheckConstraint(
                condition=Q(full_hours__gt=0, full_hours__lte=60),
                name="attendance_timetablerule_full_hours_fit_a_week",
                violation_error_code="full_hours",
                violation_error_message="Full time is more than 0 hours a week and at most 60.",
            ),
            models.CheckConstraint(
                condition=Q(session_hours__gt=0, session_hours__lte=6),
                name="attendance_timetablerule_session_hours_fit_half_a_day",
                violation_error_code="session_hours",
                violation_error_message="A session lasts more than 0 hours and at most 6.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="attendance_timetablerule_names_its_source",
                violation_error_code="source",
                violation_error_message="Say who set this, and where it is written.",
            ),
        ]

    def __str__(self) -> str:
        return f"Part-time timetables from {self.starts_on.day} {self.starts_on:%B %Y}"

    def hours(self, sessions: int, of: int) -> "Hours":
        """Return the hours of a pattern beside those of a placement's pattern, and full time."""
        taught = self.session_hours * sessions.bit_count()
        return Hours(taught, self.session_hours * of.bit_count() - taught, self.full_hours)


@dataclass(frozen=True)
class Hours:
    """Hours a week: taught, left out by a timetable, and what is full time. How they are drawn."""

    taught: Decimal
    left_out: Decimal
    full: Decimal

    @property
    def words(self) -> str:
        """Return what is drawn, in words."""
        return (
            f"{plain(self.taught)} of {plain(self.full)} hours a week are taught; the timetable "
            f"leaves out {plain(self.left_out)}."
        )

    @property
    def short(self) -> str:
        """Return what a list says beside the drawing."""
        return f"{plain(self.taught)} of {plain(self.full)} hours"

    @property
    def taught_width(self) -> float:
        """Return how long the bar of what is taught is drawn."""
        return self._part(self.taught)

    @property
    def left_out_width(self) -> float:
        """Return how long the bar of what is left out is drawn."""
        return self._part(self.left_out)

    def _part(self, hours: Decimal) -> float:
        return round(float(hours / max(self.full, self.taught + self.left_out)) * WIDTH, 1)
