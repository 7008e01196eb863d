"""A mark is taken back seconds after the tap, by whoever made it."""

from collections.abc import Sequence
from datetime import date

from accounts.models import Organisation, User
from attendance.actions import lines
from attendance.actions.lines import Found
from attendance.actions.register import Entry, Line, Saved, amend, position_of
from attendance.models import MarkAmendment, TakenBack

BACK = "Taken back at once"
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
    before = _before([row for row in rows if row.version > 1])
    first = [row for row in rows if row.pk not in before]
    TakenBack.objects.bulk_create(_taken(row, line, by) for row in first)
    lines.delete(first)
    for row in first:
        del saved.rows[row.placement_id]
    changed = [
        (row, before[row.pk])
        for row in rows
        if row.pk in before
        and not line.wrong_code(before[row.pk], line.expected[row.placement_id])
    ]
    saved.rows |= lines.update([(row, lines.kept(row, code)) for row, code in changed], line.stamp)
    amend([(row, code, BACK) for row, code in changed], by)
    saved.written = len(first) + len(changed)
    for row in rows:
        if row.pk in before and (row, before[row.pk]) not in changed:
            saved.problems[row.placement_id] = TOO_LATE


def _before(rows: list[Found]) -> dict[int, str]:
    """Return the code that each mark had before its last amendment, where it has one."""
    found = MarkAmendment.objects.filter(mark__in=[row.pk for row in rows]).order_by("pk")
    return {row.mark_id: row.original for row in found} if rows else {}


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
