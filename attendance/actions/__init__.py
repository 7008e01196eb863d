"""What happens to marks and to the calendar that they keep to.

A person saves a register, a device sends its taps, a lead corrects many marks, or many are loaded
at once; half terms and closures change; a part-time timetable leaves sessions out.
"""

from attendance.actions.calendar import close, remove_half_term, reopen, set_half_term
from attendance.actions.correcting import Corrected, correct
from attendance.actions.delivering import Answered, OtherBody, Sent, deliver
from attendance.actions.leaving_out import write_left_out
from attendance.actions.loading import load_marks
from attendance.actions.outside import mark_outside
from attendance.actions.register import (
    UNDO_SECONDS,
    Details,
    Entry,
    Saved,
    check_open,
    mark,
)
from attendance.actions.timetable_rules import change_timetable_rule
from attendance.actions.timetables import (
    agree,
    end_timetable,
    end_with_placements,
    next_review_on,
    review_timetable,
)
from attendance.actions.totals import differences, repair_totals

__all__ = [
    "UNDO_SECONDS",
    "Answered",
    "Corrected",
    "Details",
    "Entry",
    "OtherBody",
    "Saved",
    "Sent",
    "agree",
    "change_timetable_rule",
    "check_open",
    "close",
    "correct",
    "deliver",
    "differences",
    "end_timetable",
    "end_with_placements",
    "load_marks",
    "mark",
    "mark_outside",
    "next_review_on",
    "remove_half_term",
    "reopen",
    "repair_totals",
    "review_timetable",
    "set_half_term",
    "write_left_out",
]
