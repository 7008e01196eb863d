"""A figure as it was computed: value, counts, definition, moment, and a print of its rows."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import HalfTerm, Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import year_label
from reporting.models.comparator import Coverage

# The parts of a year that figures are kept of. Nothing is published of a half term, so none is a
# Coverage; those of the borough's would tell small numbers apart, so each is of a provider.
HALF_TERMS = {str(number): name.lower() for number, name in HalfTerm.NAMES.items()}
PART_CHOICES = [*Coverage.choices, *HALF_TERMS.items()]
HALF_TERM_OF_A_PROVIDER = Q(coverage__in=Coverage.values) | Q(
    coverage__in=list(HALF_TERMS), provider__isnull=False
)


def is_enough(denominator: int, units: int, smallest_cohort: int) -> bool:
    """Tell whether enough children are behind a figure to show it outside case work.

    Enough must stand below the line too, or nothing: of ten children, two may be counted so far.
    """
    return (not denominator or denominator >= smallest_cohort) and units >= smallest_cohort


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Figures of the borough and of providers: totals, no child in them."""

    def as_user(self, user: User) -> Self:
        """Keep the borough's, and the providers' for who may see the children behind them.

        From a provider's and the borough's together, small numbers of the others could be told.
        """
        return self if user.can(Permission.FIGURES_CHILDREN) else self.filter(provider=None)

    def latest_of(
        self, year: int, coverage: str, provider: int | None = None
    ) -> dict[str, "Snapshot"]:
        """Return the latest figure of each measure, of the borough or a provider. One query."""
        rows = (
            self.filter(year=year, coverage=coverage, provider=provider)
            .order_by("measure", "-computed_at", "-pk")
            .distinct("measure")
        )
        return {row.measure: row for row in rows}

    def of_two_years(self, year: int, coverage: str) -> dict[int, dict[str, "Snapshot"]]:
        """Return the latest figures of a part of a year and of the one before. One query."""
        rows = (
            self.filter(year__in=(year - 1, year), coverage=coverage, provider=None)
            .order_by("measure", "year", "-computed_at", "-pk")
            .distinct("measure", "year")
        )
        found: dict[int, dict[str, Snapshot]] = {year - 1: {}, year: {}}
        for row in rows:
            found[row.year][row.measure] = row
        return found

    def of_terms(self, year: int) -> dict[str, list["Snapshot"]]:
        """Return the latest figure of each term of a year and the year before, in their order."""
        terms = (Coverage.AUTUMN, Coverage.SPRING, Coverage.SUMMER)
        rows: Iterable[Snapshot] = (
            self.filter(year__in=(year - 1, year), coverage__in=terms, provider=None)
            .order_by("measure", "year", "coverage", "-computed_at", "-pk")
            .distinct("measure", "year", "coverage")
        )
        found: dict[str, list[Snapshot]] = {}
        for row in sorted(rows, key=lambda row: row.starts_on):
            found.setdefault(row.measure, []).append(row)
        return found

    def with_rows(self) -> Self:
        """Keep those whose rows were kept, the newest first: what changed since can be told."""
        return self.filter(kept__isnull=False).order_by("-computed_at", "-pk")


class Snapshot(models.Model):
    """One computed figure. Rows are added when something changed, and never altered."""

    measure = models.CharField(max_length=60)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    year = models.PositiveSmallIntegerField()
    coverage = models.CharField(max_length=10, choices=PART_CHOICES)
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_over = models.BooleanField()
    value = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    units = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    definition_version = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=32)
    as_of = models.DateField()
    computed_at = models.DateTimeField(auto_now_add=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-computed_at"]
        indexes = [
            models.Index(
                fields=["provider", "year", "coverage", "measure", "-computed_at"],
                name="reporting_latest",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(denominator=0, value__isnull=True)
                | Q(denominator__gt=0, value__isnull=False),
                name="reporting_snapshot_no_value_without_denominator",
                violation_error_message="A figure has a value where something was counted, "
                "and none where nothing was.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="reporting_snapshot_dates_in_order",
                violation_error_message="The end of the period must be after its start.",
            ),
            models.CheckConstraint(
                condition=HALF_TERM_OF_A_PROVIDER,
                name="reporting_snapshot_half_term_is_of_a_provider",
                violation_error_message="A figure that is kept of a half term is a provider's.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period}"

    @property
    def period(self) -> str:
        """Return year and coverage as people read them."""
        return f"{year_label(self.year)}, {self.get_coverage_display()}"

    @property
    def scope(self) -> str:
        """Return what it is of: the period, with the provider where it is of one."""
        return f"{self.provider}, {self.period}" if self.provider else self.period

    def has_enough(self, smallest_cohort: int) -> bool:
        """Tell whether enough children are behind the figure to show it outside case work."""
        return is_enough(self.denominator, self.units, smallest_cohort)

    def difference(self, other: Decimal | None) -> Decimal | None:
        """Return how far the figure lies above another one, in points."""
        return None if self.value is None or other is None else self.value - other
