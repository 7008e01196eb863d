"""The cards of my day about letters."""

from accounts.permissions import Permission
from pupils.models import Letter
from pupils.models.letter import Status
from reporting.cards.card import Card, Group


def _card(slug: str, permission: Permission, title: str, words: str, status: Status) -> Card:
    return Card(
        slug,
        Group.DUE,
        permission,
        title,
        words,
        rows=lambda day: Letter.objects.as_user(day.user).narrowed(status),
        page="pupils:letter-list",
        query=lambda day, person: {"status": status.value},
    )


LETTERS = [
    _card("letters-to-approve", Permission.LETTER_APPROVE, "Letters to approve",
          "drafts that nobody approved so far", Status.DRAFT),
    _card("letters-to-send", Permission.LETTER_WRITE, "Letters to send",
          "approved, and not issued so far", Status.APPROVED),
]  # fmt: skip
