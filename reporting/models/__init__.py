"""Published figures to compare with, figures as they were computed, and who last looked when."""

from reporting.models.comparator import Comparator, Coverage
from reporting.models.look import LastLook
from reporting.models.snapshot import Snapshot

__all__ = ["Comparator", "Coverage", "LastLook", "Snapshot"]
