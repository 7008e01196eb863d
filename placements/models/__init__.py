"""Placements of the three tiers: the rules they keep, what they are for, and how they go."""

from placements.models.placement import (
    EVERY_SESSION,
    RUNNING,
    TAKEN_UP,
    Destination,
    Pause,
    Placement,
    PlacementQuerySet,
    Route,
    Status,
)
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

__all__ = [
    "EVERY_SESSION",
    "RATINGS",
    "RUNNING",
    "TAKEN_UP",
    "Award",
    "Destination",
    "Ending",
    "Entry",
    "EntryKind",
    "NextStep",
    "Objective",
    "Outcome",
    "Pause",
    "Placement",
    "PlacementQuerySet",
    "Progress",
    "Review",
    "Route",
    "Status",
    "TierRule",
]
