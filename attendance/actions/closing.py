"""What a closure does to marks that nobody took: the code C2 that the clock wrote from a timetable.

A closure entered afterwards makes them #, which is no possible attendance (reference 1.2), and one
that is removed makes them C2 again. Each change keeps an amendment. What people marked stays.
"""

from django.db.models import Exists, OuterRef, Q

from accounts.models import Closure, User
from attendance.actions import lines
from attendance.actions.register import rewrite
from attendance.models import PLANNED_CLOSURE, Mark, MarkAmendment
from attendance.models.expected import TIMETABLE_CODE
from attendance.models.mark import MarkQuerySet

OURS = [TIMETABLE_CODE, PLANNED_CLOSURE]


def close_marks(closure: Closure, by: User) -> None:
    """Turn the C2 of the clock on the days of a closure into #."""
    rows = _nobodys(closure).filter(code=TIMETABLE_CODE)
    _change(rows, PLANNED_CLOSURE, f"Closed on this day: {closure.reason}", by)


def reopen_marks(closure: Closure, by: User) -> None:
    """Turn them back once the closure is gone, except where another one covers the day."""
    still = Closure.objects.filter(
        Q(organisation=None) | Q(organisation=OuterRef("placement__provider")),
        starts_on__lte=OuterRef("date"),
        ends_on__gt=OuterRef("date"),
    )
    rows = _nobodys(closure).filter(~Exists(still), code=PLANNED_CLOSURE)
    _change(rows, TIMETABLE_CODE, f"The closure was removed: {closure.reason}", by)


def _nobodys(closure: Closure) -> MarkQuerySet:
    """Keep the marks from timetables which no person ever gave a code, on the closed days."""
    by_hand = MarkAmendment.objects.filter(mark=OuterRef("pk")).exclude(
        original__in=OURS, amended__in=OURS
    )
    rows = Mark.objects.between(closure.starts_on, closure.ends_on).filter(
        ~Exists(by_hand), outside__timetable__isnull=False
    )
    if closure.organisation_id is None:
        return rows
    return rows.filter(placement__provider=closure.organisation_id)


def _change(rows: MarkQuerySet, code: str, reason: str, by: User) -> None:
    """Change the code of marks, locked in the order in which registers lock theirs."""
    locked = rows.select_for_update(of=("self",)).select_related("marked_by")
    found = [lines.found(row) for row in locked.order_by("date", "session", "placement_id")]
    rewrite([(row, lines.kept(row, code)) for row in found], reason, by)
