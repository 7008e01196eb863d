"""Sessions of its pattern that a placement does not have: it is paused, or a week is its own."""

from datetime import date

from django.db.models import F

from apsystem.lib.calendar import monday_of, session_bit
from apsystem.lib.conditions import Condition

AWAY = """
    EXISTS (
        SELECT FROM placements_pause AS pause WHERE pause.placement_id = {0}
          AND pause.starts_on <= %s AND (pause.ends_on IS NULL OR pause.ends_on > %s)
    ) OR EXISTS (
        SELECT FROM placements_weekpattern AS week WHERE week.placement_id = {0}
          AND week.monday = %s AND week.sessions & %s = 0
    )
"""


def is_away(on: date, session: int) -> Condition:
    """Return whether a placement is paused on a day, or the week set for it lacks a session."""
    return Condition(AWAY, F("pk"), given=(on, on, monday_of(on), session_bit(on, session)))
