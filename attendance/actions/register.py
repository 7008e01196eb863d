"""What happens in a register."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.models.calendar import is_school_day
from accounts.permissions import Permission
from apsystem.lib.calendar import Session
from attendance.models import Code, Mark, MarkAmendment
from attendance.models.code import AFTERNOON, MORNING
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


@dataclass(frozen=True)
class Entry:
    """What a person wrote on one line, and the version that the person saw (0: not marked)."""

    placement_id: int
    code: str
    seen: int = 0
    reason: str = ""


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
    number of statements, however many lines. Raise PermissionDenied or ValidationError.
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
    expected = {
        placement.pk: placement
        for placement in Placement.objects.as_user(by)
        .filter(provider=provider)
        .expected(on, session)
        .select_related(None)
        .order_by("pk")
    }
    allowed = set(Code.objects.in_force(on).values_list("pk", flat=True))
    existing, elsewhere = _marks(expected, on, session)
    state = _Session(on, session, expected, existing, allowed, elsewhere)
    fresh, changed, amendments = [], [], []
    now = timezone.now()
    for entry in entries:
        row = existing.get(entry.placement_id)
        if problem := state.problem(entry):
            saved.problems[entry.placement_id] = problem
        elif row is None:
            placement = expected[entry.placement_id]
            fresh.append(_fresh(placement, on, session))
            _write(fresh[-1], entry.code, by, now)
        elif row.code_id == entry.code:
            saved.unchanged += 1
        else:
            amendments.append(_amendment(row, entry, by))
            row.version += 1
            _write(row, entry.code, by, now)
            changed.append(row)
    taken = _insert(fresh)
    for placement_id in taken:
        saved.problems[placement_id] = (
            "Somebody else marked this pupil a moment ago. Open the register again to see it."
        )
    Mark.objects.bulk_update(changed, ["code", "version", "marked_by", "marked_at"])
    MarkAmendment.objects.bulk_create(amendments)
    saved.written = len(fresh) - len(taken) + len(changed)
    return saved


def _insert(fresh: list[Mark]) -> set[int]:
    """Insert new marks in one statement; return the placements for which another was quicker."""
    if not fresh:
        return set()
    first = fresh[0]
    ordered = sorted(fresh, key=lambda row: row.placement_id)
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            {
                "placements": [row.placement_id for row in ordered],
                "pupils": [row.pupil_id for row in ordered],
                "codes": [row.code_id for row in ordered],
                "on": first.date,
                "session": first.session,
                "by": first.marked_by_id,
                "at": first.marked_at,
            },
        )
        written = {placement_id for (placement_id,) in cursor.fetchall()}
    return {row.placement_id for row in ordered} - written


def _marks(
    expected: dict[int, Placement], on: date, session: int
) -> tuple[dict[int, Mark], set[int]]:
    """Lock the marks of these children for the session, in one order.

    Return the marks of these placements, and the pupils for whom another place already holds the
    one mark that is not D. The placements were read through as_user; of the other places' marks
    only the fact is used.
    """
    pupils = {placement.pupil_id for placement in expected.values()}
    rows = (
        Mark.objects.filter(
            Q(placement__in=expected) | Q(pupil__in=pupils) & ~Q(code=DUAL),
            date=on,
            session=session,
        )
        .select_related("marked_by")
        .select_for_update(of=("self",))
        .order_by("placement_id")
    )
    here = {row.placement_id: row for row in rows if row.placement_id in expected}
    return here, {row.pupil_id for row in rows if row.placement_id not in expected}


@dataclass(frozen=True)
class _Session:
    """What decides whether a line can be written at one session."""

    on: date
    session: int
    expected: dict[int, Placement]
    existing: dict[int, Mark]
    allowed: set[str]
    elsewhere: set[int]

    def problem(self, entry: Entry) -> str:
        """Return the sentence that says why the line is not written, or nothing."""
        placement = self.expected.get(entry.placement_id)
        if placement is None:
            return "This pupil is not expected at this session. Open the register again."
        return self._wrong_code(entry, placement) or self._overtaken(entry)

    def _wrong_code(self, entry: Entry, placement: Placement) -> str:
        if entry.code not in self.allowed:
            return f"{entry.code[:10]!r} is not a code in force on {self.on:%d %B %Y}. Choose one."
        if entry.code == (AFTERNOON if self.session == Session.AM else MORNING):
            return "That code belongs to the other session of the day."
        if entry.code != DUAL and placement.pupil_id in self.elsewhere:
            return "Another place has marked this pupil for this session. Only one mark can count."
        return ""

    def _overtaken(self, entry: Entry) -> str:
        row = self.existing.get(entry.placement_id)
        if row is None:
            return "" if entry.seen == 0 else "The mark that you saw is gone. Open it again."
        if row.version != entry.seen and row.code_id != entry.code:
            return (
                f"{row.marked_by} marked {row.code_id} at "
                f"{timezone.localtime(row.marked_at):%H:%M} while you were choosing {entry.code}. "
                "Nothing was overwritten. Check which is right, and save again."
            )
        if row.code_id != entry.code and not entry.reason.strip():
            return f"Say why {row.code_id} is changed to {entry.code}."
        return ""


def _fresh(placement: Placement, on: date, session: int) -> Mark:
    return Mark(placement=placement, pupil_id=placement.pupil_id, date=on, session=session)


def _write(row: Mark, code: str, by: User, now: datetime) -> None:
    row.code_id, row.marked_by, row.marked_at = code, by, now


def _amendment(row: Mark, entry: Entry, by: User) -> MarkAmendment:
    position = by.position or ", ".join(sorted(by.roles))
    return MarkAmendment(
        mark=row,
        original=row.code_id,
        amended=entry.code,
        reason=entry.reason.strip()[:300],
        by=by,
        by_name=by.name,
        by_position=position[:100],
    )
