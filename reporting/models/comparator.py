"""A published figure with its source: what ours is set beside."""

from decimal import Decimal
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from apsystem.lib.calendar import year_label


class Coverage(models.TextChoices):
    """Which part of an academic year a figure covers. Only like is compared with like."""

    YEAR = "year", "whole year"
    TWO_TERMS = "two terms", "autumn and spring terms"
    AUTUMN = "autumn", "autumn term"
    SPRING = "spring", "spring term"
    SUMMER = "summer", "summer term"
    TO_DATE = "to date", "year to date"


def in_words(measure: str) -> str:
    """Return what is measured, as people read it."""
    return measure.replace("_", " ").capitalize()


class ComparatorQuerySet(models.QuerySet["Comparator"]):
    """Published figures: the same for everybody."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self

    def newest(self, measure: str, school_type: str, coverage: str) -> dict[str, "Comparator"]:
        """Return the newest figure of each geography for a measure and coverage. One query."""
        rows = self.filter(
            measure=measure,
            school_type=school_type,
            coverage=coverage,
            value__isnull=False,
        ).order_by("year")
        return {row.geography: row for row in rows}


@pghistory.track()
class Comparator(models.Model):
    """One published value: what, where, for whom, when, how much of the year, and who says so.

    `value` is empty where the publisher gives a symbol instead (`c` suppressed, `z` not
    applicable, `low` rounds to zero, `x` not available); `numerator` and `denominator` are there
    where the publisher gives the counts.
    """

    measure = models.CharField(max_length=80)
    school_type = models.CharField(max_length=80)
    geography = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    coverage = models.CharField(max_length=10, choices=Coverage)
    value = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    symbol = models.CharField(max_length=5, blank=True)
    unit = models.CharField(max_length=80)
    numerator = models.BigIntegerField(null=True, blank=True)
    denominator = models.BigIntegerField(null=True, blank=True)
    source = models.CharField(max_length=300)
    note = models.CharField(max_length=400, blank=True)
    confidence = models.CharField(max_length=80, blank=True)

    objects = ComparatorQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "geography", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "school_type", "geography", "year", "coverage"],
                name="reporting_comparator_one_of_a_kind",
                violation_error_message="This figure is already there.",
            ),
            models.CheckConstraint(
                condition=Q(coverage__in=Coverage.values),
                name="reporting_comparator_coverage_is_known",
                violation_error_message="Choose from the list which part of the year it covers.",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False, symbol="")
                | Q(value__isnull=True) & ~Q(symbol=""),
                name="reporting_comparator_value_or_symbol",
                violation_error_message="A figure has a value, or a symbol that says why not.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="reporting_comparator_has_a_source",
                violation_error_message="Say where the figure was published.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_words}, {self.geography}, {self.period}"

    @property
    def period(self) -> str:
        """Return year and coverage as people read them."""
        return f"{year_label(self.year)}, {self.get_coverage_display()}"

    @property
    def measure_words(self) -> str:
        """Return what is measured, as people read it."""
        return in_words(self.measure)

    @property
    def said(self) -> str:
        """Return the figure as it was published: the number, or the symbol that stands for it."""
        return self.symbol if self.value is None else f"{self.value.normalize():f}"

    def complement(self) -> Decimal | None:
        """Return 100 minus the value: attendance from absence."""
        return None if self.value is None else 100 - self.value
