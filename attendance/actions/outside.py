"""A mark at a session for which the register does not ask: with a reason, which stays beside it."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.timezone import localtime

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from attendance.actions import lines
from attendance.actions.register import check_open, rewrite
from attendance.models import Code, Mark, OutsideMark
from attendance.models.choice import why_not
from attendance.models.expected import expected
from attendance.models.taken_back import first_version
from placements.models import Placement, PlacementQuerySet


@transaction.atomic
def mark_outside(
    placement: Placement,
    on: date,
    session: int,
    *,
    code: Code,
    reason: str,
    by: User,
    seen: int = 0,
) -> Mark:
    """Mark a child who came, or was to come, at a session that is not expected.

    A mark that is there already is amended against the version that the person saw. Raise
    PermissionDenied or ValidationError, Placement.DoesNotExist for who is out of reach.
    """
    if not by.can(Permission.REGISTER_MARK):
        raise PermissionDenied("this asks for register.mark")
    here = Placement.objects.as_user(by).filter(pk=placement.pk)
    fresh = here.select_for_update(of=("self",)).select_related("provider", "pupil").get()
    _check_outside(here, fresh, on, session, code)
    row = _there(fresh, on, session)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Say why the pupil is marked at this session."})
    if row is None:
        row = Mark(placement=fresh, pupil_id=fresh.pupil_id, date=on, session=session, code=code)
        _write(row, reason, by)
    else:
        _amend(row, code, reason, by, seen)
    work.post("marks.changed", day=on.isoformat())
    return row


def _there(placement: Placement, on: date, session: int) -> Mark | None:
    rows = Mark.objects.select_for_update(of=("self",)).select_related("marked_by")
    return rows.filter(placement=placement, date=on, session=session).first()


def _check_outside(
    here: PlacementQuerySet, placement: Placement, on: date, session: int, code: Code
) -> None:
    check_open(placement.provider, on)
    if not here.in_force(on).with_register().exists():
        raise ValidationError("The placement is not in force on this day.")
    if expected(here, on, session).exists():
        raise ValidationError("The register asks for this pupil: mark the pupil there.")
    if not Code.objects.in_force(on).usable_at(session).filter(pk=code.pk).exists():
        raise ValidationError({"code": f"{code.pk} is not a code for this session. Choose one."})
    born = placement.pupil.starts_year_1
    if words := why_not(code.pk, placement.provider, born, on):
        raise ValidationError({"code": words})


def _write(row: Mark, reason: str, by: User) -> None:
    row.version = first_version(row.placement_id, row.date, row.session)
    row.marked_by, row.marked_at = by, timezone.now()
    row.full_clean()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ValidationError(
            "Somebody else marked this pupil a moment ago. Open the page again to see it."
        ) from error
    why = OutsideMark(mark=row, reason=reason)
    why.full_clean()
    why.save()


def _amend(row: Mark, code: Code, reason: str, by: User, seen: int) -> None:
    """Change a mark that is there, and keep what it was."""
    if row.code_id == code.pk:
        return
    if row.version != seen:
        raise ValidationError(
            f"{row.marked_by} marked {row.code_id} at {localtime(row.marked_at):%H:%M} while you "
            f"were choosing {code.pk}. Nothing was overwritten. Check which is right, and save "
            "again."
        )
    before = lines.found(row)
    rewrite([(before, lines.kept(before, code.pk))], reason, by)
    row.refresh_from_db()
