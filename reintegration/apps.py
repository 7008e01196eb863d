"""The way back to school, and on to post-16."""

from importlib import import_module

from django.apps import AppConfig


class ReintegrationConfig(AppConfig):
    """Plans, gates, weeks of return, and checks afterwards."""

    name = "reintegration"
    verbose_name = "Reintegration"

    def ready(self) -> None:
        """Register what plans tell of a child, and the letter of a decision."""
        import_module("reintegration.story")
        import_module("reintegration.letters")
