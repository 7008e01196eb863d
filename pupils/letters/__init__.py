"""The kinds of letter, what each needs before it goes out, and how it becomes a tagged PDF.

Higher apps register their kinds: see `referrals.letters` and `placements.letters`.
"""

from pupils.letters.checks import Check, checks_of
from pupils.letters.kinds import (
    Addressee,
    Ask,
    Case,
    LetterKind,
    case_of,
    day_of,
    finds,
    kind_of,
    kinds_about,
    kinds_open,
    register,
)
from pupils.letters.pdf import Unprintable, render

__all__ = [
    "Addressee",
    "Ask",
    "Case",
    "Check",
    "LetterKind",
    "Unprintable",
    "case_of",
    "checks_of",
    "day_of",
    "finds",
    "kind_of",
    "kinds_about",
    "kinds_open",
    "register",
    "render",
]
