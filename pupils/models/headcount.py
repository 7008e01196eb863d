"""How many pupils are on the roll of a school at a census: what rates are divided by."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, User
from apsystem.lib.calendar import year_label

MOST_PUPILS = 20_000


class Census(models.TextChoices):
    """The school census of a term. Rates go by the one in January, in the spring term."""

    AUTUMN = "autumn", "Autumn (October)"
    SPRING = "spring", "Spring (January)"
    SUMMER = "summer", "Summer (May)"


class HeadcountQuerySet(models.QuerySet["Headcount"]):
    """Headcounts: totals of schools, no child in them."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the page is open only to those who enter them."""
        return self

    def of_year(self, year: int) -> Self:
        """Keep those of an academic year, by school."""
        return self.filter(year=year).select_related("school").order_by("school__name", "census")


@pghistory.track()
class Headcount(models.Model):
    """Pupils on roll at a school, sole and dual main registrations, at one census of a year."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="headcounts")
    year = models.PositiveSmallIntegerField()
    census = models.CharField(max_length=10, choices=Census)
    pupils = models.PositiveIntegerField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = HeadcountQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "school__name", "census"]
        constraints = [
            models.CheckConstraint(
                condition=Q(census__in=Census.values),
                name="pupils_headcount_census_is_known",
                violation_error_code="census",
                violation_error_message="Choose the census.",
            ),
            models.CheckConstraint(
                condition=Q(pupils__gte=1, pupils__lte=MOST_PUPILS),
                name="pupils_headcount_somebody_is_on_roll",
                violation_error_code="pupils",
                violation_error_message="Enter 1 to 20,000 pupils: no rate can be worked out from "
                "a headcount of nothing. Leave it out where nobody is on roll.",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100),
                name="pupils_headcount_year_is_ours",
                violation_error_code="year",
                violation_error_message="Enter an academic year like 2025/26.",
            ),
            models.UniqueConstraint(
                fields=["school", "year", "census"],
                name="pupils_headcount_one_a_census",
                violation_error_code="school",
                violation_error_message="The headcount of this census is entered already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.get_census_display()} {self.year_words}"

    @property
    def year_words(self) -> str:
        """Return the academic year as people write it."""
        return year_label(self.year)
