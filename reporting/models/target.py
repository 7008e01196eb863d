"""What a figure is to become in an academic year: set, set anew with the reason, and reviewed."""

from datetime import date, timedelta
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Max, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.models import User
from apsystem.lib.calendar import academic_year, year_label

REVIEW_AFTER = timedelta(days=365)


class TargetQuerySet(models.QuerySet["Target"]):
    """Targets of the borough: numbers, no child in them."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the pages are open only to those who hold figures.view."""
        return self

    def in_force(self) -> Self:
        """Keep the latest of each measure and year: it took the place of those before."""
        latest = (
            Target.objects.order_by("measure", "year", "-set_at", "-pk")
            .distinct("measure", "year")
            .values("pk")
        )
        return self.filter(pk__in=latest)

    def reviewed(self) -> Self:
        """Add the day of the last review, or on which the target was set where there is none."""
        return self.annotate(looked_at_on=Coalesce(Max("reviews__on"), TruncDate("set_at")))

    def review_due(self, today: date) -> Self:
        """Keep those in force that nobody looked at for a year, of last year or later."""
        rows = self.in_force().reviewed().filter(year__gte=academic_year(today) - 1)
        return rows.filter(looked_at_on__lte=today - REVIEW_AFTER)

    def of_year(self, year: int) -> "dict[str, Target]":
        """Return what is in force for a year, by measure. One query."""
        rows = self.in_force().filter(year=year).select_related("owner")
        return {row.measure: row for row in rows}


class Target(models.Model):
    """A target of a measure for an academic year. Rows are added, and never altered."""

    measure = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    baseline = models.DecimalField(
        max_digits=6, decimal_places=1, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    baseline_words = models.CharField(max_length=200, blank=True)
    value = models.DecimalField(max_digits=6, decimal_places=1)
    due_on = models.DateField()
    owner = models.ForeignKey(User, models.PROTECT, related_name="targets_owned")
    words = models.TextField(max_length=2000)
    because = models.TextField(max_length=1000)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "-year", "-set_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="reporting_target_is_not_below_nothing",
                violation_error_code="value",
                violation_error_message="A target is 0 or more.",
            ),
            models.CheckConstraint(
                condition=Q(baseline=None) | ~Q(baseline_words=""),
                name="reporting_target_baseline_says_where_it_is_from",
                violation_error_code="baseline_words",
                violation_error_message="Say where the baseline is from.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {year_label(self.year)}: {self.value}"

    @property
    def year_words(self) -> str:
        """Return the academic year as people write it."""
        return year_label(self.year)


class TargetReviewQuerySet(models.QuerySet["TargetReview"]):
    """What was said of targets."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the pages are open only to those who hold figures.view."""
        return self


class TargetReview(models.Model):
    """Somebody looked whether a target is still right, and how it stands."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="reviews")
    on = models.DateField()
    words = models.TextField(max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = TargetReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.target}, reviewed {self.on:%d/%m/%Y}"
