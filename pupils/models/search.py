"""How a child is found: by what somebody types, and by what another record says."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date

from django.db.models import Q

# Whether two records may be of one child, and of one home: what one says, then what the other says.
TWIN = "{0} = {3} AND (upper({1}) = upper({4}) OR upper({2}) = upper({5}))"
HOME = "{0} = {2} AND {1} = {3} AND {0} <> '' AND {1} <> ''"
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"


def searchable(text: str) -> str:
    """Return text as the search compares it: no case, no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def named(words: Iterable[str]) -> Q:
    """Return the condition that a name holds every word."""
    return Q(*(Q(search_name__contains=word) for word in words))


def days_in(words: list[str]) -> Iterator[tuple[int, int, date]]:
    """Yield the days that some words may mean, each with where its words begin and end."""
    for first, word in enumerate(words):
        if word.isdecimal() and len(word) == len("ddmmyyyy"):
            yield from _real(first, first + 1, word[:2], word[2:4], word[4:])
        parts = words[first : first + len(("day", "month", "year"))]
        if len(parts) == len(("day", "month", "year")):
            after = first + len(parts)
            if len(word) == len("yyyy"):
                parts.reverse()
            yield from _real(first, after, *parts)


def _real(
    first: int, after: int, day: str, month: str, year: str
) -> Iterator[tuple[int, int, date]]:
    if month.isalpha() and month[:3] in MONTHS.split():
        month = str(MONTHS.split().index(month[:3]) + 1)
    if all(part.isdecimal() for part in (day, month, year)):
        with suppress(ValueError, OverflowError):
            yield first, after, date(int(year), int(month), int(day))
