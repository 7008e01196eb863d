"""A pupil's time at a provider, or support in the home school."""

from importlib import import_module

from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    """Placements of the three tiers."""

    name = "placements"
    verbose_name = "Placements"

    def ready(self) -> None:
        """Register what placements tell of a child, and the kinds of letter about one."""
        import_module("placements.letters")
        import_module("placements.story")
