"""The next meeting for which somebody's words are asked. Higher apps know of it, and say so here."""

from collections.abc import Callable
from datetime import date

from pupils.models.questions import About

Booked = Callable[[int, date], date | None]
MEETINGS: dict[About, Booked] = {}


def meets(about: About) -> Callable[[Booked], Booked]:
    """Register who knows when the next meeting about a pupil is, after a day."""

    def registered(booked: Booked) -> Booked:
        MEETINGS[about] = booked
        return booked

    return registered


def next_meeting(pupil: int, about: About, after: date) -> date | None:
    """Return the day of the next meeting about a pupil after a day; None while none is booked."""
    booked = MEETINGS.get(about)
    return booked(pupil, after) if booked else None
