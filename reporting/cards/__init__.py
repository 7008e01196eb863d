"""The registries of my day: one entry for each card, and one for each kind of due date."""

from reporting.cards.card import Card, Day, Group, Line, lines
from reporting.cards.cards import CARDS
from reporting.cards.dues import DUES, Due, dues

__all__ = ["CARDS", "DUES", "Card", "Day", "Due", "Group", "Line", "dues", "lines"]
