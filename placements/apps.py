"""A pupil's time at a provider, or support in the home school."""

from importlib import import_module

from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    """Placements of the three tiers."""

    name = "placements"
    verbose_name = "Placements"

    def ready(self) -> None:
        """Register the kinds of letter about a placement."""
        import_module("placements.letters")
