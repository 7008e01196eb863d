"""Codes, a mark for each expected session, timetables, totals, what absence asks, and support."""

from attendance.models.absence import AbsenceEntry, AbsenceNotice, Answer, Way
from attendance.models.at_school import SchoolAttendance
from attendance.models.code import Code, Kind
from attendance.models.delivery import Delivery
from attendance.models.imports import Import, ImportFile, MarkLayout
from attendance.models.mark import PLANNED_CLOSURE, Mark, MarkAmendment
from attendance.models.outside import OutsideMark
from attendance.models.pathway import EbsaPathway, ReturnStep
from attendance.models.review import SupportReview
from attendance.models.reward import DisplayConsent, Reward
from attendance.models.rule import TimetableRule
from attendance.models.share import Share
from attendance.models.support import SupportPlan
from attendance.models.taken_back import TakenBack
from attendance.models.threshold import RegisterTimes, Threshold
from attendance.models.timetable import (
    Came,
    Outcome,
    PartTimeTimetable,
    ReviewOutcome,
    TimetableReview,
)
from attendance.models.visit import HomeVisit
from attendance.models.week import WeekTotal, Window

__all__ = [
    "PLANNED_CLOSURE",
    "AbsenceEntry",
    "AbsenceNotice",
    "Answer",
    "Came",
    "Code",
    "Delivery",
    "DisplayConsent",
    "EbsaPathway",
    "HomeVisit",
    "Import",
    "ImportFile",
    "Kind",
    "Mark",
    "MarkAmendment",
    "MarkLayout",
    "Outcome",
    "OutsideMark",
    "PartTimeTimetable",
    "RegisterTimes",
    "ReturnStep",
    "ReviewOutcome",
    "Reward",
    "SchoolAttendance",
    "Share",
    "SupportPlan",
    "SupportReview",
    "TakenBack",
    "Threshold",
    "TimetableReview",
    "TimetableRule",
    "Way",
    "WeekTotal",
    "Window",
]
