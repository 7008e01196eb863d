"""What a card of my day is, and how the cards of a person are counted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet, TextChoices, Value
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Cover, SchoolCalendar, User
from accounts.permissions import Permission
from attendance.models import Threshold
from referrals.models.narrowing import start_of_day

RECENT = timedelta(days=7)
MOST_NAMED = 20


class Group(TextChoices):
    """The four groups of my day, in their order; the labels are their headings."""

    DUE = "due", "Due"
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    WAITING = "waiting", "Waiting for others"


@dataclass(frozen=True)
class Day:
    """Who asks, on which day, and since when something counts as news."""

    user: User
    today: date
    since: datetime

    @classmethod
    def of(cls, user: User, *, since: datetime | None = None) -> "Day":
        """Return today for a person. News is what happened in the last seven days."""
        today = localdate()
        return cls(user, today, since or start_of_day(today - RECENT))

    @cached_property
    def calendar(self) -> SchoolCalendar:
        """Return the school days around today, which several cards need. One query, once."""
        return SchoolCalendar(self.today, self.today)

    @cached_property
    def thresholds(self) -> dict[str, Threshold]:
        """Return the thresholds of absence in force today. One query, once."""
        return Threshold.objects.as_user(self.user).on(self.today)

    @cached_property
    def covered(self) -> list[User]:
        """Return for whom the person covers today."""
        return Cover.objects.taken_on_by(self.user, self.today)

    @property
    def since_day(self) -> str:
        """Return the day since when something is news, as an address holds it."""
        return localdate(self.since).isoformat()


@dataclass(frozen=True)
class Told:
    """A count that no list of rows stands behind, with words of its own."""

    count: int
    words: str
    is_said_at_0: bool = False


@dataclass(frozen=True)
class Card:
    """One thing that waits for those who hold a permission.

    `rows` are counted, and `page` with `query` must list exactly these rows. With `owner`, the
    column that says whose a row is, each person covered gets a line of the own; `query` is then
    asked for each. `is_news` says that the rows depend on `day.since`: the summary by mail tells
    of those, by the references of the rows.
    """

    slug: str
    group: Group
    permission: Permission
    title: str
    words: str
    rows: Callable[[Day], "QuerySet | Told | None"]
    page: str
    query: Callable[[Day, User], dict[str, Any]] = lambda day, person: {}
    owner: str = ""
    is_news: bool = False

    def address(self, day: Day, person: User) -> str:
        """Return the address of the list behind the count."""
        asked = urlencode(self.query(day, person))
        return reverse(self.page) + (f"?{asked}" if asked else "")

    def owned(self, rows: QuerySet, people: Iterable[User]) -> QuerySet:
        """Keep the rows of these people."""
        return rows.filter(**{f"{self.owner}__in": [person.pk for person in people]})

    def count_of(self, day: Day, person: User) -> int:
        """Count the rows of one person, of a card whose rows have an owner."""
        rows = self.rows(day)
        return self.owned(rows, [person]).count() if isinstance(rows, QuerySet) else 0


@dataclass(frozen=True)
class Line:
    """A card as it is shown: for the person, or for somebody covered."""

    card: Card
    count: int
    words: str
    url: str
    person: User | None = None

    @property
    def title(self) -> str:
        """Return the card's title, and for whom it is where it is not the own."""
        return f"{self.card.title}, for {self.person}" if self.person else self.card.title


def lines(day: Day, cards: Iterable[Card]) -> Iterator[Line]:
    """Count the cards that the person may see. What is 0 is left out.

    One statement counts all cards that stand for rows, however many cards there are.
    """
    found = [(card, card.rows(day)) for card in cards if day.user.can(card.permission)]
    counts = _counted(day, [(card, rows) for card, rows in found if isinstance(rows, QuerySet)])
    for card, rows in found:
        if isinstance(rows, Told):
            if rows.count or rows.is_said_at_0:
                yield Line(card, rows.count, rows.words, card.address(day, day.user))
            continue
        for person in (day.user, *(day.covered if card.owner else ())):
            if count := counts.get((card.slug, person.pk), 0):
                other = None if person == day.user else person
                yield Line(card, count, card.words, card.address(day, person), other)


def _counted(day: Day, found: list[tuple[Card, QuerySet]]) -> dict[tuple[str, int], int]:
    """Count rows by the slug of their card and whose they are."""
    asked = []
    for card, rows in found:
        if card.owner:
            kept = card.owned(rows, (day.user, *day.covered))
            whose: F | Value = F(card.owner)
        else:
            kept = rows.model._default_manager.filter(pk__in=rows.order_by().values("pk"))
            whose = Value(day.user.pk)
        named = kept.order_by().values(card=Value(card.slug), whose=whose)
        asked.append(named.annotate(counted=Count("pk")).values_list("card", "whose", "counted"))
    if not asked:
        return {}
    told = asked[0].union(*asked[1:], all=True)
    return {(card, whose): counted for card, whose, counted in told}


def references(day: Day, card: Card) -> list[str]:
    """Tell of the rows of a card by their references, for a mail: no child's name is read."""
    if not day.user.can(card.permission):
        return []
    rows = card.rows(day)
    if not isinstance(rows, QuerySet):
        return []
    if card.owner:
        rows = card.owned(rows, (day.user, *day.covered))
    named = [row.reference for row in rows.order_by("pk")[: MOST_NAMED + 1]]
    if not named:
        return []
    more = ", and more" if len(named) > MOST_NAMED else ""
    return [f"{card.title}: {', '.join(named[:MOST_NAMED])}{more}"]
