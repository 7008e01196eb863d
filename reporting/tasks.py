"""What follows a change of the marks or the calendar: the figures are computed again."""

from typing import Any

from accounts.work import handles
from reporting import actions

GATHER_SECONDS = 5


@handles("marks.changed", gather_seconds=GATHER_SECONDS)
@handles("calendar.changed", gather_seconds=GATHER_SECONDS)
def compute_after_change(payload: dict[str, Any]) -> None:
    """Compute every figure once for all the changes that were written by now."""
    actions.compute()
