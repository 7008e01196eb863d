"""What happens in outreach: support, its cycles, the log, what is bought, what is asked after it."""

from outreach.actions.asking import (
    answer,
    ask_again,
    ask_what_is_due,
    evaluate,
    moved,
    prefill,
    take_down,
)
from outreach.actions.logging import call_off, correct, log, note_done
from outreach.actions.support import (
    begin_cycle,
    cancel,
    change,
    close,
    follow,
    open_support,
    review_cycle,
    set_up,
    start_with_school,
)
from outreach.actions.trade import Balance, Said, balances, buy, said_by_schools

__all__ = [
    "Balance",
    "Said",
    "answer",
    "ask_again",
    "ask_what_is_due",
    "balances",
    "begin_cycle",
    "buy",
    "call_off",
    "cancel",
    "change",
    "close",
    "correct",
    "evaluate",
    "follow",
    "log",
    "moved",
    "note_done",
    "open_support",
    "prefill",
    "review_cycle",
    "said_by_schools",
    "set_up",
    "start_with_school",
    "take_down",
]
