"""Taking in schools: all of a file or nothing of it. Matched by URN; nothing is ever deleted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django.db import models, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from accounts.actions.registers import (
    COLUMNS,
    LIST,
    LIST_IS_DATED,
    REGISTER,
    Entry,
    Reading,
    read_schools,
)
from accounts.models import Membership, Organisation
from apsystem.lib.tables import read_table, refuse

FIELDS = [
    "name",
    "kind",
    "is_registered_school",
    "is_maintained",
    "phase",
    "laestab",
    "ukprn",
    "postcode",
    "opened_on",
    "closed_on",
    "source",
]
AT_ONCE = 500


@dataclass
class SchoolsResult:
    """What an import did, or would do; `elsewhere` counts other local authorities' rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    elsewhere: int = 0
    differences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def import_schools(raw: bytes, *, dry_run: bool = False) -> SchoolsResult:
    """Take in the public register of schools, or the dated list. Raise ImportRefused.

    What the register leaves blank stays as it is. The dated list adds schools and fills gaps, and
    overwrites only what came from itself.
    """
    reading = read_schools(read_table(raw, wanted=COLUMNS))
    result = SchoolsResult(elsewhere=reading.elsewhere, notes=reading.notes)
    if reading.layout == LIST:
        result.notes.append(LIST_IS_DATED)
    known = {
        str(row.urn): row
        for row in Organisation.objects.filter(urn__in=[entry.urn for entry in reading.entries])
    }
    _settle_ukprns(reading.entries, result)
    _settle_kinds(reading.entries, known, result)
    fresh, changed = _merge(reading, known, result)
    if not dry_run:
        # A UKPRN may move from one school to another: all that change are set free first.
        freed = [row.pk for row, differences in changed if "ukprn" in differences]
        Organisation.objects.filter(pk__in=freed).update(ukprn=None)
        Organisation.objects.bulk_update([row for row, _ in changed], FIELDS, batch_size=AT_ONCE)
        Organisation.objects.bulk_create(fresh, batch_size=AT_ONCE)
    return result


def _merge(
    reading: Reading, known: dict[str, Organisation], result: SchoolsResult
) -> tuple[list[Organisation], list[tuple[Organisation, dict[str, Any]]]]:
    errors: list[str] = []
    fresh, changed = [], []
    for entry in reading.entries:
        row = known.get(entry.urn)
        if row is None:
            if entry.is_open or "closed_on" in entry.says:
                fresh.append(_new(entry, result))
            continue
        if entry.is_open and row.closed_on and reading.layout == REGISTER:
            result.notes.append(
                f"{row.urn} {row} is closed here and open in the file. It stays closed: open it "
                "by hand if that is wrong."
            )
        differences = _differences(entry, row, is_dated=reading.layout == LIST)
        if not differences:
            result.unchanged += 1
            continue
        changed.append((row, differences))
        result.differences.append(_change(row, differences))
        if row.opened_on and row.closed_on and row.closed_on < row.opened_on:
            errors.append(f"Row {entry.place}: it would close before it opened here.")
    refuse(errors)
    result.added, result.changed = len(fresh), len(changed)
    return fresh, changed


def _new(entry: Entry, result: SchoolsResult) -> Organisation:
    row = Organisation(urn=entry.urn, **entry.says)
    closed = f", closed on {_words('closed_on', row.closed_on)}" if row.closed_on else ""
    result.differences.append(
        f"{row.urn} {row}: added as {row.get_kind_display().lower()}{closed}."
    )
    return row


def _differences(entry: Entry, row: Organisation, *, is_dated: bool) -> dict[str, Any]:
    """Return what the entry says otherwise, by field."""
    says = dict(entry.says)
    if row.kind != Organisation.Kind.SCHOOL:  # a school that the council uses as a provider is one
        says.pop("kind", None)
    if is_dated and row.source != says["source"]:
        says = {name: value for name, value in says.items() if not getattr(row, name)}
        says.pop("source", None)  # filling a gap does not make the list the source
    return {name: value for name, value in says.items() if getattr(row, name) != value}


def _change(row: Organisation, differences: dict[str, Any]) -> str:
    """Change the row, and return in words what changed."""
    title, parts = f"{row.urn} {row}", []
    for name, value in differences.items():
        label = _field(name).verbose_name
        before = _words(name, getattr(row, name))
        parts.append(f"{label} was {before}, is now {_words(name, value)}")
        setattr(row, name, value)
    return f"{title}: {'; '.join(parts)}."


def _words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if not value:
        return "empty"
    choices = dict(_field(name).flatchoices)
    return choices[value] if choices else f"'{value}'"


def _field(name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", Organisation._meta.get_field(name))


def _settle_ukprns(entries: list[Entry], result: SchoolsResult) -> None:
    """Take a UKPRN out of an entry where another organisation holds it, now or by this file.

    Of rows of the file that share one, the only open one keeps it.
    """
    claims = {entry.urn: entry.says["ukprn"] for entry in entries if "ukprn" in entry.says}
    shared = {ukprn for ukprn, count in Counter(claims.values()).items() if count > 1}
    open_ones = Counter(
        entry.says["ukprn"] for entry in entries if entry.is_open and "ukprn" in entry.says
    )
    for entry in entries:
        ukprn = entry.says.get("ukprn")
        if ukprn in shared and not (entry.is_open and open_ones[ukprn] == 1):
            del claims[entry.urn]
    held = list(Organisation.objects.exclude(ukprn=None).values_list("ukprn", "urn"))
    while True:  # an entry that loses its claim keeps what it has, which may be another's claim
        kept = {ukprn for ukprn, urn in held if urn not in claims}
        lost = [urn for urn, ukprn in claims.items() if ukprn in kept]
        if not lost:
            break
        for urn in lost:
            del claims[urn]
    for entry in entries:
        if "ukprn" in entry.says and entry.urn not in claims:
            ukprn = entry.says.pop("ukprn")
            result.notes.append(
                f"{entry.urn} {entry.says['name']}: UKPRN {ukprn} is not entered, because another "
                "organisation has it."
            )


def _settle_kinds(
    entries: list[Entry], known: dict[str, Organisation], result: SchoolsResult
) -> None:
    """Keep a school a school where people hold roles there that a provider does not have."""
    becoming = {
        known[entry.urn].pk: entry
        for entry in entries
        if entry.urn in known
        and known[entry.urn].kind == Organisation.Kind.SCHOOL
        and entry.says["kind"] == Organisation.Kind.PROVIDER
    }
    held = Membership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=localdate()), organisation__in=becoming
    ).exclude(role__in=Organisation.ROLES[Organisation.Kind.PROVIDER])
    for pk in set(held.values_list("organisation", flat=True)):
        entry = becoming[pk]
        del entry.says["kind"], entry.says["is_registered_school"]
        result.notes.append(
            f"{entry.urn} {entry.says['name']} is alternative provision, but people hold a "
            "school's roles there, so it stays a school. End those roles and import again."
        )
