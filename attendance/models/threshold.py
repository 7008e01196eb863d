"""When absence asks for a step, and by which time of day: the council's settings with their day."""

from datetime import date, time
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from apsystem.lib.calendar import Session

MOST = 190
WHOLE = 100


class Kind(models.TextChoices):
    """What is counted."""

    UNEXPLAINED = "unexplained", "Reason not known (N)"
    UNAUTHORISED = "unauthorised", "Unauthorised absence"
    ILLNESS = "illness", "Illness"
    WEEKDAY = "weekday", "The same weekday"
    RECENT = "recent", "Low attendance lately"


WITHIN = [Kind.UNAUTHORISED, Kind.WEEKDAY, Kind.RECENT]
WORDS = {
    Kind.UNEXPLAINED: "A mark of N is older than {number} school days",
    Kind.UNAUTHORISED: "{number} unauthorised sessions or more in the last {within} school weeks",
    Kind.ILLNESS: "{number} school days or more with a mark of illness in a school year",
    Kind.WEEKDAY: "Absent on {number} or more of the last {within} of the same weekday",
    Kind.RECENT: "Attended fewer than {number}% of the last {within} possible sessions",
}


class ThresholdQuerySet(models.QuerySet["Threshold"]):
    """The thresholds of absence."""

    def as_user(self, user: object) -> Self:
        """Keep them all: they are public."""
        return self

    def on(self, day: date) -> "dict[str, Threshold]":
        """Return the threshold of each kind that is in force on a day. One query."""
        rows = self.filter(starts_on__lte=day).order_by("starts_on")
        return {row.kind: row for row in rows}

    def newest_first(self) -> Self:
        """Order kind by kind, the latest of each on top."""
        return self.order_by("kind", "-starts_on")


@pghistory.track()
class Threshold(models.Model):
    """From when on absence of a kind asks for a step. A later row replaces an earlier one."""

    kind = models.CharField(max_length=20, choices=Kind)
    number = models.PositiveSmallIntegerField()
    within = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    source = models.CharField(max_length=300)

    objects = ThresholdQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="attendance_threshold_kind_is_known",
                violation_error_message="Choose from the list what is counted.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST),
                name="attendance_threshold_number_fits_a_year",
                violation_error_code="number",
                violation_error_message=f"Enter a number from 1 to {MOST}.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=WITHIN, within__gte=1, within__lte=MOST)
                | Q(~Q(kind__in=WITHIN), within__isnull=True),
                name="attendance_threshold_within_where_it_is_counted",
                violation_error_code="within",
                violation_error_message=f"Enter a number from 1 to {MOST}.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.WEEKDAY) | Q(number__lte=F("within")),
                name="attendance_threshold_weekdays_of_those_counted",
                violation_error_code="number",
                violation_error_message="There are not so many of the weekday to look at.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.RECENT) | Q(number__lte=WHOLE),
                name="attendance_threshold_percent_is_a_percent",
                violation_error_code="number",
                violation_error_message="Enter a percentage from 1 to 100.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="attendance_threshold_names_its_source",
                violation_error_code="source",
                violation_error_message="Say who set this, and where it is written.",
            ),
            models.UniqueConstraint(
                fields=["kind", "starts_on"],
                name="attendance_threshold_one_from_a_day",
                violation_error_code="starts_on",
                violation_error_message="There is a threshold of this kind from this day.",
            ),
        ]

    def __str__(self) -> str:
        return WORDS[Kind(self.kind)].format(number=self.number, within=self.within)


class RegisterTimesQuerySet(models.QuerySet["RegisterTimes"]):
    """By when registers are marked and absent pupils accounted for."""

    def as_user(self, user: object) -> Self:
        """Keep them all: they are public."""
        return self

    def on(self, day: date) -> "dict[int, RegisterTimes]":
        """Return the times of each provider that are in force on a day. One query."""
        rows = self.filter(starts_on__lte=day).order_by("starts_on")
        return {row.provider_id: row for row in rows}

    def newest_first(self) -> Self:
        """Order provider by provider, the latest of each on top."""
        return self.select_related("provider").order_by("provider__name", "-starts_on")


@pghistory.track()
class RegisterTimes(models.Model):
    """The two times of each session at a provider, from a day on, by the clock on the wall.

    By the first the register is marked; by the second every absent pupil is accounted for.
    No law names such times, so there are none until somebody sets them.
    """

    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    am_mark_by = models.TimeField()
    am_account_by = models.TimeField()
    pm_mark_by = models.TimeField()
    pm_account_by = models.TimeField()

    objects = RegisterTimesQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(am_account_by__gt=F("am_mark_by")),
                name="attendance_registertimes_morning_in_order",
                violation_error_code="am_account_by",
                violation_error_message="The second time comes after the first.",
            ),
            models.CheckConstraint(
                condition=Q(pm_account_by__gt=F("pm_mark_by")),
                name="attendance_registertimes_afternoon_in_order",
                violation_error_code="pm_account_by",
                violation_error_message="The second time comes after the first.",
            ),
            models.CheckConstraint(
                condition=Q(pm_mark_by__gt=F("am_mark_by")),
                name="attendance_registertimes_afternoon_after_morning",
                violation_error_code="pm_mark_by",
                violation_error_message="The afternoon comes after the morning.",
            ),
            models.UniqueConstraint(
                fields=["provider", "starts_on"],
                name="attendance_registertimes_one_from_a_day",
                violation_error_code="starts_on",
                violation_error_message="There are times of this provider from this day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} from {self.starts_on.day} {self.starts_on:%B %Y}"

    def mark_by(self, session: int) -> time:
        """Return the time by which the register of a session is marked."""
        return self.am_mark_by if session == Session.AM else self.pm_mark_by

    def account_by(self, session: int) -> time:
        """Return the time by which every absent pupil of a session is accounted for."""
        return self.am_account_by if session == Session.AM else self.pm_account_by
