"""The card of my day about targets."""

from accounts.permissions import Permission
from reporting.cards.card import Card, Group
from reporting.models import Target

FIGURES = [
    Card(
        "targets",
        Group.DUE,
        Permission.TARGET_SET,
        "Targets to review",
        "set or reviewed more than a year ago",
        rows=lambda day: Target.objects.as_user(day.user).review_due(day.today),
        page="reporting:targets",
        query=lambda day, person: {"waits": "review"},
    ),
]
