"""Statements that the ORM writes once for a person on a day, and what they are kept by.

Where a page or a save asks the same of the database all day, putting the ORM's query together takes
longer than the answer. What a person may see depends on who it is, in which roles and places the
person acts, and on the day: as long as these stay, so does the statement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, wraps
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.models import User

Written = TypeVar("Written")


@dataclass(frozen=True)
class Reader:
    """A person on a day, in the roles and places in which they act: what rows may depend on."""

    person: int
    acts_as: frozenset[tuple[str, int]]
    on: date
    user: User = field(compare=False, repr=False)

    @classmethod
    def of(cls, user: User) -> "Reader":
        """Return the person as of today."""
        held = frozenset((entry.role, entry.organisation_id) for entry in user.acting)
        return cls(user.pk, held, localdate(), user)


class AsksFirst(Exception):
    """To write a statement, the database must be asked."""


def kept(most: int) -> Callable[[Callable[..., Written]], Callable[..., Written]]:
    """Keep what a function writes, for so many different arguments; one of them is the Reader.

    It is not kept where what the database answers now is part of it.
    """

    def decorate(write: Callable[..., Written]) -> Callable[..., Written]:
        @lru_cache(maxsize=most)
        def once(*asked: Any) -> Written:
            with connection.execute_wrapper(_refuse):
                return write(*asked)

        @wraps(write)
        def ask(*asked: Any) -> Written:
            try:
                return once(*asked)
            except AsksFirst:
                return write(*asked)

        return ask

    return decorate


def _refuse(*_: Any) -> None:
    raise AsksFirst


def statement_of(rows: QuerySet) -> str | None:
    """Return the statement that reads some rows; None where the person sees none of them."""
    try:
        return literal(*rows.query.sql_with_params())
    except EmptyResultSet:
        return None


def literal(sql: str, values: Sequence[Any]) -> str:
    """Return a statement with its values in it, each as psycopg quotes it."""
    return str(mogrify(sql, values, connection))
