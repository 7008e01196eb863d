"""What happens on the way back: to the plan, its gates, its weeks, and its versions."""

from reintegration.actions.plans import change, close, follow, move_target, pass_gate, set_up
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
    "begin",
    "change",
    "close",
    "complete",
    "extend",
    "follow",
    "hold",
    "missing_gates",
    "move_target",
    "pass_gate",
    "review_week",
    "school_weeks",
    "send",
    "set_up",
    "sign",
    "skip",
    "stop",
    "support",
]
