"""Everything that reads across: figures, my day, a child's page, search."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """The measure registry, snapshots, comparators."""

    name = "reporting"
    verbose_name = "Reporting"
