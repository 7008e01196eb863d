"""What registers tell of a child: sessions missed, what was done about it, part-time timetables."""

from collections.abc import Container
from datetime import date
from typing import Any

from django.db.models import Case, DateTimeField, F, Max, QuerySet, TextField, When
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.calendar import Session, pattern_words
from apsystem.lib.gds import day
from attendance.models import (
    AbsenceEntry,
    Answer,
    Mark,
    Outcome,
    PartTimeTimetable,
    ReviewOutcome,
    SchoolAttendance,
    TimetableReview,
    TimetableRule,
    Way,
)
from placements.models import RUNNING, Placement
from placements.story import Part, part
from pupils.models import Pupil
from pupils.story import Row, Section, Source, Told, kind, section, tells
from pupils.story.columns import last_day

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
kind("went-well", "What went well", 45)


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

section(
    Section(
        "at-school",
        "At school",
        "attendance:at-school",
        Permission.SCHOOL_ATTENDANCE_VIEW,
        rows=lambda user: SchoolAttendance.objects.as_user(user).kept(),
        place=32,
    )
)
kind("at-school", "Absence from school", 41)


def _away(row: Row) -> Told:
    period = f"{day(date.fromisoformat(row.words))} to {day(row.on)}"
    words = f"Absent from school for {row.number} of {row.code} sessions"
    return Told(words, f"{row.place}, {period}")


tells(
    Source(
        "atschool",
        "at-school",
        lambda user: SchoolAttendance.objects.as_user(user).kept().with_absence(),
        {
            "on": last_day("ends_on"),
            "at": "recorded_at",
            "number": F("possible") - F("present"),
            "code": "possible",
            "place": "school__name",
            "words": Cast("starts_on", TextField()),
            "by": "recorded_by__name",
        },
        _away,
        permission=Permission.SCHOOL_ATTENDANCE_VIEW,
    )
)

kind("timetables", "Part-time timetables", 42)
PAGE = "attendance:timetable"


def _part_time(row: Row) -> Told:
    words = f"Expected at {pattern_words(row.number or 0)}. Full time expected on {row.code}"
    return Told("Part-time timetable begins", f"{row.place}. {words}")


def _timetable_over(row: Row) -> Told:
    how = f"{Outcome(row.code).label}. {row.words}" if row.code else "Full time was expected"
    return Told("Part-time timetable is over", f"{row.place}. {how}")


def _reviewed(row: Row) -> Told:
    agreed = str(ReviewOutcome(row.code).label).lower()
    return Told(f"Part-time timetable reviewed: {agreed}", row.words)


STARTS = tells(
    Source(
        "timetablestarts",
        "timetables",
        PartTimeTimetable.objects.as_user,
        {
            "on": "starts_on",
            "at": "recorded_at",
            "ref": "uid",
            "number": "sessions",
            "place": "placement__provider__name",
            "code": "full_time_on",
            "by": "recorded_by__name",
        },
        _part_time,
        permission=Permission.TIMETABLE_VIEW,
        page=PAGE,
        page_permission=Permission.TIMETABLE_VIEW,
    )
)
tells(
    Source(
        "timetableends",
        "timetables",
        lambda user: PartTimeTimetable.objects.as_user(user).filter(ends_on__lte=localdate()),
        {
            "on": "ends_on",
            "at": Cast("ends_on", DateTimeField()),
            "ref": "uid",
            "place": "placement__provider__name",
            "code": "outcome",
            "words": "outcome_words",
        },
        _timetable_over,
        permission=Permission.TIMETABLE_VIEW,
        page=PAGE,
        page_permission=Permission.TIMETABLE_VIEW,
    )
)
tells(
    Source(
        "timetablereview",
        "timetables",
        lambda user: TimetableReview.objects.as_user(user).held(),
        {
            "on": "held_on",
            "at": "recorded_at",
            "ref": "timetable__uid",
            "code": "outcome",
            "words": "words",
            "by": "recorded_by__name",
        },
        _reviewed,
        permission=Permission.TIMETABLE_VIEW,
        page=PAGE,
        page_permission=Permission.TIMETABLE_VIEW,
    )
)


def part_time(pupil: Pupil, user: User, told: Container[str]) -> dict[str, Any] | None:
    """Read what the page of a pupil shows of the timetables that go on. Two queries.

    None of a child whose chronology tells of no timetable, and where the person may see none.
    """
    if STARTS.slug not in told:
        return None
    today = localdate()
    rule = TimetableRule.objects.as_user(user).on(today)
    rows = PartTimeTimetable.objects.as_user(user).running(today).with_names()
    found = rows.filter(placement__pupil=pupil)
    return {"rows": [(row, row.hours(rule)) for row in found], "today": today}


def _timetables(placement: Placement, user: User) -> dict[str, Any] | None:
    """Read what the page of a placement shows of part-time timetables. Two queries."""
    if not placement.sessions:
        return None
    rule = TimetableRule.objects.as_user(user).on(localdate())
    rows = PartTimeTimetable.objects.as_user(user).filter(placement=placement).with_names()
    found = [(row, row.hours(rule)) for row in rows]
    may_agree = (
        all(row.is_over for row, _ in found)
        and placement.status in RUNNING
        and user.can(Permission.TIMETABLE_AGREE)
    )
    return {
        "placement": placement,
        "rows": found,
        "can_agree": may_agree,
        "today": localdate(),
    }


part(
    Part(
        "timetables",
        Permission.TIMETABLE_VIEW,
        "components/placement_timetable.html",
        _timetables,
    )
)
tells(
    Source(
        "wentwell",
        "went-well",
        lambda user: Mark.objects.as_user(user).with_note(),
        {
            "on": "date",
            "at": "marked_at",
            "words": "note",
            "place": "placement__provider__name",
        },
        lambda row: Told(f"What went well: {row.words}", row.place),
    )
)


kind("absence", "Absence followed up", 44)


def _followed_up(row: Row) -> Told:
    words = {**dict(Way.choices), **dict(Answer.choices)}[row.code]
    half = "Morning" if row.number == Session.AM else "Afternoon"
    title = f"A parent answered: {words}" if row.code in Answer.values else words
    return Told(f"Absence: {title[0].lower()}{title[1:]}", f"{half}. {row.words}")


tells(
    Source(
        "absencetried",
        "absence",
        AbsenceEntry.objects.as_user,
        {
            "on": "date",
            "at": "at",
            "number": "session",
            "code": Case(When(answer="", then=F("way")), default=F("answer")),
            "words": "words",
            "by": "by__name",
        },
        _followed_up,
        permission=Permission.ABSENCE_VIEW,
    )
)
