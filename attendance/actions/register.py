"""What happens in a register."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.models.calendar import is_school_day
from accounts.permissions import Permission
from apsystem.lib.calendar import Session
from attendance.models import MarkAmendment
from attendance.models.code import AFTERNOON, MORNING
from attendance.models.expected import expected as asked_for
from attendance.models.mark import DUAL
from placements.models import Placement

# The ORM can pass over a conflict or return what it wrote, but not both in one statement.
INSERT = """
    INSERT INTO attendance_mark
        (placement_id, pupil_id, code, date, session, version, marked_by_id, marked_at)
    SELECT placement_id, pupil_id, code, %(on)s, %(session)s, 1, %(by)s, %(at)s
    FROM unnest(%(placements)s::bigint[], %(pupils)s::bigint[], %(codes)s::varchar[])
        AS line(placement_id, pupil_id, code)
    ON CONFLICT DO NOTHING RETURNING placement_id
"""
UPDATE = """
    UPDATE attendance_mark AS mark
    SET code = line.code, version = version + 1, marked_by_id = %(by)s, marked_at = %(at)s
    FROM unnest(%(marks)s::bigint[], %(codes)s::varchar[]) AS line(id, code)
    WHERE mark.id = line.id
"""
# Each save asks these two. Putting the ORM's queries together takes longer than their answers.
IN_FORCE = """
    SELECT code FROM attendance_code
    WHERE (in_force_from IS NULL OR in_force_from <= %(on)s)
      AND (in_force_to IS NULL OR in_force_to > %(on)s)
"""
LOCK = """
    SELECT mark.id, placement_id, pupil_id, code, version, marked_at, person.name
    FROM attendance_mark AS mark JOIN accounts_user AS person ON person.id = marked_by_id
    WHERE date = %(on)s AND session = %(session)s
      AND (placement_id = ANY(%(placements)s) OR pupil_id = ANY(%(pupils)s) AND code <> %(dual)s)
    ORDER BY placement_id FOR UPDATE OF mark
"""


@dataclass(frozen=True)
class Entry:
    """What a person wrote on one line, and the version that the person saw (0: not marked)."""

    placement_id: int
    code: str
    seen: int = 0
    reason: str = ""


class _Found(NamedTuple):
    """A mark that is there, as LOCK reads it."""

    pk: int
    placement_id: int
    pupil_id: int
    code: str
    version: int
    marked_at: datetime
    marked_by: str


@dataclass
class Saved:
    """What became of the lines: how many were written, and what is wrong with the others."""

    written: int = 0
    unchanged: int = 0
    problems: dict[int, str] = field(default_factory=lambda: defaultdict(str))


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
    if not by.can(Permission.REGISTER_MARK):
        raise PermissionDenied("this asks for register.mark")
    check_open(provider, on)
    with transaction.atomic():
        saved = _save(provider, on, session, entries, by=by)
        if saved.written:
            work.post("marks.changed", day=on.isoformat())
    return saved


def check_open(provider: Organisation, on: date) -> None:
    """Refuse a day that lies ahead, or on which the provider is closed."""
    if on > localdate():
        raise ValidationError("This day has not come yet. Registers open on the day.")
    if not is_school_day(provider, on):
        raise ValidationError(
            f"{provider} is closed on {on:%A %d %B %Y}: it is no school day, so there is nothing "
            "to mark. If that is wrong, ask the council to correct the calendar."
        )


def _save(
    provider: Organisation,
    on: date,
    session: int,
    entries: Sequence[Entry],
    *,
    by: User,
) -> Saved:
    saved = Saved()
    rows = Placement.objects.as_user(by).filter(provider=provider)
    asked = asked_for(rows, on, session).order_by()
    expected = dict(asked.values_list("pk", "pupil"))
    existing, elsewhere = _marks(expected, on, session)
    state = _Session(on, session, expected, existing, _codes_in_force(on), elsewhere)
    fresh: list[Entry] = []
    changed: list[tuple[_Found, Entry]] = []
    now = timezone.now()
    for entry in {entry.placement_id: entry for entry in entries}.values():
        row = existing.get(entry.placement_id)
        if problem := state.problem(entry):
            saved.problems[entry.placement_id] = problem
        elif row is None:
            fresh.append(entry)
        elif row.code == entry.code:
            saved.unchanged += 1
        else:
            changed.append((row, entry))
    written = {"on": on, "session": session, "by": by.pk, "at": now}
    taken = _insert(fresh, expected, written)
    for placement_id in taken:
        saved.problems[placement_id] = (
            "Somebody else marked this pupil a moment ago. Open the register again to see it."
        )
    _update(changed, written)
    MarkAmendment.objects.bulk_create(_amendment(row, entry, by) for row, entry in changed)
    saved.written = len(fresh) - len(taken) + len(changed)
    return saved


def _insert(fresh: list[Entry], pupils: dict[int, int], written: dict[str, Any]) -> set[int]:
    """Insert new marks in one statement; return the placements for which another was quicker."""
    if not fresh:
        return set()
    ordered = sorted(fresh, key=lambda entry: entry.placement_id)
    lines: dict[str, Any] = {
        "placements": [entry.placement_id for entry in ordered],
        "pupils": [pupils[entry.placement_id] for entry in ordered],
        "codes": [entry.code for entry in ordered],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {**written, **lines})
        found = {placement_id for (placement_id,) in cursor.fetchall()}
    return set(lines["placements"]) - found


def _update(changed: list[tuple[_Found, Entry]], written: dict[str, Any]) -> None:
    """Change marks in one statement. They are locked, so each still has the version judged."""
    if not changed:
        return
    lines: dict[str, Any] = {
        "marks": [row.pk for row, _ in changed],
        "codes": [entry.code for _, entry in changed],
    }
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, {**written, **lines})


def _codes_in_force(on: date) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, {"on": on})
        return {code for (code,) in cursor.fetchall()}


def _marks(expected: dict[int, int], on: date, session: int) -> tuple[dict[int, _Found], set[int]]:
    """Lock the marks of these children for the session, in one order.

    Return the marks of these placements, and the pupils for whom another place already holds the
    one mark that is not D. The placements were read through as_user; of the other places' marks
    only the fact is used.
    """
    given: dict[str, Any] = {
        "on": on,
        "session": session,
        "placements": list(expected),
        "pupils": list(expected.values()),
        "dual": DUAL,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK, given)
        rows = [_Found(*row) for row in cursor.fetchall()]
    here = {row.placement_id: row for row in rows if row.placement_id in expected}
    return here, {row.pupil_id for row in rows if row.placement_id not in expected}


@dataclass(frozen=True)
class _Session:
    """What decides whether a line can be written at one session."""

    on: date
    session: int
    expected: dict[int, int]  # the pupil of each placement
    existing: dict[int, _Found]
    allowed: set[str]
    elsewhere: set[int]

    def problem(self, entry: Entry) -> str:
        """Return the sentence that says why the line is not written, or nothing."""
        pupil = self.expected.get(entry.placement_id)
        if pupil is None:
            return "This pupil is not expected at this session. Open the register again."
        return self._wrong_code(entry, pupil) or self._overtaken(entry)

    def _wrong_code(self, entry: Entry, pupil: int) -> str:
        if entry.code not in self.allowed:
            return f"{entry.code[:10]!r} is not a code in force on {self.on:%d %B %Y}. Choose one."
        if entry.code == (AFTERNOON if self.session == Session.AM else MORNING):
            return "That code belongs to the other session of the day."
        if entry.code != DUAL and pupil in self.elsewhere:
            return "Another place has marked this pupil for this session. Only one mark can count."
        return ""

    def _overtaken(self, entry: Entry) -> str:
        row = self.existing.get(entry.placement_id)
        if row is None:
            return "" if entry.seen == 0 else "The mark that you saw is gone. Open it again."
        if row.version != entry.seen and row.code != entry.code:
            return (
                f"{row.marked_by} marked {row.code} at "
                f"{timezone.localtime(row.marked_at):%H:%M} while you were choosing {entry.code}. "
                "Nothing was overwritten. Check which is right, and save again."
            )
        if row.code != entry.code and not entry.reason.strip():
            return f"Say why {row.code} is changed to {entry.code}."
        return ""


def _amendment(row: _Found, entry: Entry, by: User) -> MarkAmendment:
    position = by.position or ", ".join(sorted(by.roles))
    return MarkAmendment(
        mark_id=row.pk,
        original=row.code,
        amended=entry.code,
        reason=entry.reason.strip()[:300],
        by=by,
        by_name=by.name,
        by_position=position[:100],
    )
