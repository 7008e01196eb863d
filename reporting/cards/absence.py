"""The cards of the morning: who is not accounted for, which registers are late, what needs a step."""

from django.utils import timezone

from accounts.permissions import Permission
from attendance.models import Mark
from attendance.models.patterns import findings, unexplained
from attendance.models.threshold import Kind
from attendance.models.unaccounted import Reading, Rows, count
from attendance.models.unmarked import late_registers
from placements.models import Placement
from reporting.cards.card import Card, Day, Group, Told


def _unaccounted(day: Day) -> Told:
    reading = Reading(timezone.now(), day.calendar)
    words = "absent without a reason, or without a mark past the time"
    return Told(count(Rows.of(day.user), reading), words)


def _late(day: Day) -> Told:
    rows = late_registers(
        Placement.objects.as_user(day.user), timezone.now(), calendar=day.calendar
    )
    today = sum(row.is_today for row in rows)
    return Told(len(rows), f"with pupils unmarked, {today} of them of today")


def _unexplained(day: Day) -> Told | None:
    rule = day.thresholds.get(Kind.UNEXPLAINED)
    if rule is None:
        return None
    marks = unexplained(Mark.objects.as_user(day.user), rule, day.today, day.calendar)
    return Told(marks.count(), f"marks of N, older than {rule.number} school days")


def _found(kind: Kind, day: Day) -> int:
    marks = Mark.objects.as_user(day.user)
    return len(findings(kind, marks, day.thresholds.get(kind), day.today, day.calendar))


ABSENCE = [
    Card(
        "unaccounted",
        Group.DUE,
        Permission.ABSENCE_VIEW,
        "Not yet accounted for",
        "",
        rows=_unaccounted,
        page="attendance:absence",
    ),
    Card(
        "late-registers",
        Group.DUE,
        Permission.REGISTER_VIEW,
        "Registers not finished",
        "",
        rows=_late,
        page="attendance:unmarked",
    ),
    Card(
        "unexplained",
        Group.DUE,
        Permission.ABSENCE_ANSWER,
        "Reasons to find",
        "",
        rows=_unexplained,
        page="attendance:replace",
    ),
    Card(
        "unauthorised",
        Group.DUE,
        Permission.ABSENCE_ANSWER,
        "Unauthorised absence",
        "",
        rows=lambda day: Told(_found(Kind.UNAUTHORISED, day), "pupils past the threshold"),
        page="attendance:steps",
        query=lambda day, person: {"show": Kind.UNAUTHORISED.value},
    ),
    Card(
        "illness",
        Group.DUE,
        Permission.ABSENCE_ANSWER,
        "Illness",
        "",
        rows=lambda day: Told(_found(Kind.ILLNESS, day), "pupils past the threshold of days"),
        page="attendance:steps",
        query=lambda day, person: {"show": Kind.ILLNESS.value},
    ),
]
