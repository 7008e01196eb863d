"""Statutory codes, and a mark for each session that a placement expects."""

from attendance.models.code import Code, Kind
from attendance.models.mark import PLANNED_CLOSURE, Mark, MarkAmendment

__all__ = ["PLANNED_CLOSURE", "Code", "Kind", "Mark", "MarkAmendment"]
