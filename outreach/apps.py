"""Support in the school instead of a place."""

from importlib import import_module

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Tier 1 support, its log, what schools buy of it, and the twelve months afterwards."""

    name = "outreach"
    verbose_name = "Outreach"

    def ready(self) -> None:
        """Register what outreach tells of a child."""
        import_module("outreach.story")
