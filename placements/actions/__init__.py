"""What happens to a placement: offered and answered, run and reviewed, ended; and its rules."""

from placements.actions.assessments import amend, record, take_back
from placements.actions.commissioned import (
    add_check,
    answer_census,
    change_own,
    record_own,
    set_code,
)
from placements.actions.instruments import (
    confirm_bands,
    save_instrument,
    save_scale,
    set_bands,
)
from placements.actions.opening import (
    accept,
    cancel,
    count_reviews_again,
    decline,
    name_lead,
    propose,
    review_after,
)
from placements.actions.places import (
    agree_rate,
    close_to_new,
    commission,
    enter_rate,
    hold,
    open_to_new,
    release,
)
from placements.actions.rules import NeedsOverride, change_rule
from placements.actions.running import (
    add_award,
    add_objective,
    answer_change,
    end,
    extend,
    pause,
    propose_change,
    resume,
    review,
)
from placements.actions.weeks import set_weeks

__all__ = [
    "NeedsOverride",
    "accept",
    "add_award",
    "add_check",
    "add_objective",
    "agree_rate",
    "amend",
    "answer_census",
    "answer_change",
    "cancel",
    "change_own",
    "change_rule",
    "close_to_new",
    "commission",
    "confirm_bands",
    "count_reviews_again",
    "decline",
    "end",
    "enter_rate",
    "extend",
    "hold",
    "name_lead",
    "open_to_new",
    "pause",
    "propose",
    "propose_change",
    "record",
    "record_own",
    "release",
    "resume",
    "review",
    "review_after",
    "save_instrument",
    "save_scale",
    "set_bands",
    "set_code",
    "set_weeks",
    "take_back",
]
