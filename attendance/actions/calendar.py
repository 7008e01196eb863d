"""What happens to the calendar: it never contradicts what the registers say already.

The rows are of accounts; they change here, because only this layer knows the marks.
"""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Max, Min, ProtectedError

from accounts import work
from accounts.models import Closure, HalfTerm, User
from accounts.permissions import Permission
from attendance.actions.closing import close_marks, reopen_marks
from attendance.models import PLANNED_CLOSURE, Mark
from attendance.models.mark import MarkQuerySet


@transaction.atomic
def set_half_term(half_term: HalfTerm, *, by: User) -> HalfTerm:
    """Enter or change a half term. Raise ValidationError where marked days would fall out of it."""
    _check(by, Permission.CALENDAR_CHANGE)
    half_term.full_clean()
    before = HalfTerm.objects.select_for_update().filter(pk=half_term.pk).first()
    if before is not None:
        new_start, new_end = half_term.starts_on, half_term.ends_on
        _refuse("starts_on", before.starts_on, min(new_start, before.ends_on))
        _refuse("ends_on", max(new_end, before.starts_on), before.ends_on)
    half_term.save()
    _tell(half_term.starts_on)
    return half_term


@transaction.atomic
def remove_half_term(half_term: HalfTerm, *, by: User) -> None:
    """Remove a half term that was entered by mistake. Refuse where any of its days is marked."""
    _check(by, Permission.CALENDAR_CHANGE)
    row = HalfTerm.objects.select_for_update().get(pk=half_term.pk)
    _refuse(None, row.starts_on, row.ends_on)
    try:
        row.delete()
    except ProtectedError as error:
        names = {str(found._meta.verbose_name_plural) for found in error.protected_objects}
        raise ValidationError(
            f"It is named by {' and by '.join(sorted(names))}: change its dates instead."
        ) from error
    _tell(row.starts_on)


@transaction.atomic
def close(closure: Closure, *, by: User) -> Closure:
    """Enter a closure of one place, or of all. Refuse days on which people marked its registers."""
    own = by.organisations_with(Permission.CLOSURE_CHANGE)
    if not by.can(Permission.CALENDAR_CHANGE) and closure.organisation_id not in own:
        raise PermissionDenied("this asks for calendar.change, or for closure.change there")
    closure.full_clean()
    close_marks(closure, by)
    _refuse("starts_on", closure.starts_on, closure.ends_on, closure.organisation_id)
    closure.save()
    _tell(closure.starts_on)
    return closure


@transaction.atomic
def reopen(closure: Closure, *, by: User) -> None:
    """Remove a closure; its days are school days again, and timetables leave sessions out."""
    _check(by, Permission.CLOSURE_CHANGE)
    rows = Closure.objects.as_user(by).changeable_by(by).select_for_update(of=("self",))
    row = rows.get(pk=closure.pk)
    row.delete()
    reopen_marks(row, by)
    _tell(row.starts_on)


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def _tell(day: date) -> None:
    work.post("calendar.changed", day=day.isoformat())


def _refuse(field: str | None, start: date, end: date, provider: int | None = None) -> None:
    """Refuse to take days out of the calendar on which a place has marks, with their count.

    A mark that itself says "planned closure" contradicts no closure.
    """
    marks = Mark.objects.between(start, end).exclude(code=PLANNED_CLOSURE)
    if provider is not None:
        marks = marks.filter(placement__provider=provider)
    if said := _marked(marks):
        raise ValidationError({field: said} if field else said)


def _marked(marks: MarkQuerySet) -> str:
    sessions = marks.values("date", "session").distinct().count()
    if not sessions:
        return ""
    found = marks.aggregate(marks=Count("pk"), first=Min("date"), last=Max("date"))
    are = "session is" if sessions == 1 else "sessions are"
    first, last = (f"{day.day} {day:%B %Y}" for day in (found["first"], found["last"]))
    when = f"on {first}" if first == last else f"from {first} to {last}"
    return (
        f"{sessions} {are} marked {when} ({found['marks']:,} in all). Registers that are marked "
        "stay within the half terms and outside the closures: choose other days."
    )
