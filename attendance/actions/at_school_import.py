"""Weeks of attendance at mainstream schools from a file: totals, or sessions that are added up."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.documents import plain_name
from apsystem.lib.tables import ImportRefused, records
from attendance.actions import at_school_weeks as weeks
from attendance.actions.exports import Header, Part, plain, read_day, read_header
from attendance.actions.reading import FileReading, Problems, Whose
from attendance.models import Import
from attendance.models.imports import Kind, Status
from pupils.models import Pupil

MOST_SESSIONS = 10
FIGURES = re.compile("[0-9]{1,2}")
HEADINGS = {
    "week": {"week", "week beginning", "week commencing", "week start", "w/c", "monday"},
    "possible": {"possible", "possible sessions", "sessions possible", "possible marks"},
    "present": {"present", "attended", "attendances", "sessions attended", "present sessions"},
    "authorised": {"authorised", "authorised absence", "authorised absences"},
    "unauthorised": {"unauthorised", "unauthorised absence", "unauthorised absences"},
    "late": {"late", "lates", "late sessions"},
}
NUMBERS = ["possible", "present", "authorised", "unauthorised", "late"]
Week = tuple[int, int, date, int, int, int, int, int]


@dataclass(frozen=True)
class Weeks:
    """What a file of attendance at school would do, or did."""

    new: int
    changed: int
    same: int
    first: date | None = None
    last: date | None = None


@transaction.atomic
def import_at_school(
    content: bytes, *, name: str, school: Organisation | None, by: User, dry_run: bool = False
) -> Weeks:
    """Take in weeks of pupils at mainstream schools, all or nothing. Raise ImportRefused.

    A week that is there is replaced; the history keeps what stood there. Without a school, the
    roll that the pupil is on decides.
    """
    if not by.roles & REACH_ALL or not by.can(Permission.SCHOOL_ATTENDANCE_RECORD):
        raise PermissionDenied("this asks for schoolattendance.record at the council")
    header = read_header(content)
    names = ("pk", "upn", "forename", "surname", "preferred_name", "date_of_birth")
    known = Pupil.objects.as_user(by).order_by().values_list(*names)
    whose = Whose(known.iterator(), unknown="is known here")
    at = {part: _column(header, words) for part, words in HEADINGS.items()}
    of, today = school.pk if school else None, localdate()
    weeks.stage()
    if at["week"] is None:
        reading = FileReading(content, header.proposal(), whose)
        weeks.copy(weeks.COPY_SESSIONS, reading)
        problems = reading.problems
        weeks.check_sessions(of, today, problems)
        weeks.add_up()
    else:
        problems = Problems()
        weeks.copy(weeks.COPY_WEEKS, _weeks(content, header, at, whose, problems))
    counts = weeks.plan(of, today, problems)
    if problems.count:
        raise ImportRefused(problems.sentences)
    found = Weeks(*counts)
    if not dry_run and (found.new or found.changed):
        _write(found, content, name, by=by)
    return found


def _write(found: Weeks, content: bytes, name: str, *, by: User) -> None:
    now = timezone.now()
    row = Import.objects.create(
        kind=Kind.AT_SCHOOL,
        status=Status.DONE,
        file_name=plain_name(name),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
        began_at=now,
        done_at=now,
        new=found.new,
        changed=found.changed,
        same=found.same,
        first_on=found.first,
        last_on=found.last,
    )
    weeks.write(taken_in=row.pk, by=by.pk, at=now)
    work.changed("school attendance")


def _column(header: Header, words: set[str]) -> int | None:
    places = (at for at, cell in enumerate(header.headings) if plain(cell) in words)
    return next(places, None)


def _weeks(
    content: bytes,
    header: Header,
    at: dict[str, int | None],
    whose: Whose,
    problems: Problems,
) -> Iterator[Week]:
    """Yield the weeks of a file of totals. Raise ImportRefused where a column is missing."""
    if absent := [part for part in HEADINGS if at[part] is None and part != "late"]:
        raise ImportRefused([f"Row {header.place}: no column holds {', '.join(absent)}."])
    named = {part: header.headings.index(words) for part, words in header.proposal().items()}
    for place, cells in records(content):
        if place <= header.place or not any(cells):
            continue
        if len(cells) < len(header.headings) or any(cells[len(header.headings) :]):
            fewer = len(cells) < len(header.headings)
            problems.add(place, f"{'fewer' if fewer else 'more'} cells than columns")
            continue
        found = _week(cells, at, named, whose)
        if isinstance(found, str):
            problems.add(place, found)
        else:
            yield (place, *found)


def _week(
    cells: list[str], at: dict[str, int | None], named: dict[str, int], whose: Whose
) -> tuple[int, date, int, int, int, int, int] | str:
    upn, name, surname, forename, born = (
        cells[named[part]] if part in named else ""
        for part in (Part.UPN, Part.NAME, Part.SURNAME, Part.FORENAME, Part.BORN)
    )
    pupil = whose.find(upn, name or f"{forename} {surname}".strip(), born)
    if isinstance(pupil, str):
        return pupil
    week = read_day(_cell(cells, at["week"]))
    if isinstance(week, str):
        return week
    if week.weekday():
        return f"{week.day} {week:%B %Y} is no Monday. A week is named by its Monday"
    numbers = _numbers([_cell(cells, at[part]) for part in NUMBERS])
    return numbers if isinstance(numbers, str) else (pupil, week, *numbers)


def _numbers(texts: list[str]) -> tuple[int, int, int, int, int] | str:
    """Read the sessions of a week, or say what is wrong with them. No late ones stand for none."""
    texts[-1] = texts[-1] or "0"
    for part, text in zip(NUMBERS, texts, strict=True):
        if not (FIGURES.fullmatch(text) and int(text) <= MOST_SESSIONS):
            return f"{part} is {text[:10]!r}. Write a number from 0 to {MOST_SESSIONS}"
    possible, present, authorised, unauthorised, late = (int(text) for text in texts)
    if possible != present + authorised + unauthorised:
        return (
            f"{present} attended, {authorised} authorised and {unauthorised} unauthorised do not "
            f"add up to {possible} possible sessions"
        )
    if late > present:
        return f"{late} late sessions are more than the {present} attended"
    return possible, present, authorised, unauthorised, late


def _cell(cells: list[str], at: int | None) -> str:
    return "" if at is None else cells[at]
