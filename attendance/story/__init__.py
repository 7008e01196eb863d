"""What this app tells of a child: missed weeks, part-time timetables, the support that follows."""

from attendance.story import support
from attendance.story.registers import part_time

__all__ = ["part_time", "support"]
