"""The places board: how many places each provider has and how many are taken, by half term.

A pupil takes one place in every half term in which a placement with sessions lies, whatever the
number of sessions. That is careful: two pupils who follow one another within a half term take two.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from accounts.models import HalfTerm, Organisation
from placements.models import TAKEN_UP, ClosedToNew, Commission, Hold, Placement, Status

HALF_TERMS_SHOWN = 6


class Span(NamedTuple):
    """A half term, or what is left of it: from a day up to, not on, another."""

    half_term: HalfTerm
    start: date
    end: date


@dataclass(frozen=True)
class Cell:
    """The places of a provider in a half term. `commissioned` is None where nobody entered it."""

    half_term: HalfTerm
    commissioned: int | None
    filled: int
    held: int
    leaving: int
    open_ended: int

    @property
    def free(self) -> int | None:
        """Return how many places are left; negative where more are taken than there are."""
        if self.commissioned is None:
            return None
        return self.commissioned - self.filled - self.held

    @property
    def over(self) -> int:
        """Return how many pupils there are beyond the places."""
        return max(-(self.free or 0), 0)


@dataclass(frozen=True)
class Line:
    """A provider on the board."""

    provider: Organisation
    closed: ClosedToNew | None
    cells: list[Cell]


def spans(half_terms: Iterable[HalfTerm], today: date) -> list[Span]:
    """Return what is left of each half term."""
    return [Span(row, max(row.starts_on, today), row.ends_on) for row in half_terms]


def spans_between(day: date, until: date | None) -> list[Span]:
    """Return the half terms from that of a day, or that follows it, up to another day.

    As many as the board shows; none beyond the calendar.
    """
    found = spans(HalfTerm.objects.not_over(day)[:HALF_TERMS_SHOWN], day)
    return found[:1] + [span for span in found[1:] if until is None or span.start < until]


def board(providers: Iterable[Organisation], shown: list[Span], today: date) -> list[Line]:
    """Return the board. Four queries, whatever the number of providers and half terms."""
    places = list(providers)
    ids = [place.pk for place in places]
    commissioned = Commission.objects.filter(provider__in=ids).on(span.start for span in shown)
    closed = {row.provider_id: row for row in ClosedToNew.objects.on(today)}
    taken = _taken(Q(provider__in=ids), shown, today)
    return [
        Line(
            place,
            closed.get(place.pk),
            [
                Cell(
                    span.half_term,
                    commissioned.get((place.pk, span.start)),
                    *(taken[place.pk, span.half_term.pk].counts()),
                )
                for span in shown
            ],
        )
        for place in places
    ]


def room(
    provider: int, shown: list[Span], today: date, *, beside: int | None = None
) -> list[Cell]:
    """Return the places of a provider in some half terms, one pupil left out. Three queries."""
    commissioned = Commission.objects.filter(provider=provider).on(span.start for span in shown)
    taken = _taken(Q(provider=provider), shown, today, beside=beside)
    return [
        Cell(
            span.half_term,
            commissioned.get((provider, span.start)),
            *taken[provider, span.half_term.pk].counts(),
        )
        for span in shown
    ]


class _Taken:
    """The pupils who take the places of a provider in a half term."""

    def __init__(self) -> None:
        self.filled, self.held = set[int](), set[int]()
        self.leaving, self.staying, self.open_ended = set[int](), set[int](), set[int]()

    def fill(self, pupil: int, end: date | None, span: Span) -> None:
        """Count a pupil whose placement ends on a day, or has no end."""
        self.filled.add(pupil)
        if end is None:
            self.open_ended.add(pupil)
        (self.staying if end is None or end > span.end else self.leaving).add(pupil)

    def counts(self) -> tuple[int, int, int, int]:
        """Return the numbers as a cell shows them. Who is there does not take a held place too."""
        held, leaving = self.held - self.filled, self.leaving - self.staying
        return len(self.filled), len(held), len(leaving), len(self.open_ended)


Takers = defaultdict[tuple[int, int], _Taken]


def _taken(where: Q, shown: list[Span], today: date, *, beside: int | None = None) -> Takers:
    found: Takers = defaultdict(_Taken)
    if shown:
        _count_placements(found, where, shown, beside)
        _count_holds(found, where, shown, today, beside)
    return found


def _count_placements(found: Takers, where: Q, shown: list[Span], beside: int | None) -> None:
    first, last = min(span.start for span in shown), max(span.end for span in shown)
    rows = Placement.objects.filter(where, status__in=[*TAKEN_UP, Status.PROPOSED])
    rows = rows.with_register().lying_in(first, last).order_by()
    for provider, pupil, status, start, end in rows.values_list(
        "provider", "pupil", "status", "starts_on", "ends_on"
    ):
        for span in shown:
            if pupil == beside or start >= span.end or (end and end <= span.start):
                continue
            if status == Status.PROPOSED:
                found[provider, span.half_term.pk].held.add(pupil)
            else:
                found[provider, span.half_term.pk].fill(pupil, end, span)


def _count_holds(
    found: Takers, where: Q, shown: list[Span], today: date, beside: int | None
) -> None:
    rows = Hold.objects.live(today).filter(where).order_by()
    for provider, pupil, start in rows.values_list("provider", "referral__pupil", "starts_on"):
        for span in shown:
            if pupil != beside and start < span.end:
                found[provider, span.half_term.pk].held.add(pupil)
