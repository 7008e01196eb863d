"""The children: the one place for what is known of a child."""

from importlib import import_module

from django.apps import AppConfig


class PupilsConfig(AppConfig):
    """Pupils, their contacts, enrolments, needs, plans and care."""

    name = "pupils"
    verbose_name = "Pupils"

    def ready(self) -> None:
        """Register what this app knows of a child."""
        import_module("pupils.story.own")
