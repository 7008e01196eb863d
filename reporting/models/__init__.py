"""Published figures to compare with, figures and monthly tables as they were made, targets, and who last looked when."""

from reporting.models.comparator import Comparator, Coverage
from reporting.models.look import LastLook
from reporting.models.monthly import MonthlyTables
from reporting.models.snapshot import Snapshot
from reporting.models.target import Target, TargetReview

__all__ = [
    "Comparator",
    "Coverage",
    "LastLook",
    "MonthlyTables",
    "Snapshot",
    "Target",
    "TargetReview",
]
