"""What happens to a placement: offered and answered, run and reviewed, ended; and its rules."""

from placements.actions.opening import accept, cancel, decline, name_lead, propose, review_after
from placements.actions.rules import NeedsOverride, change_rule
from placements.actions.running import (
    add_award,
    add_objective,
    end,
    extend,
    pause,
    resume,
    review,
)

__all__ = [
    "NeedsOverride",
    "accept",
    "add_award",
    "add_objective",
    "cancel",
    "change_rule",
    "decline",
    "end",
    "extend",
    "name_lead",
    "pause",
    "propose",
    "resume",
    "review",
    "review_after",
]
