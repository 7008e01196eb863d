"""What happens to marks: a person saves a register, or many marks are loaded at once."""

from attendance.actions.loading import load_marks
from attendance.actions.register import Entry, Saved, check_open, mark

__all__ = ["Entry", "Saved", "check_open", "load_marks", "mark"]
