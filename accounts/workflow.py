"""Status changes: only by a move in the model's table, on a locked and fresh copy of the row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.models import User
from accounts.permissions import Permission
from accounts.scoping import ScopedQuerySet


class WrongStatus(Exception):
    """The row is in a status from which the move does not start. The sentence is for the page."""


@dataclass(frozen=True)
class Move:
    """One way from a status to the next: who may, from where, to where."""

    verb: str
    sources: frozenset[str]
    target: str
    permission: Permission


def moves(*table: tuple[str, Iterable[str], str, Permission]) -> dict[str, Move]:
    """Return a table of moves by verb."""
    return {
        verb: Move(verb, frozenset(sources), target, permission)
        for verb, sources, target, permission in table
    }


class WorkflowModel(models.Model):
    """A row with a status that changes by moves only."""

    MOVES: ClassVar[dict[str, Move]] = {}
    TAG_COLOURS: ClassVar[dict[str, str]] = {}
    status: Any

    class Meta:
        abstract = True

    def moves_open_to(self, user: User) -> set[str]:
        """Return the verbs that this person may use on the row as it stands."""
        return {
            verb
            for verb, move in self.MOVES.items()
            if self.status in move.sources and user.can(move.permission)
        }


Row = TypeVar("Row", bound=WorkflowModel)


@transaction.atomic
def make_move(row: Row, verb: str, *, by: User, **changes: Any) -> Row:
    """Make the move on a locked, fresh copy of the row, and return that copy.

    The copy is read through as_user, so a row that the person may not see is DoesNotExist. Raise
    PermissionDenied, WrongStatus or ValidationError.
    """
    move = row.MOVES[verb]
    if not by.can(move.permission):
        raise PermissionDenied(f"{verb} needs {move.permission}")
    rows = cast("ScopedQuerySet", type(row)._default_manager.all()).as_user(by)
    fresh = cast("Row", rows.select_for_update(of=("self",)).get(pk=row.pk))
    if fresh.status not in move.sources:
        raise WrongStatus(
            f"This is {fresh.get_status_display().lower()} already. "  # type: ignore[attr-defined]
            "Somebody else was first: see what they recorded, and check before you go on."
        )
    fresh.status = move.target
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.full_clean()
    fresh.save(update_fields=["status", *changes])
    return fresh
