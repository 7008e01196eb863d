"""A child's chronology, built in the database from narrow rows of many tables, newest first.

Each app registers sources. A source gives rows that a person may see, and says which of their
columns hold the day, the moment, the words; the database joins them with UNION ALL, orders them and
cuts them off. One query brings a page, however many sources and entries there are.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Expression, F, QuerySet, Value
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from accounts.models import User
from accounts.permissions import Permission
from accounts.written import Reader, literal
from pupils.models import Pupil
from pupils.story.sections import Section
from pupils.story.statements import ALL, COUNTED, Statement, statement

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


@dataclass(frozen=True, eq=False)
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

    def rows_of(self, user: User) -> QuerySet:
        """Return the rows that the person may see, of all children."""
        return self.rows(user)

    @property
    def columns_read(self) -> dict[str, Any]:
        """Return what the fields of `Row` are read from."""
        given = {"at": self.columns["on"], "source": Value(self.slug), "pk": F("pk")}
        return {**given, **self.columns}


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


@dataclass(frozen=True)
class Count:
    """How many entries there are, and how many of them are new to the person."""

    all: int = 0
    new: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.all + other.all, self.new + other.new)


KINDS: dict[str, Kind] = {}
SOURCES: dict[str, Source] = {}
ORDER = " ORDER BY e_on DESC, e_at DESC, e_source DESC, e_pk DESC"


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

    def names(self, source: Source) -> bool:
        """Tell whether a source is asked."""
        return (not self.kind or source.kind == self.kind) and (
            self.sources is None or source.slug in self.sources
        )

    def read(self, pupil: Pupil, user: User) -> list[Row]:
        """Return the rows of all sources that the person may see, newest first. One query.

        Each source sorts and cuts off its own rows: few are put together. The ORM wrote what is
        joined here, and psycopg quoted each value in it.
        """
        kept = self._kept()
        limit = f" LIMIT {self.most:d}" if self.most else ""
        reader = Reader.of(user)
        legs = [
            f"(SELECT * FROM ({leg.of(pupil.pk)}) AS told{kept}{ORDER}{limit})"  # noqa: S608
            for source in SOURCES.values()
            if self.names(source) and (leg := _written(source, ALL, reader))
        ]
        if not legs:
            return []
        union = " UNION ALL ".join(legs)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({union}) AS told{ORDER}{limit}")  # noqa: S608
            return [Row(*row) for row in cursor.fetchall()]

    def _kept(self) -> str:
        kept: list[str] = []
        values: list[Any] = []
        if self.since:
            kept.append("e_at > %s")
            values.append(self.since)
        if self.after:
            kept.append("(e_on, e_at, e_source, e_pk) < (%s, %s, %s, %s)")
            values += astuple(self.after)
        return literal(f" WHERE {' AND '.join(kept)}", values) if kept else ""


def _written(source: Source, names: tuple[str, ...], reader: Reader) -> Statement | None:
    """Return what reads a source, None where the person sees nothing of it."""
    if not reader.user.can(source.permission):
        return None
    return statement(source, names, reader)


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
    return list(_events(user, Asked(kind, since=since).read(pupil, user), seen))


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
    asked = Asked(kind, sources, since, after, EVENTS_A_PAGE + 1)
    found = asked.read(pupil, user)
    events = list(_events(user, found[:EVENTS_A_PAGE], seen))
    if len(found) <= EVENTS_A_PAGE:
        return events, None
    last = found[EVENTS_A_PAGE - 1]
    return events, Cursor(last.on, last.at, last.source, last.pk)


def _events(user: User, rows: Iterable[Row], seen: datetime | None) -> Iterator[Event]:
    later = None
    opens = {slug: source.opens_to(user) for slug, source in SOURCES.items()}
    urls: dict[tuple[str, UUID], str] = {}  # many entries are of one referral, or one placement
    for row in rows:
        source = SOURCES[row.source]
        told = source.tell(row)
        url = ""
        if opens[row.source] and row.ref:
            at = (source.page, row.ref)
            url = urls[at] = urls.get(at) or reverse(source.page, args=[row.ref])
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
    sections: Iterable[Section],
    *,
    since: datetime | None = None,
) -> dict[str, Count]:
    """Count the entries by source, and the rows of sections as `section <slug>`. One query.

    What came after `since` counts as new as well. A source without entries is left out.
    """
    reader = Reader.of(user)
    found = [_written(source, COUNTED, reader) for source in SOURCES.values()]
    found += [statement(entry, COUNTED, reader) for entry in sections if entry.rows]
    legs = [leg for leg in found if leg]
    if not legs:
        return {}
    union = " UNION ALL ".join(f"({leg.of(pupil.pk)})" for leg in legs)
    asked = f"""
        SELECT source, count(*), count(*) FILTER (WHERE {literal("at > %s", [since])})
        FROM ({union}) AS told (source, at) GROUP BY source
    """  # noqa: S608 - written by the ORM, each value quoted by psycopg
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name: Count(whole, new) for name, whole, new in cursor.fetchall()}


def by_kind(counted: Mapping[str, Count]) -> dict[str, Count]:
    """Add up by kind what `counts` counted by source; what else it counted stays as it is."""
    found: dict[str, Count] = {}
    for name, count in counted.items():
        slug = SOURCES[name].kind if name in SOURCES else name
        found[slug] = found.get(slug, Count()) + count
    return found
