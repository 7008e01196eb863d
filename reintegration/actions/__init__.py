"""What happens on the way back, to the plan, its gates, weeks, versions; and after Year 11."""

from reintegration.actions.plans import change, close, follow, move_target, pass_gate, set_up
from reintegration.actions.transition import (
    answer_destination,
    apply,
    change_pathway,
    log_contact,
    open_pathway,
    plan_activity,
    record_activity,
)
from reintegration.actions.versions import send, sign
from reintegration.actions.weeks import (
    Agreed,
    answer_check,
    begin,
    complete,
    extend,
    hold,
    missing_gates,
    review_week,
    school_weeks,
    skip,
    stop,
    support,
)

__all__ = [
    "Agreed",
    "answer_check",
    "answer_destination",
    "apply",
    "begin",
    "change",
    "change_pathway",
    "close",
    "complete",
    "extend",
    "follow",
    "hold",
    "log_contact",
    "missing_gates",
    "move_target",
    "open_pathway",
    "pass_gate",
    "plan_activity",
    "record_activity",
    "review_week",
    "school_weeks",
    "send",
    "set_up",
    "sign",
    "skip",
    "stop",
    "support",
]
