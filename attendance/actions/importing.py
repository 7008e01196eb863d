"""Imports of marks: uploaded, looked at, confirmed. One code path for pages, commands and systems."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.calendar import academic_year, year_bounds
from apsystem.lib.documents import plain_name
from apsystem.lib.tables import ImportRefused
from attendance.actions.exports import Mapped, read_header
from attendance.actions.planning import Plan, plan
from attendance.actions.reading import SHORTER, FileReading, Reading, Whose
from attendance.actions.writing import Overtaken, write
from attendance.models import Import, ImportFile, MarkLayout
from attendance.models.imports import MOST_BYTES, Status
from placements.models import TAKEN_UP
from pupils.models import Pupil


class PlanRefused(ImportRefused):
    """Lines are wrong. `plan` says which."""

    def __init__(self, plan: Plan) -> None:
        """Keep the plan beside its sentences."""
        super().__init__(plan.problems)
        self.plan = plan


KEPT_FOR = timedelta(hours=24)
MOST_MEGABYTES = MOST_BYTES // 1024 // 1024


@dataclass(frozen=True)
class Source:
    """Where marks come from, as the record of the import keeps it."""

    provider: Organisation | None
    name: str
    sha256: str
    details: Mapping[str, Any]
    through: str = ""


def check_may_import(by: User, provider: Organisation | None) -> None:
    """Refuse who may not import marks for a provider; all at once is for those who reach all."""
    reaches = bool(by.roles & REACH_ALL) or (
        provider is not None and provider.pk in by.organisations_with(Permission.MARK_IMPORT)
    )
    if not reaches or not by.can(Permission.MARK_IMPORT):
        raise PermissionDenied("this asks for mark.import there")


@transaction.atomic
def upload(provider: Organisation, file: File, *, by: User) -> Import:
    """Keep a file until somebody confirms what it would change. Raise ValidationError.

    Where the provider's columns are known and the file has them, nobody is asked for them again.
    """
    check_may_import(by, provider)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValidationError(f"The file has more than {MOST_MEGABYTES} MB. {SHORTER}")
    try:
        header = read_header(content)
    except ImportRefused as error:
        raise ValidationError(error.errors) from error
    row = Import.objects.create(
        provider=provider,
        file_name=plain_name(file.name or "marks.csv"),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
    )
    kept = MarkLayout.objects.filter(provider=provider).first()
    mapping = kept.mapping if kept and not header.lacks(kept.mapping) else {}
    ImportFile.objects.create(of=row, content=content, mapping=mapping)
    return row


@transaction.atomic
def choose_columns(row: Import, mapping: Mapped, *, by: User) -> None:
    """Say which column holds what, for this file and for the provider's next ones."""
    check_may_import(by, row.provider)
    file = ImportFile.objects.select_for_update().get(of=_waiting(row, by=by))
    chosen = {part: words for part, words in mapping.items() if words}
    if lacking := read_header(bytes(file.content)).lacks(chosen):
        raise ValidationError(f"{lacking[0].upper()}{lacking[1:]}.")
    file.mapping = chosen
    file.save(update_fields=["mapping"])
    MarkLayout.objects.update_or_create(
        provider=row.provider,
        defaults={"mapping": chosen, "saved_by": by, "saved_at": timezone.now()},
    )


@transaction.atomic
def look_at(row: Import, *, by: User) -> Plan:
    """Return what an uploaded file would change. Nothing is written."""
    check_may_import(by, row.provider)
    return _plan_of(row, row.file, by=by)


@transaction.atomic
def confirm(row: Import, *, seen: str, reason: str, by: User) -> Import:
    """Import what was looked at, all or nothing. Raise ValidationError, or Overtaken.

    `seen` stands for the changes that the person saw: where others changed those marks meanwhile,
    nothing is overwritten.
    """
    check_may_import(by, row.provider)
    fresh = _waiting(row, by=by)
    found = _plan_of(fresh, fresh.file, by=by)
    if found.problems:
        raise ValidationError(found.problems)
    if found.fingerprint != seen:
        raise Overtaken
    _finish(fresh, found, reason=reason, by=by)
    fresh.file.delete()
    return fresh


@transaction.atomic
def give_up(row: Import, *, by: User) -> None:
    """Delete an uploaded file; that it was uploaded stays on record."""
    check_may_import(by, row.provider)
    _end(_waiting(row, by=by))


@transaction.atomic
def clear_uploads() -> int:
    """Give up what nobody confirmed within a day. Return how many."""
    old = Import.objects.waiting().filter(began_at__lte=timezone.now() - KEPT_FOR)
    rows = list(old.select_for_update())
    for row in rows:
        _end(row)
    return len(rows)


@transaction.atomic
def import_file(
    content: bytes,
    *,
    name: str,
    provider: Organisation | None,
    by: User,
    reason: str = "",
    dry_run: bool = False,
) -> Plan:
    """Import a file in one go, as a command does. Raise ImportRefused with what is wrong.

    The columns are the provider's known ones, or those that their headings name.
    """
    check_may_import(by, provider)
    header = read_header(content)
    kept = MarkLayout.objects.filter(provider=provider).first() if provider else None
    mapping = kept.mapping if kept and not header.lacks(kept.mapping) else header.proposal()
    reading = FileReading(content, mapping, known_pupils(provider, by=by))
    source = Source(provider, plain_name(name), hashlib.sha256(content).hexdigest(), {})
    return take_in(reading, source, by=by, reason=reason, dry_run=dry_run)


@transaction.atomic
def take_in(reading: Reading, source: Source, *, by: User, reason: str, dry_run: bool) -> Plan:
    """Check lines and write them in one transaction. Raise ImportRefused where one is wrong."""
    found = plan(reading, source.provider, localdate())
    if found.problems:
        raise PlanRefused(found)
    if dry_run or found.is_empty:
        return found
    row = Import(
        provider=source.provider,
        file_name=source.name,
        sha256=source.sha256,
        by=by,
        **source.details,
    )
    try:
        _finish(row, found, reason=reason, by=by, through=source.through)
    except ValidationError as error:
        raise ImportRefused(error.messages) from error
    return found


def known_pupils(provider: Organisation | None, *, by: User) -> Whose:
    """Return the pupils whom lines may be about: within reach, and placed there at some time."""
    pupils = Pupil.objects.as_user(by)
    if provider is not None:
        pupils = pupils.filter(placements__provider=provider, placements__status__in=TAKEN_UP)
    names = ("pk", "upn", "forename", "surname", "preferred_name", "date_of_birth")
    return Whose(pupils.order_by().values_list(*names).distinct().iterator())


def _plan_of(row: Import, file: ImportFile, *, by: User) -> Plan:
    """Plan in a transaction of its own: a file that cannot be read on breaks off the copying."""
    try:
        reading = FileReading(bytes(file.content), file.mapping, known_pupils(row.provider, by=by))
        with transaction.atomic():
            return plan(reading, row.provider, localdate())
    except ImportRefused as error:
        return Plan(problems=error.errors, wrong=len(error.errors))


def _waiting(row: Import, *, by: User) -> Import:
    """Lock an import that still waits. Two people who confirm at once import it once."""
    rows = Import.objects.as_user(by).select_for_update(of=("self",))
    fresh = rows.select_related("provider").get(pk=row.pk)
    if fresh.status != Status.WAITING:
        raise ValidationError(
            "This file is not waiting any more: it was imported, or given up. Nothing was changed."
        )
    return fresh


def _finish(row: Import, found: Plan, *, reason: str, by: User, through: str = "") -> None:
    now, reason = timezone.now(), reason.strip()[:300]
    if found.changed and not reason:
        raise ValidationError({"reason": "Say why marks are changed."})
    try:
        with transaction.atomic():
            write(found, by=by, at=now, reason=reason, through=through)
    except IntegrityError as error:  # a session was marked since the lines were checked
        raise Overtaken from error
    row.status, row.done_at = Status.DONE, now
    row.new, row.changed, row.same = found.new, found.changed, found.same
    row.left_out, row.first_on, row.last_on = found.left_out, found.first, found.last
    row.reason = reason if found.changed else ""
    row.save()
    if found.first and found.last and not found.is_empty:
        _tell(found.first, found.last)


def _tell(first: date, last: date) -> None:
    """Have the figures computed again, of each academic year that the marks touch."""
    for year in range(academic_year(first), academic_year(last) + 1):
        work.post("marks.changed", day=max(first, year_bounds(year)[0]).isoformat())


def _end(row: Import) -> None:
    row.status, row.done_at = Status.GIVEN_UP, timezone.now()
    row.save(update_fields=["status", "done_at"])
    ImportFile.objects.filter(of=row).delete()
