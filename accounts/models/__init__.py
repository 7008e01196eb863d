"""Those who act, the organisations they act for, and the record of what they did."""

from accounts.models.calendar import Closure, HalfTerm
from accounts.models.clocks import Clock, ClockRule, SchoolCalendar
from accounts.models.key import ApiKey, key_of
from accounts.models.organisation import Organisation
from accounts.models.personal import Cover, Digest, Feed
from accounts.models.trail import ViewEntry
from accounts.models.user import Membership, User
from accounts.models.work import OutboxMessage, Run

__all__ = [
    "ApiKey",
    "Clock",
    "ClockRule",
    "Closure",
    "Cover",
    "Digest",
    "Feed",
    "HalfTerm",
    "Membership",
    "Organisation",
    "OutboxMessage",
    "Run",
    "SchoolCalendar",
    "User",
    "ViewEntry",
    "key_of",
]
