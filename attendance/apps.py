"""A mark for each session that a placement expects."""

from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    """Statutory codes, registers, marks."""

    name = "attendance"
    verbose_name = "Attendance"
