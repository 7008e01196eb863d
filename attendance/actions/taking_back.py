"""A mark is taken back seconds after the tap, by whoever made it."""

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from accounts.models import Organisation, User
from attendance.actions import lines
from attendance.actions.lines import Found, New
from attendance.actions.register import Entry, Line, Saved, amend, position_of
from attendance.models import MarkAmendment, OutsideMark, TakenBack

BACK = "Taken back at once"
BESIDE = "Minutes, leaving time or note were changed meanwhile. Change the mark, with a reason."
OUTSIDE = "A mark outside the expected sessions is not taken back. Change it, with a reason."
TOO_LATE = "A mark is taken back within 10 seconds. Now it can be changed, with a reason."


def take_back(
    provider: Organisation, on: date, session: int, entries: Sequence[Entry], *, by: User
) -> Saved:
    """Unmark lines, or give them the code they had before. Within the caller's transaction.

    A first mark leaves the register and stays in the list of changes; a change gets a second
    amendment, back to the original. Who marked it, and within seconds: nobody else.
    """
    if not entries:
        return Saved()
    line = Line.read(provider, on, session, by)
    saved = Saved(rows=line.existing, expected=len(line.expected), at=line.stamp.at)
    wanted = {entry.placement_id: entry for entry in entries}
    rows = []
    for key, entry in wanted.items():
        row = line.existing.get(key)
        if row is None or row.version != entry.seen:
            saved.problems[key] = "The mark that you saw has changed. Open the register again."
        elif not line.is_recent(row):
            saved.problems[key] = TOO_LATE
        else:
            rows.append(row)
    _write(line, rows, saved, by)
    return saved


def _write(line: Line, rows: list[Found], saved: Saved, by: User) -> None:
    before, stays = _before(rows), _stays(rows)
    first: list[Found] = []
    changed: list[tuple[Found, New]] = []
    for row in rows:
        code = before.get(row.pk)
        if code is None and row.pk in stays:
            saved.problems[row.placement_id] = stays[row.pk]
        elif code is None:
            first.append(row)
        elif problem := line.wrong_code(code, line.expected[row.placement_id]):
            saved.problems[row.placement_id] = problem
        else:
            changed.append((row, lines.kept(row, code)))
    TakenBack.objects.bulk_create(_taken(row, line, by) for row in first)
    lines.delete(first)
    for row in first:
        del saved.rows[row.placement_id]
    saved.rows |= lines.update(changed, line.stamp)
    amend([(*change, BACK) for change in changed], by)
    saved.written = len(first) + len(changed)


def _before(rows: list[Found]) -> dict[int, str]:
    """Return the code that each mark had before the last amendment of it, where there is one."""
    found = MarkAmendment.objects.filter(mark__in=[row.pk for row in rows])
    return {
        row.mark_id: row.original for row in found.exclude(original=F("amended")).order_by("pk")
    }


def _stays(rows: list[Found]) -> dict[int, str]:
    """Return the marks that cannot leave the register, because of what is kept of them, with why."""
    marks = [row.pk for row in rows]
    amended = MarkAmendment.objects.filter(mark__in=marks).values_list("mark", flat=True)
    outside = OutsideMark.objects.filter(mark__in=marks).values_list("mark", flat=True)
    return dict.fromkeys(amended, BESIDE) | dict.fromkeys(outside, OUTSIDE)


def _taken(row: Found, line: Line, by: User) -> TakenBack:
    return TakenBack(
        placement_id=row.placement_id,
        date=line.stamp.on,
        session=line.stamp.session,
        code=row.code,
        version=row.version,
        marked_at=row.marked_at,
        at=line.stamp.at,
        by=by,
        by_name=by.name,
        by_position=position_of(by),
    )
