"""Published figures to compare with, and the figures of the borough as they were computed."""

from reporting.models.comparator import Comparator, Coverage
from reporting.models.snapshot import Snapshot

__all__ = ["Comparator", "Coverage", "Snapshot"]
