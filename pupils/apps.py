"""The children: the one place for what is known of a child."""

from django.apps import AppConfig


class PupilsConfig(AppConfig):
    """Pupils, their contacts, enrolments, needs, plans and care."""

    name = "pupils"
    verbose_name = "Pupils"
