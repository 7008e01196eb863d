"""What a school asks for, what happened to it, and what the council still wants to know."""

from referrals.models.entry import Attachment, DecisionRead, Entry, RequestForMore
from referrals.models.referral import (
    ANSWERS,
    DECIDED,
    OPEN,
    UNDECIDED,
    Reason,
    Referral,
    SharingBasis,
    Status,
    Tier,
)
from referrals.models.saved import SavedFilter

__all__ = [
    "ANSWERS",
    "DECIDED",
    "OPEN",
    "UNDECIDED",
    "Attachment",
    "DecisionRead",
    "Entry",
    "Reason",
    "Referral",
    "RequestForMore",
    "SavedFilter",
    "SharingBasis",
    "Status",
    "Tier",
]
