"""What registers tell of a child: the weeks in which sessions were missed."""

from datetime import date

from django.db.models import F, Max, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.gds import day
from attendance.models import Mark
from pupils.story import Row, Section, Source, Told, kind, section, tells

section(
    Section(
        "attendance",
        "Attendance",
        "reporting:pupil-attendance",
        Permission.PUPIL_VIEW,
        place=30,
    )
)
kind("attendance", "Weeks with absence", 40)


def missed_weeks(user: User) -> QuerySet:
    """Return the weeks of each child in which sessions were missed."""
    return Mark.objects.as_user(user).by_week().filter(absent__gt=0)


def _missed(row: Row) -> Told:
    monday = date.fromisoformat(row.code[:10])
    of = int(row.place)
    return Told(
        f"Absent for {row.number} of {of} session{'' if of == 1 else 's'}",
        f"In the week of {day(monday)}",
    )


tells(
    Source(
        "absence",
        "attendance",
        missed_weeks,
        {
            "on": Max("date"),
            "at": Max("marked_at"),
            "pk": Max("pk"),
            "number": F("absent"),
            "code": F("week"),
            "place": F("possible"),
        },
        _missed,
    )
)
