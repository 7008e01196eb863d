"""The child's page: its identity bar, its sub-navigation, and its chronology, open to all apps.

This app knows plans, care and rolls. Higher apps register what they know of a child when they are
ready: see `referrals.story` and `placements.story`.
"""

from pupils.story.events import (
    KINDS,
    SOURCES,
    Count,
    Cursor,
    Event,
    Kind,
    Row,
    Source,
    Told,
    by_kind,
    chronology,
    counts,
    kind,
    page_of_events,
    tells,
)
from pupils.story.frame import Identity, frame
from pupils.story.sections import SECTIONS, Section, section

__all__ = [
    "KINDS",
    "SECTIONS",
    "SOURCES",
    "Count",
    "Cursor",
    "Event",
    "Identity",
    "Kind",
    "Row",
    "Section",
    "Source",
    "Told",
    "by_kind",
    "chronology",
    "counts",
    "frame",
    "kind",
    "page_of_events",
    "section",
    "tells",
]
