"""Tier 1: support in the school, what is written down about it, and what became of the pupils."""

from outreach.models.cycle import Cycle, Judgement
from outreach.models.entry import LogEntry, LogLine
from outreach.models.evaluation import Evaluation
from outreach.models.follow_up import FollowUp
from outreach.models.support import Aspect, Support
from outreach.models.trade import Deal, Purchase

__all__ = [
    "Aspect",
    "Cycle",
    "Deal",
    "Evaluation",
    "FollowUp",
    "Judgement",
    "LogEntry",
    "LogLine",
    "Purchase",
    "Support",
]
