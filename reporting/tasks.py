"""What follows a change of the marks or the calendar: the figures are computed again."""

from datetime import date
from typing import Any

from accounts.work import handles
from apsystem.lib.calendar import academic_year
from reporting import actions

GATHER_SECONDS = 5


@handles("marks.changed", gather_seconds=GATHER_SECONDS)
@handles("calendar.changed", gather_seconds=GATHER_SECONDS)
def compute_after_change(payload: dict[str, Any]) -> None:
    """Compute the figures of the changed years, once for all the changes written by now."""
    days = (date.fromisoformat(change["day"]) for change in payload["gathered"])
    actions.compute(years={academic_year(day) for day in days})
