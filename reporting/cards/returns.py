"""The cards of my day about the way back."""

from accounts.permissions import Permission
from reintegration.models import Plan
from reporting.cards.card import Card, Group


def _card(slug: str, title: str, words: str, waits: str) -> Card:
    return Card(
        slug,
        Group.DUE,
        Permission.PLAN_WORK,
        title,
        words,
        rows=lambda day: Plan.objects.as_user(day.user).narrowed(waits=waits, today=day.today),
        page="reintegration:list",
        query=lambda day, person: {"waits": waits},
    )


RETURNS = [
    _card("return-weeks", "Weeks of return to review", "over, and nobody said how they went",
          "review"),
    _card("return-checks", "Did the return hold?", "6 or 12 weeks after a return", "check"),
    _card("return-targets", "Half terms of return that are over", "to move with a reason, or to "
          "close", "target"),
    _card("return-closes", "Plans to close", "their placement has ended", "close"),
]  # fmt: skip
