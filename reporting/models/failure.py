"""A figure that could not be worked out: which, why, since when, and when it was tried last."""

from typing import Self

from django.db import models

from apsystem.lib.calendar import year_label
from reporting.models.comparator import Coverage


class FailedFigureQuerySet(models.QuerySet["FailedFigure"]):
    """Failures of the borough's figures: names and moments, no child in them."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the pages ask for figures.view or figures.watch."""
        return self

    def of_part(self, year: int, coverage: str) -> "dict[str, FailedFigure]":
        """Return those of a part of a year, by measure. One query."""
        return {row.measure: row for row in self.filter(year=year, coverage=coverage)}


class FailedFigure(models.Model):
    """A figure of the borough whose newest attempt failed. The row goes when it works again.

    `error` is the name of the error's class: its words may hold what was recorded of a child.
    """

    measure = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    coverage = models.CharField(max_length=10, choices=Coverage.choices)
    error = models.CharField(max_length=100)
    failing_since = models.DateTimeField()
    failed_at = models.DateTimeField()

    objects = FailedFigureQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "-year", "coverage"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year", "coverage"],
                name="reporting_failedfigure_one_of_a_figure",
                violation_error_message="It is written down already that this figure failed.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period}"

    @property
    def period(self) -> str:
        """Return year and coverage as people read them."""
        return f"{year_label(self.year)}, {self.get_coverage_display()}"
