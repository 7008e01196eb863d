"""The cards of my day about figures: targets, and what could not be worked out."""

from accounts.permissions import Permission
from reporting.cards.card import Card, Group
from reporting.models import FailedFigure, Target

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
    Card(
        "own-targets",
        Group.DUE,
        Permission.FIGURES_VIEW,
        "Your targets to review",
        "you answer for them, and nobody looked at them for a year",
        rows=lambda day: Target.objects.as_user(day.user).review_due(day.today),
        page="reporting:targets",
        query=lambda day, person: {"waits": "review", "owner": person.pk},
        owner="owner",
    ),
    Card(
        "failed-figures",
        Group.DUE,
        Permission.FIGURES_WATCH,
        "Figures that could not be worked out",
        "show their last value until they work again",
        rows=lambda day: FailedFigure.objects.as_user(day.user),
        page="reporting:failures",
    ),
]
