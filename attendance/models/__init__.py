"""Statutory codes, a mark for each session that a placement expects, part-time timetables."""

from attendance.models.code import Code, Kind
from attendance.models.delivery import Delivery
from attendance.models.mark import PLANNED_CLOSURE, Mark, MarkAmendment
from attendance.models.outside import OutsideMark
from attendance.models.rule import TimetableRule
from attendance.models.taken_back import TakenBack
from attendance.models.timetable import (
    Came,
    Outcome,
    PartTimeTimetable,
    ReviewOutcome,
    TimetableReview,
)
from attendance.models.week import WeekTotal, Window

__all__ = [
    "PLANNED_CLOSURE",
    "Came",
    "Code",
    "Delivery",
    "Kind",
    "Mark",
    "MarkAmendment",
    "Outcome",
    "OutsideMark",
    "PartTimeTimetable",
    "ReviewOutcome",
    "TakenBack",
    "TimetableReview",
    "TimetableRule",
    "WeekTotal",
    "Window",
]
