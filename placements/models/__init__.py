"""Placements of the three tiers, and the rules they keep."""

from placements.models.placement import EVERY_SESSION, Placement, PlacementQuerySet, Status
from placements.models.rule import TierRule

__all__ = ["EVERY_SESSION", "Placement", "PlacementQuerySet", "Status", "TierRule"]
