"""What happens to marks, to absences, to the calendar that they keep to, and to support.

A person saves a register or imports a file, a device sends its taps, a lead corrects many marks, or
many are loaded at once; half terms and closures change; a part-time timetable leaves sessions out;
people ring, and are told, until each absent pupil is accounted for; contracts are agreed and
reviewed, homes visited, rewards given, pathways begun.
"""

from attendance.actions.absence import Replacement, record, replace_unexplained
from attendance.actions.at_school import record_at_school, schools_of, take_back_at_school
from attendance.actions.at_school_import import import_at_school
from attendance.actions.calendar import close, remove_half_term, reopen, set_half_term
from attendance.actions.correcting import Corrected, correct
from attendance.actions.delivering import Answered, OtherBody, Sent, deliver
from attendance.actions.importing import (
    PlanRefused,
    check_may_import,
    choose_columns,
    clear_uploads,
    confirm,
    give_up,
    import_file,
    look_at,
    upload,
)
from attendance.actions.leaving_out import write_left_out
from attendance.actions.loading import load_marks
from attendance.actions.morning import follow
from attendance.actions.notices import answer, escalate, is_sendable, tell_of_absence
from attendance.actions.outside import mark_outside
from attendance.actions.pathway import (
    add_step,
    change_pathway,
    close_pathway,
    open_pathway,
    record_step,
)
from attendance.actions.planning import Plan
from attendance.actions.register import UNDO_SECONDS, Details, Entry, Saved, mark, why_closed
from attendance.actions.rewards import agree_display, give_reward, withdraw_display
from attendance.actions.sending import AlreadySent, take_sent
from attendance.actions.support import (
    agree_support,
    assign_support,
    change_support,
    end_support,
    meet_support,
    open_support,
    review_support,
    running_placement,
    usual_days,
)
from attendance.actions.thresholds import set_absence_email, set_threshold, set_times
from attendance.actions.timetable_rules import change_timetable_rule
from attendance.actions.timetables import (
    agree,
    end_timetable,
    end_with_placements,
    next_review_on,
    review_timetable,
)
from attendance.actions.totals import differences, repair_totals
from attendance.actions.visits import plan_visit, record_visit
from attendance.actions.writing import Overtaken

__all__ = [
    "UNDO_SECONDS",
    "AlreadySent",
    "Answered",
    "Corrected",
    "Details",
    "Entry",
    "OtherBody",
    "Overtaken",
    "Plan",
    "PlanRefused",
    "Replacement",
    "Saved",
    "Sent",
    "add_step",
    "agree",
    "agree_display",
    "agree_support",
    "answer",
    "assign_support",
    "change_pathway",
    "change_support",
    "change_timetable_rule",
    "check_may_import",
    "choose_columns",
    "clear_uploads",
    "close",
    "close_pathway",
    "confirm",
    "correct",
    "deliver",
    "differences",
    "end_support",
    "end_timetable",
    "end_with_placements",
    "escalate",
    "follow",
    "give_reward",
    "give_up",
    "import_at_school",
    "import_file",
    "is_sendable",
    "load_marks",
    "look_at",
    "mark",
    "mark_outside",
    "meet_support",
    "next_review_on",
    "open_pathway",
    "open_support",
    "plan_visit",
    "record",
    "record_at_school",
    "record_step",
    "record_visit",
    "remove_half_term",
    "reopen",
    "repair_totals",
    "replace_unexplained",
    "review_support",
    "review_timetable",
    "running_placement",
    "schools_of",
    "set_absence_email",
    "set_half_term",
    "set_threshold",
    "set_times",
    "take_back_at_school",
    "take_sent",
    "tell_of_absence",
    "upload",
    "usual_days",
    "why_closed",
    "withdraw_display",
    "write_left_out",
]
