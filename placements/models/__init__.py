"""Placements of the three tiers: the rules they keep, what they are for, and how they go."""

from placements.models.assessment import (
    Assessment,
    AssessmentAmendment,
    AssessmentQuerySet,
    Score,
)
from placements.models.census import (
    CensusAnswer,
    CensusCode,
    CodeSet,
    census_day,
)
from placements.models.change import Series, series_of
from placements.models.commissioned import (
    CostUnit,
    QualityCheck,
    SchoolPlacement,
    Theme,
)
from placements.models.instrument import (
    Aspect,
    Band,
    Direction,
    Informant,
    Instrument,
    Scale,
    plain,
)
from placements.models.objective_change import ObjectiveChange
from placements.models.pause import Pause
from placements.models.placement import (
    EVERY_SESSION,
    PLANNED_ROUTES,
    RUNNING,
    TAKEN_UP,
    Destination,
    Placement,
    PlacementQuerySet,
    Route,
    Status,
)
from placements.models.places import ClosedToNew, Commission, Hold, HoldEnd
from placements.models.rate import Rate, Unit
from placements.models.review import (
    RATINGS,
    Award,
    Ending,
    Entry,
    EntryKind,
    NextStep,
    Objective,
    Outcome,
    Progress,
    Review,
)
from placements.models.rule import TierRule
from placements.models.week import WeekPattern, here, with_week

__all__ = [
    "EVERY_SESSION",
    "PLANNED_ROUTES",
    "RATINGS",
    "RUNNING",
    "TAKEN_UP",
    "Aspect",
    "Assessment",
    "AssessmentAmendment",
    "AssessmentQuerySet",
    "Award",
    "Band",
    "CensusAnswer",
    "CensusCode",
    "ClosedToNew",
    "CodeSet",
    "Commission",
    "CostUnit",
    "Destination",
    "Direction",
    "Ending",
    "Entry",
    "EntryKind",
    "Hold",
    "HoldEnd",
    "Informant",
    "Instrument",
    "NextStep",
    "Objective",
    "ObjectiveChange",
    "Outcome",
    "Pause",
    "Placement",
    "PlacementQuerySet",
    "Progress",
    "QualityCheck",
    "Rate",
    "Review",
    "Route",
    "Scale",
    "SchoolPlacement",
    "Score",
    "Series",
    "Status",
    "Theme",
    "TierRule",
    "Unit",
    "WeekPattern",
    "census_day",
    "here",
    "plain",
    "series_of",
    "with_week",
]
