"""Support in the school instead of a place."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Support, visits and follow-up: still to come."""

    name = "outreach"
    verbose_name = "Outreach"
