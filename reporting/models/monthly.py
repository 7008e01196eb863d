"""What leadership reads of a month: the tables of a measure, frozen as they were first made."""

from datetime import date
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q


class MonthlyTablesQuerySet(models.QuerySet["MonthlyTables"]):
    """Tables of the borough: numbers, no child in them."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the pages are open only to those who hold table.read."""
        return self

    def newest(self) -> date | None:
        """Return the latest month that is there. One query."""
        return self.aggregate(models.Max("month"))["month__max"]


class MonthlyTables(models.Model):
    """The tables of one measure for one month. Rows are added, and never altered.

    `tables` holds what was counted as well as what is withheld: the audit of the next month needs
    both. No page draws a row from it but through `kpis.tables`.
    """

    measure = models.CharField(max_length=60)
    month = models.DateField()  # its first day
    year = models.PositiveSmallIntegerField()  # the academic year that is counted from
    starts_on = models.DateField()
    as_of = models.DateField()
    total = models.JSONField()  # above the line, below and above it, children
    tables = models.JSONField(default=dict)  # by dimension
    smallest_count = models.PositiveSmallIntegerField()
    smallest_cohort = models.PositiveSmallIntegerField()
    definition_version = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects = MonthlyTablesQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "measure"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "month"],
                name="reporting_monthlytables_one_of_a_measure_and_month",
                violation_error_message="The tables of this month are made, and do not change.",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="reporting_monthlytables_month_is_its_first_day",
                violation_error_message="A month is written as its first day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.month:%B %Y}"
