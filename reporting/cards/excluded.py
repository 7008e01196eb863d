"""The cards of suspensions, permanent exclusions, and pupils who left a roll without a trace."""

from accounts.permissions import REACH_ALL, Permission
from pupils.models import Enrolment, PermanentExclusion, Suspension
from pupils.models.permanent import PermanentExclusionQuerySet
from pupils.models.suspension import SuspensionQuerySet
from reporting.cards.card import Card, Day, Group


def _suspensions(day: Day, waits: str) -> SuspensionQuerySet | None:
    """Return what a school has to do; the council lists the same without a card."""
    if day.user.roles & REACH_ALL:
        return None
    return Suspension.objects.as_user(day.user).narrowed(day.user, waits=waits)


def _exclusions(day: Day, waits: str) -> PermanentExclusionQuerySet | None:
    if day.user.roles & REACH_ALL:
        return None
    return PermanentExclusion.objects.as_user(day.user).narrowed(waits=waits)


CARDS = [
    Card(
        "excluded-education",
        Group.DUE,
        Permission.REFERRAL_DECIDE,
        "Excluded, with no education recorded",
        "permanently excluded: the council provides it from the sixth school day",
        rows=lambda day: PermanentExclusion.objects.as_user(day.user).without_education(),
        page="pupils:exclusions",
        query=lambda day, person: {"waits": "education"},
    ),
    Card(
        "excluded-tell",
        Group.DUE,
        Permission.EXCLUSION_RECORD,
        "Permanent exclusions to tell of",
        "parents or council not recorded as told",
        rows=lambda day: _exclusions(day, "tell"),
        page="pupils:exclusions",
        query=lambda day, person: {"waits": "tell"},
    ),
    Card(
        "excluded-board",
        Group.DUE,
        Permission.EXCLUSION_RECORD,
        "Permanent exclusions before the board",
        "the governing board has not met",
        rows=lambda day: _exclusions(day, "board"),
        page="pupils:exclusions",
        query=lambda day, person: {"waits": "board"},
    ),
    Card(
        "suspended-education",
        Group.DUE,
        Permission.EXCLUSION_RECORD,
        "Suspended for more than five days",
        "with no education from the sixth day recorded",
        rows=lambda day: _suspensions(day, "education"),
        page="pupils:suspensions",
        query=lambda day, person: {"waits": "education"},
    ),
    Card(
        "suspended-tell",
        Group.DUE,
        Permission.EXCLUSION_RECORD,
        "Suspensions to tell of",
        "parents, council or social worker not recorded as told",
        rows=lambda day: _suspensions(day, "tell"),
        page="pupils:suspensions",
        query=lambda day, person: {"waits": "tell"},
    ),
    Card(
        "suspended-board",
        Group.DUE,
        Permission.EXCLUSION_RECORD,
        "Suspensions before the board",
        "the governing board must meet, and has not",
        rows=lambda day: _suspensions(day, "board"),
        page="pupils:suspensions",
        query=lambda day, person: {"waits": "board"},
    ),
    Card(
        "leavers",
        Group.DUE,
        Permission.LEAVER_VIEW,
        "Left a roll, destination not recorded",
        "on no other roll that is known here",
        rows=lambda day: Enrolment.objects.as_user(day.user).without_destination(day.today),
        page="pupils:leavers",
    ),
]
