"""The project as a Django app: its system checks and its Celery app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApsystemConfig(AppConfig):
    """Register the checks, and bind tasks to the Celery app."""

    name = "apsystem"

    def ready(self) -> None:
        """Import what must be registered before the first request or task."""
        from apsystem import celery, checks  # noqa: F401, PLC0415

        # Web processes ring for tasks too, so they know the handlers as a worker does.
        autodiscover_modules("tasks", "nightly")
