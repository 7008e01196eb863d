"""Taking in published figures: all of a file or nothing of it, with row numbers."""

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.tables import ImportRefused, read_table
from reporting.actions.layouts import key_of, read_comparators, recomputed
from reporting.models import Comparator

__all__ = ["ImportRefused", "ImportResult", "import_comparators", "read_comparators", "recomputed"]

KEY_FIELDS = ["measure", "school_type", "geography", "year", "coverage"]
SAID_FIELDS = [
    "value",
    "symbol",
    "unit",
    "numerator",
    "denominator",
    "source",
    "note",
    "confidence",
]
AT_ONCE = 1000


@dataclass
class ImportResult:
    """What an import did, or would do."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


@transaction.atomic
def import_comparators(
    raw: bytes, *, by: User | None = None, dry_run: bool = False
) -> ImportResult:
    """Take in a file of published figures, all of it or nothing. Raise ImportRefused.

    Without a person it is the command that runs it.
    The statements are few whatever the file's length, and two imports at once do no harm: a
    figure that is there by now is changed, not added.
    """
    if by is not None and not by.can(Permission.COMPARATOR_IMPORT):
        raise PermissionDenied(f"this asks for {Permission.COMPARATOR_IMPORT}")
    figures, notes = read_comparators(read_table(raw))
    result = ImportResult(notes=notes)
    known = {key_of(row): row for row in Comparator.objects.all()}
    changed: list[str] = []
    added: list[str] = []
    to_write: list[Comparator] = []
    for figure in figures:
        old = known.get(key_of(figure))
        if old is not None and _is_same(old, figure):
            result.unchanged += 1
            continue
        (added if old is None else changed).append(_difference(old, figure))
        to_write.append(figure)
    result.added, result.changed = len(added), len(changed)
    result.differences = changed + added
    if to_write and not dry_run:
        Comparator.objects.bulk_create(
            to_write,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=KEY_FIELDS,
            update_fields=SAID_FIELDS,
        )
    return result


def _difference(old: Comparator | None, figure: Comparator) -> str:
    """Say in words what is new about a figure."""
    now = figure.said
    if old is None:
        return f"{figure}: added, {now}"
    return (
        f"{figure}: was {old.said}, is now {now}"
        if old.said != now
        else f"{figure}: its source or note"
    )


def _is_same(old: Comparator, figure: Comparator) -> bool:
    return all(getattr(old, name) == getattr(figure, name) for name in SAID_FIELDS)
