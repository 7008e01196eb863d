"""Taking in suspensions, or headcounts, from a file: all of it or nothing, the same file twice is once.

A suspension is known again by pupil, school, first day and kind. Whatever the file's length, the
statements are few.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import year_bounds, year_label
from apsystem.lib.gds import day
from apsystem.lib.tables import ImportRefused, Row, layout_of, read_table, refuse
from pupils.actions.exclusion_rules import Rules
from pupils.actions.file_rows import (
    HEADCOUNTS,
    LAYOUTS,
    HeadcountRow,
    SuspensionRow,
    headcount_row,
    suspension_row,
)
from pupils.actions.suspensions import CHANGED
from pupils.models import Enrolment, ExclusionReason, Headcount, Pupil, Suspension

__all__ = ["FileResult", "ImportRefused", "import_suspensions"]

Said = TypeVar("Said", SuspensionRow, HeadcountRow)
AT_ONCE = 1000
IN_FILE = "Cancelled in the school's file"
FIELDS = [
    "sessions",
    "back_on",
    "reason_1",
    "reason_2",
    "reason_3",
    "cancelled_on",
    "cancelled_because",
    "sessions_served",
    "day_six_on",
    "board_by",
    "version",
]


@dataclass
class FileResult:
    """What a file did, or would do. `left_out` says which rows are about nobody known here."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    differences: list[str] = field(default_factory=list)
    left_out: str = ""


@transaction.atomic
def import_suspensions(raw: bytes, *, by: User | None = None, dry_run: bool = False) -> FileResult:
    """Take in a file of suspensions or of headcounts. Raise ImportRefused with every fault named.

    Without a person it is the command that runs it.
    """
    if by is not None and not by.can(Permission.EXCLUSION_IMPORT):
        raise PermissionDenied(f"this asks for {Permission.EXCLUSION_IMPORT}")
    rows = read_table(raw)
    if layout_of(rows[0], LAYOUTS) == HEADCOUNTS:
        return _headcounts(_read(rows, headcount_row), by=by, dry_run=dry_run)
    return _suspensions(_read(rows, suspension_row), by=by, dry_run=dry_run)


def _read(rows: Iterable[Row], read: Callable[[Row], Said]) -> list[Said]:
    said, errors = [], []
    for row in rows:
        try:
            said.append(read(row))
        except ValueError as error:
            errors.append(f"Row {row.place}: {error}.")
    refuse(errors)
    return said


def _schools(said: Sequence[SuspensionRow | HeadcountRow]) -> dict[str, Organisation]:
    found = Organisation.objects.filter(urn__in={row.urn for row in said})
    schools = {str(place.urn): place for place in found}
    refuse(
        [
            f"Row {row.place}: no school with the URN {row.urn} is known here. Import the schools "
            "first."
            for row in said
            if row.urn not in schools
        ]
    )
    return schools


# --- Suspensions ---


class _File:
    """The rows of a file as suspensions, beside what is there already."""

    def __init__(self, said: list[SuspensionRow], by: User | None, result: FileResult) -> None:
        """Fetch what the rows are about. Ten queries; the children are locked."""
        self.by, self.result = by, result
        self.schools = _schools(said)
        self.reasons = ExclusionReason.objects.in_bulk()
        locked = Pupil.objects.select_for_update().order_by("pk")
        found = locked.filter(upn__in={row.upn for row in said})
        self.pupils = {str(pupil.upn): pupil for pupil in found}
        self.said = [row for row in said if row.upn in self.pupils]
        if strangers := [row.place for row in said if row.upn not in self.pupils]:
            result.left_out = (
                f"{len(strangers)} left out, because no pupil with their UPN is known here: row "
                f"{', '.join(map(str, strangers[:20]))}{' and more' if strangers[20:] else ''}. "
                "Add the pupils, then take the same file in again."
            )
        self.rolls: dict[int, list[Enrolment]] = {}
        numbers = [pupil.pk for pupil in self.pupils.values()]
        for roll in Enrolment.objects.filter(pupil__in=numbers):
            self.rolls.setdefault(roll.pupil_id, []).append(roll)
        self.known: dict[int, list[Suspension]] = {}
        rows = Suspension.objects.filter(pupil__in=numbers)
        for row in rows.prefetch_related("school", "reason_1", "reason_2", "reason_3"):
            self.known.setdefault(row.pupil_id, []).append(row)
        self.rules = Rules(day for row in said for day in (row.starts_on, row.cancelled_on))
        self.errors: list[str] = []
        self.fresh: list[Suspension] = []
        self.changed: list[Suspension] = []
        self.touched: dict[int, Suspension] = {}  # by row of the file

    def merge(self) -> None:
        """Lay the rows beside what is there: new, changed, or the same."""
        places: dict[tuple[Any, ...], int] = {}
        for said in self.said:
            key = (said.upn, said.urn, said.starts_on, said.kind)
            first = places.setdefault(key, said.place)
            if first != said.place:
                self.errors.append(f"Row {said.place}: it says the same as row {first}.")
                continue
            try:
                self._lay(said)
            except ValidationError as error:
                self._refuse(said.place, error)

    def _lay(self, said: SuspensionRow) -> None:
        pupil, school = self.pupils[said.upn], self.schools[said.urn]
        rows = self.known.setdefault(pupil.pk, [])
        found = [
            row
            for row in rows
            if (row.school_id, row.starts_on, row.kind) == (school.pk, said.starts_on, said.kind)
        ]
        # Of a cancelled one and one that was given after it, the file tells of the one that stands.
        row = next((row for row in found if not row.cancelled_on), found[0] if found else None)
        is_new = row is None
        row = row or Suspension(
            pupil=pupil,
            school=school,
            kind=said.kind,
            starts_on=said.starts_on,
            is_imported=True,
            recorded_by=self.by,
        )
        before = {name: getattr(row, name, None) for name in FIELDS} if not is_new else {}
        self._write(row, said)
        if is_new:
            rows.append(row)
            self.fresh.append(row)
            self.result.differences.append(f"Row {said.place}: added, {_words(row)}.")
        elif told := _differences(before, row):
            row.version += 1
            self.changed.append(row)
            self.result.differences.append(f"Row {said.place}: {_words(row)}: {told}.")
        else:
            self.result.unchanged += 1
            return
        self.touched[said.place] = row

    def _write(self, row: Suspension, said: SuspensionRow) -> None:
        unknown = [code for code in said.reasons if code not in self.reasons]
        if unknown:
            raise ValidationError(f"{', '.join(unknown)} is no reason of a suspension.")
        if len(set(said.reasons)) < len(said.reasons):
            raise ValidationError("Give each reason once.")
        row.sessions = said.sessions
        main, *others = [self.reasons[code] for code in said.reasons]
        row.reason_1 = main
        row.reason_2 = others[0] if others else None
        row.reason_3 = others[1] if others[1:] else None
        if said.back_on:
            row.back_on = said.back_on
        elif not row.pk:
            self.rules.fill_back_on(row)
        if said.cancelled_on and not row.cancelled_on:
            if said.cancelled_on > localdate():
                raise ValidationError("The day of the cancellation lies in the future.")
            if row.board_met_on:
                raise ValidationError("The governing board has met, so it cannot be cancelled.")
            row.cancelled_on, row.cancelled_because = said.cancelled_on, IN_FILE
            row.sessions_served = self.rules.served(row, said.cancelled_on)

    def hold(self, today: date) -> None:
        """Hold every new and changed row to the rules, beside all others of the pupil."""
        for place, row in self.touched.items():
            try:
                self.rules.hold(
                    row,
                    rolls=self.rolls.get(row.pupil_id, []),
                    others=[other for other in self.known[row.pupil_id] if other is not row],
                    today=today,
                )
            except ValidationError as error:
                self._refuse(place, error)
        refuse(sorted(self.errors, key=lambda sentence: int(sentence.split()[1].rstrip(":"))))

    def _refuse(self, place: int, error: ValidationError) -> None:
        self.errors += [f"Row {place}: {sentence}" for sentence in error.messages]

    def save(self) -> None:
        """Write all in two statements, with what is due counted anew."""
        recounted: dict[int, Suspension] = {}
        for pupil, year in {(row.pupil_id, row.year) for row in self.touched.values()}:
            group = [row for row in self.known[pupil] if row.year == year]
            recounted.update({row.pk: row for row in self.rules.count(group) if row.pk})
        Suspension.objects.bulk_create(self.fresh, batch_size=AT_ONCE)
        kept = {row.pk: row for row in self.changed} | recounted
        Suspension.objects.bulk_update(kept.values(), FIELDS, batch_size=AT_ONCE)
        _post({row.year for row in self.touched.values()})


def _suspensions(said: list[SuspensionRow], *, by: User | None, dry_run: bool) -> FileResult:
    result = FileResult()
    file = _File(said, by, result)
    file.merge()
    file.hold(localdate())
    result.added, result.changed = len(file.fresh), len(file.changed)
    if not dry_run:
        file.save()
    return result


def _words(row: Suspension) -> str:
    return f"{str(row).lower()} from {day(row.starts_on)}, {row.school}"


def _differences(before: dict[str, Any], row: Suspension) -> str:
    told = []
    for name, was in before.items():
        now = getattr(row, name)
        if was != now and name != "version":
            label = str(Suspension._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            told.append(f"{label} was {was or 'empty'}, is now {now or 'empty'}")
    return "; ".join(told)


def _post(years: set[int]) -> None:
    for year in sorted(years):
        work.post(CHANGED, day=year_bounds(year)[0].isoformat())


# --- Headcounts ---


def _headcounts(said: list[HeadcountRow], *, by: User | None, dry_run: bool) -> FileResult:
    result, schools = FileResult(), _schools(said)
    rows = Headcount.objects.filter(school__in=[place.pk for place in schools.values()])
    known = {(row.school_id, row.year, row.census): row for row in rows.select_for_update()}
    fresh: list[Headcount] = []
    changed: list[Headcount] = []
    errors: list[str] = []
    places: dict[tuple[int, int, str], int] = {}
    for one in said:
        school = schools[one.urn]
        key = (school.pk, one.year, one.census)
        if (first := places.setdefault(key, one.place)) != one.place:
            errors.append(f"Row {one.place}: row {first} is about the same census.")
            continue
        words = f"Row {one.place}: {school}, {one.census} {year_label(one.year)}"
        row = known.get(key)
        if row is None:
            fresh.append(
                Headcount(school=school, year=one.year, census=one.census, pupils=one.pupils)
            )
            result.differences.append(f"{words}: added, {one.pupils} pupils.")
        elif row.pupils != one.pupils:
            result.differences.append(f"{words}: was {row.pupils}, is now {one.pupils} pupils.")
            row.pupils = one.pupils
            changed.append(row)
        else:
            result.unchanged += 1
    refuse(errors)
    result.added, result.changed = len(fresh), len(changed)
    if not dry_run:
        for row in (*fresh, *changed):
            row.recorded_by = by
        Headcount.objects.bulk_create(fresh, batch_size=AT_ONCE)
        Headcount.objects.bulk_update(changed, ["pupils", "recorded_by"], batch_size=AT_ONCE)
        _post({row.year for row in (*fresh, *changed)})
    return result
