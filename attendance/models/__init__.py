"""Statutory codes, and a mark for each session that a placement expects."""

from attendance.models.code import Code, Kind
from attendance.models.mark import Mark, MarkAmendment

__all__ = ["Code", "Kind", "Mark", "MarkAmendment"]
