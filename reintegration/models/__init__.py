"""The way back: the plan, its gates, the weeks of return, and the checks afterwards."""

from reintegration.models.gate import Gate, Kind
from reintegration.models.plan import GATES, Outcome, Plan, Status, TargetChange
from reintegration.models.steps import Activity, Application, CoachContact
from reintegration.models.transition import DestinationCheck, Pathway
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
    "Activity",
    "Application",
    "ChangeKind",
    "CoachContact",
    "DestinationCheck",
    "Gate",
    "Judgement",
    "Kind",
    "Outcome",
    "Pathway",
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
