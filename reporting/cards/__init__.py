"""The registries of my day: one entry for each card, and one for each kind of due date."""

from reporting.cards.card import Card, Day, Group, Line, lines
from reporting.cards.cards import CARDS as CASE_CARDS
from reporting.cards.dues import DUES, Due, dues
from reporting.cards.figures import FIGURES
from reporting.cards.letters import LETTERS
from reporting.cards.outreach import OUTREACH
from reporting.cards.panel import PANEL
from reporting.cards.placements import PLACEMENTS
from reporting.cards.post16 import POST_16
from reporting.cards.returns import RETURNS
from reporting.cards.voices import VOICES

CARDS = [
    *CASE_CARDS,
    *PLACEMENTS,
    *RETURNS,
    *OUTREACH,
    *PANEL,
    *VOICES,
    *POST_16,
    *LETTERS,
    *FIGURES,
]

__all__ = ["CARDS", "DUES", "Card", "Day", "Due", "Group", "Line", "dues", "lines"]
