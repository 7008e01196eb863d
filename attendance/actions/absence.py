"""What people do about an absence: write down each try, take over a reason, replace N."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from attendance.actions.register import Entry, mark
from attendance.models import AbsenceEntry, Mark
from attendance.models.mark import MarkQuerySet
from placements.models import Placement

LONGEST_REASON = 300


@transaction.atomic
def record(entry: AbsenceEntry, *, by: User, seen: int | None = None) -> str:
    """Write down a try to find out where a pupil is. It stays as it is written.

    With a code, and `seen`, the version of the mark that the person saw, the register is changed
    too, where the person may mark it. Return the sentence that says why it was not, or nothing:
    the entry is kept in any case. Who may not mark only proposes the code.
    """
    if not by.can(Permission.ABSENCE_ANSWER):
        raise PermissionDenied("this asks for absence.answer")
    placement = Placement.objects.as_user(by).select_related("provider").get(pk=entry.placement_id)
    if entry.date > localdate():
        raise ValidationError("This day has not come yet.")
    if entry.contact and entry.contact.pupil_id != placement.pupil_id:
        raise ValidationError({"contact": "Choose a contact of this pupil."})
    entry.by = by
    entry.full_clean()
    entry.save()
    if not entry.code_id or seen is None or not by.can(Permission.REGISTER_MARK):
        return ""
    line = Entry(placement.pk, entry.code_id, seen, entry.words[:LONGEST_REASON])
    return _marked(placement, entry.date, entry.session, line, by)


def _marked(placement: Placement, on: date, session: int, line: Entry, by: User) -> str:
    try:
        saved = mark(placement.provider, on, session, [line], by=by)
    except ValidationError as error:
        return " ".join(error.messages)
    return saved.problems.get(placement.pk, "")


@dataclass(frozen=True)
class Replacement:
    """The code that replaces N in one mark, and the version that the person saw."""

    mark_id: int
    code: str
    seen: int


@transaction.atomic
def replace_unexplained(
    replacements: Sequence[Replacement], *, marks: MarkQuerySet, reason: str, by: User
) -> dict[int, str]:
    """Replace marks of N by the codes that people found out, with one reason for all.

    Each goes through the register, which keeps the amendment. Return what was not changed, by
    mark: the sentence that says why.
    """
    if not by.can(Permission.REGISTER_MARK):
        raise PermissionDenied("this asks for register.mark")
    if not reason.strip():
        raise ValidationError({"reason": "Say how the reasons became known."})
    rows = {
        row.pk: row
        for row in marks.filter(pk__in=[one.mark_id for one in replacements]).select_related(
            "placement__provider"
        )
    }
    registers: dict[tuple[int, date, int], list[tuple[Mark, Entry]]] = defaultdict(list)
    for one in replacements:
        if row := rows.get(one.mark_id):
            line = Entry(row.placement_id, one.code, one.seen, reason)
            registers[row.placement.provider_id, row.date, row.session].append((row, line))
    problems = {}
    for (_, on, session), of_register in sorted(registers.items(), key=lambda item: item[0]):
        provider = of_register[0][0].placement.provider
        saved = mark(provider, on, session, [line for _, line in of_register], by=by)
        for row, _ in of_register:
            if said := saved.problems.get(row.placement_id):
                problems[row.pk] = said
    return problems
