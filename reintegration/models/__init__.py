"""The way back: the plan, its gates, the weeks of return, and the checks afterwards."""

from reintegration.models.gate import Gate, Kind
from reintegration.models.plan import GATES, Outcome, Plan, Status, TargetChange
from reintegration.models.version import Version
from reintegration.models.week import (
    WEEKS,
    ChangeKind,
    Judgement,
    Stay,
    StayCheck,
    Week,
    WeekChange,
    span,
)

__all__ = [
    "GATES",
    "WEEKS",
    "ChangeKind",
    "Gate",
    "Judgement",
    "Kind",
    "Outcome",
    "Plan",
    "Status",
    "Stay",
    "StayCheck",
    "TargetChange",
    "Version",
    "Week",
    "WeekChange",
    "span",
]
