"""Those who act, the organisations they act for, and the record of what they did."""

from accounts.models.calendar import Closure, HalfTerm
from accounts.models.organisation import Organisation
from accounts.models.trail import ViewEntry
from accounts.models.user import Membership, User
from accounts.models.work import OutboxMessage, Run

__all__ = [
    "Closure",
    "HalfTerm",
    "Membership",
    "Organisation",
    "OutboxMessage",
    "Run",
    "User",
    "ViewEntry",
]
