"""The statements that read a child's page, one for each source and section, written once and kept.

The ORM takes five times as long to write all of them as the database takes to answer. For one person
they are the same all day, whoever the child is. So all values stand in them as literals that psycopg
wrote, but for the child's id: to find the places of values again in twenty kilobytes takes a
millisecond a page.
"""

import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    Expression,
    Field,
    Model,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from accounts.models import User
from accounts.written import Reader, kept, statement_of

KEPT = 4096  # statements of a kilobyte or less: those of some fifty people
# Stands in a statement where the child's id will stand. Nobody can guess it, so no value holds it.
THE_PUPIL = f"pupil_{secrets.token_hex(16)}"
FIELDS: dict[str, Field] = {
    "on": DateField(),
    "at": DateTimeField(),
    "source": TextField(),
    "pk": BigIntegerField(),
    "ref": UUIDField(),
    "number": BigIntegerField(),
    "code": TextField(),
    "place": TextField(),
    "words": TextField(),
    "by": TextField(),
}
ALL, COUNTED = tuple(FIELDS), ("source", "at")


class Readable(Hashable, Protocol):
    """What a statement is written for. It is kept by identity: what is registered anew is new."""

    @property
    def columns_read(self) -> dict[str, Any]:
        """Return columns or expressions for some of the fields."""

    def rows_of(self, user: User) -> QuerySet:
        """Return the rows that the person may see, of all children."""


class ThePupil(Expression):
    """The id of the child whose page it is, put in when the statement is asked."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Write a place for it."""
        return THE_PUPIL, ()


@dataclass(frozen=True)
class Statement:
    """A statement about a child, as the ORM wrote it: what stands around the child's id."""

    parts: tuple[str, ...]

    def of(self, pupil: int) -> str:
        """Return what is asked about one child. It takes no values."""
        return f"{pupil:d}".join(self.parts)


@kept(most=KEPT)
def statement(told: Readable, names: tuple[str, ...], reader: Reader) -> Statement | None:
    """Return what reads these fields of a child's rows; None where this reader sees none."""
    rows = told.rows_of(reader.user).order_by()
    columns = told.columns_read
    cast = {
        f"e_{name}": Cast(columns.get(name, Value(_empty(FIELDS[name]))), FIELDS[name])
        for name in names
    }
    rows = rows.filter(**{rows.reach.pupil: ThePupil()}).annotate(**cast)  # type: ignore[attr-defined]
    written = statement_of(rows.values_list(*cast))
    return Statement(tuple(written.split(THE_PUPIL))) if written else None


def _empty(shape: Field) -> str | None:
    return "" if isinstance(shape, TextField) else None


def read_in_one(asked: Mapping[str, QuerySet]) -> dict[str, list[Any]]:
    """Read the rows of several querysets, each a handful of rows of its own table. One query.

    Every queryset becomes one value, its rows as JSON; what is joined or annotated is not read.
    """
    wanted: list[str] = []
    given: list[Any] = []
    for rows in asked.values():
        try:
            sql, values = rows.values_list(*_columns(rows.model)).query.sql_with_params()
        except EmptyResultSet:
            wanted.append("NULL")
        else:
            wanted.append(f"(SELECT json_agg(told) FROM ({sql}) AS told)")  # noqa: S608
            given += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(wanted)}", given)
        answered = zip(asked.items(), cursor.fetchone(), strict=True)
        return {
            name: [_row(rows.model, told) for told in found or ()]
            for (name, rows), found in answered
        }


def _columns(model: type[Model]) -> list[str]:
    return [held.attname for held in model._meta.concrete_fields]


def _row(model: type[Model], told: dict[str, Any]) -> Model:
    fields = model._meta.concrete_fields
    values = [held.to_python(told[str(held.column)]) for held in fields]
    return model.from_db(connection.alias, _columns(model), values)
