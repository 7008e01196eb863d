"""Published figures to compare with, figures as they were computed, targets, and who last looked when."""

from reporting.models.comparator import Comparator, Coverage
from reporting.models.look import LastLook
from reporting.models.snapshot import Snapshot
from reporting.models.target import Target, TargetReview

__all__ = ["Comparator", "Coverage", "LastLook", "Snapshot", "Target", "TargetReview"]
