"""Published figures, figures as computed and as frozen for a board, targets, and who last looked."""

from reporting.models.comparator import Comparator, Coverage
from reporting.models.look import LastLook
from reporting.models.pack import BoardPack, KeptRows, PackFigure, PackStatus
from reporting.models.snapshot import Snapshot
from reporting.models.target import Target, TargetReview

__all__ = [
    "BoardPack",
    "Comparator",
    "Coverage",
    "KeptRows",
    "LastLook",
    "PackFigure",
    "PackStatus",
    "Snapshot",
    "Target",
    "TargetReview",
]
