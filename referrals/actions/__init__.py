"""What happens to referrals, and to the filters of the desk."""

from referrals.actions.clocks import count_again
from referrals.actions.excluded import note_withdrawal, open_for_exclusion
from referrals.actions.referral import (
    MOST_DOCUMENTS,
    Stale,
    add,
    amend,
    answer,
    ask,
    assign,
    assign_all,
    attach,
    change,
    decide,
    detach,
    hand_over,
    make,
    note_read,
    shown,
    submit,
    undo,
    withdraw,
)
from referrals.actions.saved import delete_filter, rename_filter, save_filter

__all__ = [
    "MOST_DOCUMENTS",
    "Stale",
    "add",
    "amend",
    "answer",
    "ask",
    "assign",
    "assign_all",
    "attach",
    "change",
    "count_again",
    "decide",
    "delete_filter",
    "detach",
    "hand_over",
    "make",
    "note_read",
    "note_withdrawal",
    "open_for_exclusion",
    "rename_filter",
    "save_filter",
    "shown",
    "submit",
    "undo",
    "withdraw",
]
