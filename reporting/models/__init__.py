"""Published figures, figures as computed and as a board or leadership read them, targets, looks."""

from reporting.models.comparator import Comparator, Coverage
from reporting.models.failure import FailedFigure
from reporting.models.look import LastLook
from reporting.models.monthly import MonthlyTables
from reporting.models.pack import BoardPack, KeptRows, PackFigure, PackStatus
from reporting.models.snapshot import Snapshot
from reporting.models.target import Target, TargetReview

__all__ = [
    "BoardPack",
    "Comparator",
    "Coverage",
    "FailedFigure",
    "KeptRows",
    "LastLook",
    "MonthlyTables",
    "PackFigure",
    "PackStatus",
    "Snapshot",
    "Target",
    "TargetReview",
]
