"""The way back to school, and on to post-16."""

from django.apps import AppConfig


class ReintegrationConfig(AppConfig):
    """Plans, panel and transitions: still to come."""

    name = "reintegration"
    verbose_name = "Reintegration"
