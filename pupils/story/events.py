"""A child's chronology, built in the database from narrow rows of many tables, newest first.

Each app registers sources. A source gives rows that a person may see, and says which of their
columns hold the day, the moment, the words; the database joins them with UNION ALL, orders them and
cuts them off. One query brings a page, however many sources and entries there are.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    Expression,
    F,
    Field,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from accounts.models import User
from accounts.permissions import Permission
from pupils.models import Pupil

EVENTS_A_PAGE = 50
Column = str | Expression | F


@dataclass(frozen=True)
class Kind:
    """What the chronology can be narrowed to."""

    slug: str
    label: str
    place: int = 100


class Row(NamedTuple):
    """A narrow row, as every source gives it. What a source does not name is empty."""

    on: date
    at: datetime
    source: str
    pk: int
    ref: UUID | None
    number: int | None
    code: str
    place: str
    words: str
    by: str


class Told(NamedTuple):
    """A row in words."""

    title: str
    detail: str = ""


@dataclass(frozen=True)
class Source:
    """One sort of entry. The slug has small letters only: the database orders by it, too.

    `rows` are those that the person may see, of all children; their queryset's `reach` says how
    they lead to the child. `columns` names columns or expressions for the fields of `Row`: `on`,
    the day on which it happened, is needed. `at` is the moment at which it was recorded, by which
    "since I last looked" goes; where nothing keeps that, it is the beginning of the day.
    `page` is an address that takes `ref`, for those who hold `page_permission`.
    """

    slug: str
    kind: str
    rows: Callable[[User], QuerySet]
    columns: Mapping[str, Column]
    tell: Callable[[Row], Told]
    permission: Permission = Permission.PUPIL_VIEW
    page: str = ""
    page_permission: Permission | None = None

    def opens_to(self, user: User) -> bool:
        """Tell whether an entry links to its page for this person."""
        return bool(self.page) and user.can(self.page_permission or self.permission)


@dataclass(frozen=True)
class Event:
    """One entry of the chronology. `gap` is the number of days of silence that came after it."""

    on: date
    at: datetime
    kind: Kind
    title: str
    detail: str
    by: str
    url: str
    is_new: bool
    gap: int = 0


@dataclass(frozen=True)
class Cursor:
    """The last entry of a page: the next one begins after it. Its text stands in the address."""

    on: date
    at: datetime
    source: str
    pk: int

    def __str__(self) -> str:
        return f"{self.on.isoformat()}_{self.at.isoformat()}_{self.source}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Read what `str` wrote, None where it is something else."""
        try:
            on, moment, source, pk = text.split("_")
            at = parse_datetime(moment)
            number = int(pk)
            if at is None or at.tzinfo is None or not 0 <= number < 2**63:
                return None
            return cls(date.fromisoformat(on), at, source, number)
        except ValueError:
            return None

    def before(self, slug: str) -> Q:
        """Return the condition for the rows of a source that come after this entry."""
        if slug == self.source:
            tail = Q(e_at__lt=self.at) | Q(e_at=self.at, e_pk__lt=self.pk)
        elif slug < self.source:
            tail = Q(e_at__lte=self.at)
        else:
            tail = Q(e_at__lt=self.at)
        return Q(e_on__lt=self.on) | Q(e_on=self.on) & tail


@dataclass(frozen=True)
class Count:
    """How many entries there are, and how many of them are new to the person."""

    all: int = 0
    new: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.all + other.all, self.new + other.new)


KINDS: dict[str, Kind] = {}
SOURCES: dict[str, Source] = {}
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
NAMES = [f"e_{name}" for name in FIELDS]
ORDER = ["-e_on", "-e_at", "-e_source", "-e_pk"]


def kind(slug: str, label: str, place: int = 100) -> Kind:
    """Register what the chronology can be narrowed to."""
    KINDS[slug] = Kind(slug, label, place)
    return KINDS[slug]


def tells(source: Source) -> Source:
    """Register a source of entries. The same slug again replaces it."""
    if not (source.slug.isascii() and source.slug.isalpha() and source.slug.islower()):
        raise ValueError(f"{source.slug!r}: a source is named by small letters only")
    SOURCES[source.slug] = source
    return source


@dataclass(frozen=True)
class Asked:
    """What is asked of the chronology: everything, or one kind, or what was recorded since.

    `sources` are those known to hold something; None asks all of them.
    """

    kind: str = ""
    sources: Container[str] | None = None
    since: datetime | None = None
    after: Cursor | None = None
    most: int | None = None
    names: list[str] = field(default_factory=lambda: NAMES)
    is_ordered: bool = True


def _leg(source: Source, pupil: Pupil, user: User, asked: Asked) -> QuerySet:
    rows: QuerySet = source.rows(user)
    rows = rows.order_by().filter(**{rows.reach.pupil: pupil})  # type: ignore[attr-defined]
    columns = {"at": source.columns["on"], "source": Value(source.slug), "pk": "pk"}
    columns.update(source.columns)
    cast = {
        f"e_{name}": Cast(columns.get(name, Value(_empty(shape))), shape)
        for name, shape in FIELDS.items()
        if asked.is_ordered or f"e_{name}" in asked.names
    }
    rows = rows.annotate(**cast)
    if asked.since:
        rows = rows.filter(e_at__gt=asked.since)
    if asked.after:
        rows = rows.filter(asked.after.before(source.slug))
    rows = rows.values_list(*asked.names)
    if asked.is_ordered:
        rows = rows.order_by(*ORDER)
    return rows[: asked.most] if asked.most else rows


def _empty(shape: Field) -> str | None:
    return "" if isinstance(shape, TextField) else None


def _union(pupil: Pupil, user: User, asked: Asked) -> QuerySet | None:
    """Return the rows of all sources that the person may see, newest first, None without any."""
    legs = [
        _leg(source, pupil, user, asked)
        for source in SOURCES.values()
        if user.can(source.permission)
        and (not asked.kind or source.kind == asked.kind)
        and (asked.sources is None or source.slug in asked.sources)
    ]
    if len(legs) < 2:  # noqa: PLR2004 - one leg is ordered already, and may be cut off
        return legs[0] if legs else None
    union = legs[0].union(*legs[1:], all=True)
    return union.order_by(*ORDER) if asked.is_ordered else union


def chronology(
    pupil: Pupil,
    user: User,
    *,
    kind: str = "",
    since: datetime | None = None,
    seen: datetime | None = None,
) -> list[Event]:
    """Return all that a person may see, newest first, for printing. One query.

    `since` keeps what was recorded after a moment; `seen` only marks it as new.
    """
    rows = _union(pupil, user, Asked(kind, since=since))
    return list(_events(user, rows, seen)) if rows is not None else []


def page_of_events(
    pupil: Pupil,
    user: User,
    *,
    kind: str = "",
    sources: Container[str] | None = None,
    since: datetime | None = None,
    after: Cursor | None = None,
    seen: datetime | None = None,
) -> tuple[list[Event], Cursor | None]:
    """Return a page of the chronology, and where the next one begins, None at the end. One query.

    Who has counted already names the `sources` that hold something: the others need no asking.
    """
    rows = _union(pupil, user, Asked(kind, sources, since, after, EVENTS_A_PAGE + 1))
    if rows is None:
        return [], None
    found = list(rows[: EVENTS_A_PAGE + 1])
    events = list(_events(user, found, seen))[:EVENTS_A_PAGE]
    if len(found) <= EVENTS_A_PAGE:
        return events, None
    last = Row(*found[EVENTS_A_PAGE - 1])
    return events, Cursor(last.on, last.at, last.source, last.pk)


def _events(user: User, rows: Any, seen: datetime | None) -> Iterator[Event]:
    later = None
    opens = {slug: source.opens_to(user) for slug, source in SOURCES.items()}
    for values in rows:
        row = Row(*values)
        source = SOURCES[row.source]
        told = source.tell(row)
        url = reverse(source.page, args=[row.ref]) if opens[row.source] and row.ref else ""
        yield Event(
            row.on,
            row.at,
            KINDS[source.kind],
            told.title,
            told.detail,
            row.by,
            url,
            is_new=seen is not None and row.at > seen,
            gap=(later - row.on).days if later else 0,
        )
        later = row.on


def counts(
    pupil: Pupil,
    user: User,
    others: Mapping[str, QuerySet | None],
    *,
    since: datetime | None = None,
) -> dict[str, Count]:
    """Count the entries by source, and the rows of other querysets as `section <name>`. One query.

    What came after `since` counts as new as well. A source without entries is left out.
    """
    legs: list[tuple[str, Any]] = []
    rows = _union(pupil, user, Asked(names=["e_source", "e_at"], is_ordered=False))
    if rows is not None:
        legs.append(rows.query.sql_with_params())
    for name, queryset in others.items():
        if queryset is not None:
            told = queryset.order_by().annotate(
                e_source=Cast(Value(f"section {name}"), TextField()),
                e_at=Cast(Value(None), DateTimeField()),
            )
            legs.append(told.values_list("e_source", "e_at").query.sql_with_params())
    if not legs:
        return {}
    union = " UNION ALL ".join(f"({sql})" for sql, _ in legs)
    asked = f"""
        SELECT source, count(*), count(*) FILTER (WHERE at > %s)
        FROM ({union}) AS told (source, at) GROUP BY source
    """  # noqa: S608 - written by the ORM, with parameters
    with connection.cursor() as cursor:
        cursor.execute(asked, [since, *(value for _, values in legs for value in values)])
        return {name: Count(whole, new) for name, whole, new in cursor.fetchall()}


def by_kind(counted: Mapping[str, Count]) -> dict[str, Count]:
    """Add up by kind what `counts` counted by source; what else it counted stays as it is."""
    found: dict[str, Count] = {}
    for name, count in counted.items():
        slug = SOURCES[name].kind if name in SOURCES else name
        found[slug] = found.get(slug, Count()) + count
    return found
