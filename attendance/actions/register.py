"""What happens in a register."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.models.calendar import is_school_day, why_no_school_day
from accounts.permissions import Permission
from apsystem.lib.calendar import Session
from attendance.actions import lines
from attendance.actions.lines import Expected, Found, New, Stamp
from attendance.models import MarkAmendment
from attendance.models.choice import UNKNOWN, WHY_ABSENT, expected_at, why_not
from attendance.models.code import AFTERNOON, MORNING
from attendance.models.mark import DUAL, HERE_CODES, LATE_CODES, MOST_MINUTES
from attendance.models.unaccounted import NO_REASON

UNDO_SECONDS = 10  # what the page promises
AT_ONCE = timedelta(seconds=20)  # what is allowed: the tap needs time to get here
CORRECTED = "Corrected at once"
ADDED = "Added on the day of the mark"
NOW_KNOWN = "The reason is known now"
WHICH, REASON = "which", "reason"  # what a person is asked


class Details(NamedTuple):
    """What may stand beside a code."""

    minutes_late: int | None = None
    left_at: time | None = None
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """What a person wrote on one line, and the version that the person saw (0: not marked).

    Without `details` those that are there stay, as far as they fit the code. `is_rest` marks a
    line only where nobody has marked it; `is_swift` corrects one's own tap of a moment ago.
    """

    placement_id: int
    code: str
    seen: int = 0
    reason: str = ""
    details: Details | None = None
    is_rest: bool = False
    is_swift: bool = False


@dataclass
class Saved:
    """What became of the lines: how many were written, what is wrong with the others, what is now.

    `asks` says what a person must tell before a line can be saved: WHICH of two marks is right, or
    the REASON of a change. `rows` are the marks of the whole register as they are now.
    """

    written: int = 0
    unchanged: int = 0
    expected: int = 0
    at: datetime | None = None
    problems: dict[int, str] = field(default_factory=lambda: defaultdict(str))
    asks: dict[int, str] = field(default_factory=dict)
    rows: dict[int, Found] = field(default_factory=dict)


class _Wrong(NamedTuple):
    """Why a line is not written, and what it takes to write it."""

    words: str
    asks: str = ""


def mark(
    provider: Organisation,
    on: date,
    session: int,
    entries: Sequence[Entry],
    *,
    by: User,
) -> Saved:
    """Save the lines of a register, each against the version that was seen.

    A line that somebody else changed meanwhile is not written: it comes back as a problem with
    both values. Lines are locked in one order, so two people never wait for each other. A fixed
    number of statements, however many lines. Of two entries for one line the last counts. Raise
    PermissionDenied or ValidationError.
    """
    check_may_mark(provider, on, by)
    with transaction.atomic():
        saved = save(provider, on, session, entries, by=by)
        if saved.written:
            work.post("marks.changed", day=on.isoformat())
    return saved


def check_may_mark(provider: Organisation, on: date, by: User) -> None:
    """Refuse who may mark no register, and days on which there is none."""
    if not by.can(Permission.REGISTER_MARK):
        raise PermissionDenied("this asks for register.mark")
    check_open(provider, on)


def check_open(provider: Organisation, on: date) -> None:
    """Refuse a day that lies ahead, or on which the provider is closed."""
    if on > localdate() or not is_school_day(provider, on):
        raise ValidationError(why_closed(provider, on))


def why_closed(provider: Organisation, on: date) -> str:
    """Say why a register that is not open is closed. One query at most."""
    if on > localdate():
        return "This day has not come yet. Registers open on the day."
    return (
        f"{provider} is closed on {on:%A %d %B %Y}: it is no school day, so there is nothing "
        f"to mark. {why_no_school_day(provider, on)}"
    )


def save(
    provider: Organisation,
    on: date,
    session: int,
    entries: Sequence[Entry],
    *,
    by: User,
) -> Saved:
    """Save lines within the caller's transaction, which checked that the register is open."""
    line = Line.read(provider, on, session, by)
    saved = Saved(rows=line.existing, expected=len(line.expected), at=line.stamp.at)
    fresh: dict[int, New] = {}
    changed: list[tuple[Found, New, str]] = []
    for entry in {entry.placement_id: entry for entry in entries}.values():
        row = line.existing.get(entry.placement_id)
        if wrong := line.problem(entry):
            _refuse(saved, entry, wrong)
        elif row is None:
            fresh[entry.placement_id] = line.new(entry)
        elif entry.is_rest or not line.differs(row, entry):
            saved.unchanged += 1
        else:
            changed.append((row, line.new(entry), line.reason(row, entry)))
    written = lines.insert(fresh, line.expected, line.stamp)
    saved.rows |= written | lines.update([pair[:2] for pair in changed], line.stamp)
    amend([change for change in changed if line.is_amendment(*change[:2])], by)
    saved.written = len(written) + len(changed)
    if len(written) < len(fresh):
        _look_again(line, saved, [entry for entry in entries if entry.placement_id in fresh])
    return saved


def _refuse(saved: Saved, entry: Entry, wrong: _Wrong) -> None:
    saved.problems[entry.placement_id] = wrong.words
    if wrong.asks:
        saved.asks[entry.placement_id] = wrong.asks


def _look_again(line: "Line", saved: Saved, entries: list[Entry]) -> None:
    """Say what stands where somebody else was quicker by a moment."""
    again = line.look_again()
    for entry in entries:
        row = again.existing.get(entry.placement_id)
        if row is not None and row == saved.rows.get(entry.placement_id):
            continue  # it is ours
        if wrong := again.problem(entry):
            _refuse(saved, entry, wrong)
        else:
            saved.unchanged += 1
    saved.rows |= again.existing


def rewrite(changes: Sequence[tuple[Found, New]], reason: str, by: User) -> None:
    """Write over marks that are locked, and keep an amendment of each."""
    lines.update(changes, Stamp(localdate(), Session.AM, by.pk, by.name, timezone.now()))
    amend([(*change, reason) for change in changes], by)


def amend(changes: Sequence[tuple[Found, New, str]], by: User) -> None:
    """Keep the original and the amended entry of each change, why, when and by whom."""
    MarkAmendment.objects.bulk_create(
        MarkAmendment(
            mark_id=row.pk,
            original=row.code,
            original_beside=lines.beside(row),
            amended=new.code,
            amended_beside=lines.beside(new),
            reason=reason[:300],
            by=by,
            by_name=by.name,
            by_position=position_of(by),
        )
        for row, new, reason in changes
    )


def position_of(by: User) -> str:
    """Return the position in which a person changes a mark."""
    return (by.position or ", ".join(sorted(by.roles)))[:100]


@dataclass(frozen=True)
class Line:
    """What decides whether a line can be written at one session."""

    provider: Organisation
    stamp: Stamp
    expected: dict[int, Expected]
    existing: dict[int, Found]
    kinds: dict[str, str]  # the codes in force, with how each is counted
    elsewhere: set[int]  # pupils whom another place has marked

    @classmethod
    def read(cls, provider: Organisation, on: date, session: int, by: User) -> "Line":
        """Read what a register expects, and lock what it holds."""
        asked = expected_at(provider, on, session, by)
        expected = {key: Expected(*child) for key, *child in asked}
        existing, elsewhere = lines.lock(expected, on, session)
        stamp = Stamp(on, session, by.pk, by.name, timezone.now())
        kinds = lines.codes_in_force(on)
        return cls(provider, stamp, expected, existing, kinds, elsewhere)

    def look_again(self) -> "Line":
        """Read anew what the register holds."""
        found, elsewhere = lines.lock(self.expected, self.stamp.on, self.stamp.session)
        return Line(self.provider, self.stamp, self.expected, found, self.kinds, elsewhere)

    def problem(self, entry: Entry) -> _Wrong | None:
        """Return why the line is not written, or nothing."""
        child = self.expected.get(entry.placement_id)
        if child is None:
            return _Wrong("This pupil is not expected at this session. Open the register again.")
        words = self.wrong_code(entry.code, child) or self._wrong_details(entry)
        return _Wrong(words) if words else self._overtaken(entry)

    def wrong_code(self, code: str, child: Expected) -> str:
        """Return why a line of this child cannot hold the code, or nothing."""
        on = self.stamp.on
        if code not in self.kinds:
            return f"{code[:10]!r} is not a code in force on {on:%d %B %Y}. Choose one."
        if code == (AFTERNOON if self.stamp.session == Session.AM else MORNING):
            return "That code belongs to the other session of the day."
        if code != DUAL and child.pupil_id in self.elsewhere:
            return "Another place has marked this pupil for this session. Only one mark can count."
        return why_not(code, self.provider, child.starts_year_1, on)

    def _wrong_details(self, entry: Entry) -> str:
        minutes, left_at, _ = entry.details or Details()
        if minutes is not None and entry.code not in LATE_CODES:
            return "Minutes late are for a pupil who is marked late."
        if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
            return f"Minutes late are a whole number from 1 to {MOST_MINUTES}."
        if left_at is not None and entry.code not in HERE_CODES:
            return "Only a pupil who came can leave early. Clear the time, or mark the pupil here."
        return ""

    def _overtaken(self, entry: Entry) -> _Wrong | None:
        row = self.existing.get(entry.placement_id)
        if row is None:
            gone = "The mark that you saw is gone. Open the register again."
            return _Wrong(gone) if entry.seen else None
        if entry.is_rest or not self.differs(row, entry):
            return None
        if row.version != entry.seen:
            return _Wrong(self._both(row, entry), WHICH)
        if self.reason(row, entry):
            return None
        if row.code == entry.code:
            return _Wrong("Say why minutes, leaving time or note are changed.", REASON)
        return _Wrong(f"Say why {row.code} is changed to {entry.code}.", REASON)

    def _both(self, row: Found, entry: Entry) -> str:
        at = f"{timezone.localtime(row.marked_at):%H:%M}"
        if row.code == entry.code:
            return (
                f"{row.marked_by} marked {row.code} at {at}, and minutes, leaving time or note "
                "were changed since you opened the register. Nothing was overwritten."
            )
        return (
            f"{row.marked_by} marked {row.code} at {at} while you were choosing {entry.code}. "
            "Nothing was overwritten. Check which is right, and save again."
        )

    def differs(self, row: Found, entry: Entry) -> bool:
        """Tell whether the entry would change the mark."""
        return New(row.code, row.minutes_late, row.left_at, row.note) != self.new(entry)

    def new(self, entry: Entry) -> New:
        """Return what the line is to say: without details, those that are there and still fit."""
        if entry.details is None:
            return lines.kept(self.existing.get(entry.placement_id), entry.code)
        return New(entry.code, *entry.details)

    def reason(self, row: Found, entry: Entry) -> str:
        """Return why a mark is changed. Who was quick, or learned the reason, need not say it."""
        if given := entry.reason.strip():
            return given
        if row.code == entry.code:
            return self._reason_beside(row, entry)
        if entry.is_swift and self.is_recent(row):
            return CORRECTED
        if row.code == UNKNOWN and self._tells_why(entry.code):
            return NOW_KNOWN
        return ""

    def _reason_beside(self, row: Found, entry: Entry) -> str:
        """Return why only what stands beside the code changes. To add it on the day is no wrong."""
        if self.is_recent(row):
            return CORRECTED
        on_the_day = localdate(row.marked_at) == localdate(self.stamp.at)
        return ADDED if on_the_day and lines.only_adds(row, self.new(entry)) else ""

    def is_amendment(self, row: Found, new: New) -> bool:
        """Tell whether a change is kept: to finish one's own mark of a moment ago is none."""
        return row.code != new.code or not self.is_recent(row)

    def _tells_why(self, code: str) -> bool:
        """Tell whether a code names the reason of an absence: O says that none became known."""
        return code not in NO_REASON and self.kinds.get(code) in WHY_ABSENT

    def is_recent(self, row: Found) -> bool:
        """Tell whether the person marked it moments ago."""
        return row.marked_by_id == self.stamp.by_id and self.stamp.at - row.marked_at <= AT_ONCE
