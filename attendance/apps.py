"""A mark for each session that a placement expects."""

from importlib import import_module

from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    """Statutory codes, registers, marks."""

    name = "attendance"
    verbose_name = "Attendance"

    def ready(self) -> None:
        """Register what registers tell of a child."""
        import_module("attendance.story")
