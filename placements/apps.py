"""A pupil's time at a provider, or support in the home school."""

from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    """Placements of the three tiers."""

    name = "placements"
    verbose_name = "Placements"
