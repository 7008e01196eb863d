"""Pupils who are not yet accounted for: no list is kept, it follows from marks and entries.

A pupil comes onto it by a mark of absence without a reason (N, or O of today's kind), or without
any mark once the time for the register has passed. Only an entry that says where the pupil is, or
a mark that the pupil is there, takes the pupil off. To change N into another kind of absence is
not enough: the entry says how that is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from accounts.models import Organisation, SchoolCalendar, User
from apsystem.lib.calendar import Session, academic_year, year_bounds
from attendance.models.absence import (
    PROPOSED,
    AbsenceEntry,
    AbsenceEntryQuerySet,
    AbsenceNotice,
    AbsenceNoticeQuerySet,
)
from attendance.models.code import ABSENT_KINDS, codes_of
from attendance.models.expected import expected
from attendance.models.mark import Mark, MarkAmendment, MarkQuerySet
from attendance.models.threshold import RegisterTimes
from attendance.models.unmarked import moment_of
from placements.models import Placement, PlacementQuerySet

NO_REASON = ["N", "O"]
NAMES = ["placement__pupil", "placement__provider", "placement__home_school"]
Key = tuple[int, date, int]


@dataclass
class Line:
    """One pupil who is not accounted for at one session, and what was tried."""

    placement: Placement
    on: date
    session: int
    since: datetime
    mark: Mark | None
    escalates_at: datetime | None  # none where nobody set a time
    entries: list[AbsenceEntry] = field(default_factory=list)
    notices: list[AbsenceNotice] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """Return by what entries and notices find their line."""
        return self.placement.pk, self.on, self.session

    @property
    def half(self) -> str:
        """Return the session as an address holds it."""
        return Session(self.session).name.lower()

    @property
    def is_alarm(self) -> bool:
        """Tell whether a parent answered that they did not know."""
        return any(entry.is_alarm for entry in self.entries)

    @property
    def is_answered(self) -> bool:
        """Tell whether a parent gave a reason, which somebody has to check and take over."""
        return not self.is_alarm and any(entry.answer in PROPOSED for entry in self.entries)

    @property
    def proposed(self) -> str:
        """Return the code that the last entry with one proposes, where the mark is another."""
        codes = [entry.code_id for entry in self.entries if entry.code_id]
        now = self.mark.code_id if self.mark else ""
        return codes[-1] if codes and codes[-1] != now else ""

    def is_escalated(self, now: datetime) -> bool:
        """Tell whether the second time has passed without anybody knowing."""
        has_passed = self.escalates_at is not None and self.escalates_at <= now
        return self.is_alarm or (has_passed and not self.is_answered)

    def age(self, now: datetime) -> str:
        """Say for how long nobody has known: minutes and hours today, and the day otherwise."""
        if self.on != localtime(now).date():
            return f"since {self.on:%A} {self.on.day} {self.on:%B}"
        minutes = max(0, int((now - self.since).total_seconds() // 60))
        hours, rest = divmod(minutes, 60)
        parts = [f"{hours} h"] if hours else []
        return " ".join([*parts, f"{rest} min"])


class Reading:
    """What is known of the day when the lines are read: the times, and which places are open."""

    def __init__(self, now: datetime, calendar: SchoolCalendar | None = None) -> None:
        """Read the times of today, and the calendar unless the page has it. Two queries."""
        self.now, self.today = now, localtime(now).date()
        self.times = RegisterTimes.objects.on(self.today)
        self.calendar = calendar or SchoolCalendar(self.today, self.today)

    def late(self, session: int) -> list[int]:
        """Return the providers that are open and whose register should be marked by now."""
        return [
            provider
            for provider, times in self.times.items()
            if moment_of(self.today, times.mark_by(session)) <= self.now
            and self.calendar.is_open(self.today, provider)
        ]

    def line(self, placement: Placement, on: date, session: int, mark: Mark | None) -> Line:
        """Return the line of a pupil, with when it began and when it is everybody's matter.

        A line without a mark is there only because a time has passed; one with a mark may be of a
        provider for which nobody set any.
        """
        times = self.times.get(placement.provider_id)
        return Line(
            placement=placement,
            on=on,
            session=session,
            since=mark.marked_at
            if mark
            else moment_of(on, self.times[placement.provider_id].mark_by(session)),
            mark=mark,
            escalates_at=moment_of(on, times.account_by(session)) if times else None,
        )


def to_account_for(marks: MarkQuerySet, today: date) -> MarkQuerySet:
    """Keep this year's absences without a reason of which no entry says where the pupil is.

    Days count from the first for which the provider has times, and all where it has none; N that
    became another kind of absence stays until an entry says how that is known.
    """
    start, end = year_bounds(academic_year(today))
    times = RegisterTimes.objects.filter(provider=OuterRef("placement__provider"))
    from_then = times.filter(starts_on__lte=OuterRef("date"))
    was = MarkAmendment.objects.filter(mark=OuterRef("pk"), original__in=NO_REASON)
    return marks.between(start, end).filter(
        Q(code__in=NO_REASON) | Q(Exists(was), code__in=codes_of(*ABSENT_KINDS)),
        Exists(from_then) | ~Exists(times.filter(starts_on__lte=today)),
        ~Exists(AbsenceEntry.objects.same_session().accounting()),
    )


def without_mark(
    placements: PlacementQuerySet, reading: Reading, session: int
) -> PlacementQuerySet:
    """Keep those expected at a session of today whose register is late and who have no mark."""
    of_line = {"placement": OuterRef("pk"), "date": reading.today, "session": session}
    rows = placements.filter(provider__in=reading.late(session))
    return expected(rows, reading.today, session).filter(
        ~Exists(Mark.objects.filter(**of_line)),
        ~Exists(AbsenceEntry.objects.accounting().filter(**of_line)),
    )


def without_times(placements: PlacementQuerySet, today: date) -> QuerySet[Organisation]:
    """Return the providers with a register today for which nobody set times: none is late there."""
    placed = placements.with_register().running().order_by().values("provider")
    timed = RegisterTimes.objects.filter(starts_on__lte=today).values("provider")
    rows = Organisation.objects.providers().filter(pk__in=placed)
    return rows.exclude(pk__in=timed)


@dataclass(frozen=True)
class Rows:
    """The rows that lines are made of: those that a person may see, or all, for the clock."""

    placements: PlacementQuerySet
    marks: MarkQuerySet
    entries: AbsenceEntryQuerySet
    notices: AbsenceNoticeQuerySet

    @classmethod
    def of(cls, user: User) -> "Rows":
        """Return the rows within a person's reach."""
        return cls(
            Placement.objects.as_user(user),
            Mark.objects.as_user(user),
            AbsenceEntry.objects.as_user(user),
            AbsenceNotice.objects.as_user(user),
        )

    @classmethod
    def all(cls) -> "Rows":
        """Return all rows: for what the clock starts, which shows them to nobody."""
        return cls(
            Placement.objects.all(),
            Mark.objects.all(),
            AbsenceEntry.objects.all(),
            AbsenceNotice.objects.all(),
        )

    def at(self, placement: Placement) -> "Rows":
        """Keep those of one placement."""
        return Rows(
            self.placements.filter(pk=placement.pk),
            self.marks.filter(placement=placement),
            self.entries.filter(placement=placement),
            self.notices.filter(placement=placement),
        )


def count(rows: Rows, reading: Reading) -> int:
    """Count the lines. Two queries, and one where a register is late."""
    number = to_account_for(rows.marks, reading.today).count()
    late = [
        without_mark(rows.placements, reading, session).order_by().values("pk")
        for session in Session
        if reading.late(session)
    ]
    if late:
        number += late[0].union(*late[1:], all=True).count()
    return number


def lines(rows: Rows, now: datetime) -> list[Line]:
    """Return the lines, alarms first, then the longest waiting. A fixed number of queries."""
    reading = Reading(now)
    marks = to_account_for(rows.marks, reading.today).select_related("marked_by", "code", *NAMES)
    found = [reading.line(row.placement, row.date, row.session, row) for row in marks]
    for session in Session:
        if reading.late(session):
            placed = without_mark(rows.placements, reading, session).with_names()
            found += [reading.line(row, reading.today, session, None) for row in placed]
    _fill(found, rows)
    found.sort(key=_order)
    return found


def _order(line: Line) -> tuple[Any, ...]:
    """Put alarms first, then absences, the longest first, and then registers that are late."""
    here = (line.placement.provider.name, line.session) if line.mark is None else ()
    return not line.is_alarm, line.mark is None, here, line.since, line.placement.pk


@dataclass(frozen=True)
class LateRegister:
    """The pupils of one late register who have no mark."""

    provider: Organisation
    on: date
    half: str
    age: str
    is_escalated: bool
    lines: list[Line]


def by_register(found: Iterable[Line], now: datetime) -> Iterator[LateRegister]:
    """Put lines without a mark together by their registers, in the order in which they stand."""
    without = (line for line in found if line.mark is None)
    for _, together in groupby(without, lambda row: (row.placement.provider_id, row.session)):
        rows = list(together)
        first = rows[0]
        yield LateRegister(
            first.placement.provider,
            first.on,
            first.half,
            first.age(now),
            first.is_escalated(now),
            rows,
        )


def line_at(
    rows: Rows, placement: Placement, on: date, session: int, now: datetime
) -> Line | None:
    """Return the line of one pupil at one session, or nothing where the pupil is accounted for."""
    found = lines(rows.at(placement), now)
    return next((line for line in found if line.key == (placement.pk, on, session)), None)


def _fill(found: list[Line], rows: Rows) -> None:
    """Put what was tried, and who was told, to its line."""
    of_lines = {
        "placement__in": {line.placement.pk for line in found},
        "date__in": {line.on for line in found},
    }
    entries, notices = defaultdict(list), defaultdict(list)
    for entry in rows.entries.filter(**of_lines).told() if found else ():
        entries[entry.placement_id, entry.date, entry.session].append(entry)
    for notice in rows.notices.filter(**of_lines).told() if found else ():
        notices[notice.placement_id, notice.date, notice.session].append(notice)
    for line in found:
        line.entries, line.notices = entries[line.key], notices[line.key]
