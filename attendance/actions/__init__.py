"""What happens to marks and to the calendar that they keep to.

A person saves a register, or many marks are loaded at once; half terms and closures change.
"""

from attendance.actions.calendar import close, remove_half_term, reopen, set_half_term
from attendance.actions.loading import load_marks
from attendance.actions.register import Entry, Saved, check_open, mark
from attendance.actions.totals import differences, repair_totals

__all__ = [
    "Entry",
    "Saved",
    "check_open",
    "close",
    "differences",
    "load_marks",
    "mark",
    "remove_half_term",
    "reopen",
    "repair_totals",
    "set_half_term",
]
