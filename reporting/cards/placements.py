"""The cards of my day about placements."""

from datetime import timedelta

from django.db.models import OuterRef
from django.utils.timezone import localdate

from accounts.permissions import REACH_PROVIDER, REACH_SCHOOL, Permission
from placements.models import Placement, PlacementQuerySet, Status
from reporting.cards.card import Card, Day, Group

SOON = timedelta(days=14)


def _offered(day: Day) -> PlacementQuerySet:
    return Placement.objects.as_user(day.user).offered()


def _to_answer(day: Day) -> PlacementQuerySet | None:
    return _offered(day) if day.user.organisations_as(REACH_PROVIDER) else None


def _placements_with_news(day: Day) -> PlacementQuerySet:
    rows = Placement.objects.as_user(day.user)
    return rows.changed_since(day.since, than=OuterRef("opened_by"))


def _placements_of_place(day: Day) -> PlacementQuerySet | None:
    """Return what others changed at the school or the provider; officers have cards of their own."""
    if not day.user.organisations_as(REACH_SCHOOL | REACH_PROVIDER):
        return None
    return Placement.objects.as_user(day.user).changed_since(day.since, than=day.user)


PLACEMENTS = [
    Card(
        "offers",
        Group.DUE,
        Permission.PLACEMENT_ANSWER,
        "Offers to answer",
        "a pupil offered to you, with no answer yet",
        rows=_to_answer,
        page="placements:list",
        query=lambda day, person: {"status": Status.PROPOSED},
    ),
    Card(
        "reviews",
        Group.DUE,
        Permission.PLACEMENT_REVIEW,
        "Reviews to hold",
        "due today or earlier",
        rows=lambda day: Placement.objects.as_user(day.user).review_due(day.today),
        page="placements:list",
        query=lambda day, person: {"waits": "review"},
    ),
    Card(
        "overdue-ends",
        Group.DUE,
        Permission.PLACEMENT_END,
        "Placements to end or extend",
        "past the last day, or the longest time of the tier",
        rows=lambda day: Placement.objects.as_user(day.user).overstaying(day.today),
        page="placements:list",
        query=lambda day, person: {"waits": "end"},
    ),
    Card(
        "without-lead",
        Group.DUE,
        Permission.PLACEMENT_ANSWER,
        "Placements without a lead",
        "running, with nobody of yours named",
        rows=lambda day: Placement.objects.as_user(day.user).narrowed(waits="lead"),
        page="placements:list",
        query=lambda day, person: {"waits": "lead"},
    ),
    Card(
        "changes",
        Group.DUE,
        Permission.PLACEMENT_OPEN,
        "Changes to answer",
        "a change of an objective is proposed, with no answer yet",
        rows=lambda day: Placement.objects.as_user(day.user).narrowed(waits="change"),
        page="placements:list",
        query=lambda day, person: {"waits": "change"},
    ),
    Card(
        "ending",
        Group.DUE,
        Permission.PLACEMENT_VIEW,
        "Placements that end soon",
        "open, with a last day in the next 14 days or past",
        rows=lambda day: Placement.objects.as_user(day.user).ending_by(day.today + SOON),
        page="placements:list",
        query=lambda day, person: {"ending": (day.today + SOON).isoformat()},
    ),
    Card(
        "beginning",
        Group.NEW,
        Permission.PLACEMENT_VIEW,
        "New placements",
        "begun in the last seven days, or to come",
        rows=lambda day: Placement.objects.as_user(day.user).beginning_from(localdate(day.since)),
        page="placements:list",
        query=lambda day, person: {"beginning": day.since_day},
    ),
    Card(
        "placement-news",
        Group.CHANGED,
        Permission.PLACEMENT_OPEN,
        "Your placements with news",
        "offered by you, and changed by others in the last seven days",
        rows=_placements_with_news,
        owner="opened_by",
        page="placements:list",
        query=lambda day, person: {"opened": person.pk, "changed": day.since_day},
        is_news=True,
    ),
    Card(
        "place-news",
        Group.CHANGED,
        Permission.PLACEMENT_VIEW,
        "Placements with news",
        "changed by others in the last seven days",
        rows=_placements_of_place,
        page="placements:list",
        query=lambda day, person: {"changed": day.since_day},
        is_news=True,
    ),
    Card(
        "ended",
        Group.CHANGED,
        Permission.PLACEMENT_VIEW,
        "Placements that ended",
        "in the last seven days",
        rows=lambda day: Placement.objects.as_user(day.user).ended_from(localdate(day.since)),
        page="placements:list",
        query=lambda day, person: {"ended": day.since_day},
    ),
    Card(
        "with-provider",
        Group.WAITING,
        Permission.PLACEMENT_OPEN,
        "With the provider",
        "offered, with no answer yet",
        rows=_offered,
        page="placements:list",
        query=lambda day, person: {"status": Status.PROPOSED},
    ),
]
