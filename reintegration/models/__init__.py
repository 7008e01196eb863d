"""The way back: the plan, its gates, the weeks of return, and the checks afterwards."""

from reintegration.models.gate import Gate, Kind
from reintegration.models.ledger import (
    Entry,
    LedgerWeight,
    PanelException,
    ledger,
    next_in_turn,
    year_group_of,
)
from reintegration.models.panel import (
    PANEL_ROLES,
    FairAccessCategory,
    MeetingStatus,
    PanelMeeting,
    PanelMember,
    papers_of,
)
from reintegration.models.panel_case import CaseKind, CaseStatus, PanelCase, PanelOutcome
from reintegration.models.panel_parts import PanelAction, PanelConflict
from reintegration.models.plan import GATES, Outcome, Plan, Status, TargetChange
from reintegration.models.steps import Activity, Application, CoachContact
from reintegration.models.transition import DestinationCheck, Pathway
from reintegration.models.vacancy import Vacancy
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
    "PANEL_ROLES",
    "WEEKS",
    "Activity",
    "Application",
    "CaseKind",
    "CaseStatus",
    "ChangeKind",
    "CoachContact",
    "DestinationCheck",
    "Entry",
    "FairAccessCategory",
    "Gate",
    "Judgement",
    "Kind",
    "LedgerWeight",
    "MeetingStatus",
    "Outcome",
    "PanelAction",
    "PanelCase",
    "PanelConflict",
    "PanelException",
    "PanelMeeting",
    "PanelMember",
    "PanelOutcome",
    "Pathway",
    "Plan",
    "Status",
    "Stay",
    "StayCheck",
    "TargetChange",
    "Vacancy",
    "Version",
    "Week",
    "WeekChange",
    "ledger",
    "next_in_turn",
    "papers_of",
    "span",
    "year_group_of",
]
