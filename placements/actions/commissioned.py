"""What a school arranges itself: recorded, changed, checked; and the answers of the census."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import REACH_SCHOOL, Permission
from placements.actions.rules import MOST, most_at_once
from placements.models import (
    CensusAnswer,
    CensusCode,
    Placement,
    QualityCheck,
    SchoolPlacement,
    plain,
)
from pupils.models import Pupil

STALE = (
    "Somebody else changed this record while you wrote. See what stands there now, then send "
    "your own again."
)


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


@transaction.atomic
def record_own(
    row: SchoolPlacement, *, pupil: Pupil, school: Organisation, by: User
) -> SchoolPlacement:
    """Begin the record of a placement that the school arranges. Sent twice, it is one record."""
    _check(by, Permission.COMMISSION_RECORD)
    if school.pk not in by.organisations_as(REACH_SCHOOL):
        raise PermissionDenied("a school keeps its own record")
    row.pupil = Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=pupil.pk)
    if known := SchoolPlacement.objects.as_user(by).filter(uid=row.uid).first():
        return known
    row.school, row.recorded_by = school, by
    _hold_right(row)
    row.save()
    return row


@transaction.atomic
def change_own(row: SchoolPlacement, *, seen: int, by: User) -> SchoolPlacement:
    """Save a changed record; the history keeps the one before."""
    _check(by, Permission.COMMISSION_RECORD)
    rows = SchoolPlacement.objects.as_user(by).select_for_update(of=("self",))
    if rows.get(pk=row.pk).version != seen:
        raise ValidationError(STALE)
    Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=row.pupil_id)
    row.version = seen + 1
    _hold_right(row)
    row.save()
    return row


def _hold_right(row: SchoolPlacement) -> None:
    if row.provider and row.setting and (row.provider.urn or row.provider.ukprn):
        raise ValidationError(
            {"setting": "This provider has a number of its own: leave the setting type empty."}
        )
    if row.destination and not row.ends_on:
        raise ValidationError({"last_day": "Enter the last day: the pupil has gone elsewhere."})
    row.full_clean()
    if row.sessions is None:
        return
    total = most_at_once(row.pupil, row.starts_on, row.ends_on, own=row.sessions, without=[row])
    if total > MOST:
        raise ValidationError(
            {
                "sessions": f"With the pupil's other placements in that time, these are "
                f"{plain(total)} sessions a week. A week has 10: end the others first, or "
                "enter fewer."
            }
        )


@transaction.atomic
def add_check(row: SchoolPlacement, check: QualityCheck, *, by: User) -> QualityCheck:
    """Record that the quality of the place was checked."""
    _check(by, Permission.COMMISSION_RECORD)
    rows = SchoolPlacement.objects.as_user(by).select_for_update(of=("self",))
    check.placement, check.made_by = rows.get(pk=row.pk), by
    if check.made_on and check.made_on > localdate():
        raise ValidationError({"made_on": "The date lies in the future."})
    check.full_clean()
    check.save()
    return check


@transaction.atomic
def answer_census(
    placement: Placement, *, reason: CensusCode, setting: CensusCode | None, by: User
) -> CensusAnswer:
    """Record what the council's census asks about a placement, and nothing else holds."""
    _check(by, Permission.CENSUS_ANSWER)
    rows = Placement.objects.as_user(by).select_related("provider")
    placement = rows.select_for_update(of=("self",)).get(pk=placement.pk)
    if setting and (placement.provider.urn or placement.provider.ukprn):
        raise ValidationError(
            {"setting": "This provider has a number of its own: leave the setting type empty."}
        )
    answer = CensusAnswer.objects.filter(placement=placement).first()
    answer = answer or CensusAnswer(placement=placement)
    answer.reason, answer.setting, answer.recorded_by = reason, setting, by
    answer.full_clean()
    answer.save()
    return answer


@transaction.atomic
def set_code(code: CensusCode, *, dfe_code: str, source: str, by: User) -> CensusCode:
    """Enter the code that DfE gives to one of our keys, and where it was read."""
    _check(by, Permission.CENSUS_CHANGE)
    code = CensusCode.objects.select_for_update().get(pk=code.pk)
    code.dfe_code, code.source = dfe_code.strip().upper() or None, source
    code.full_clean()
    code.save(update_fields=["dfe_code", "source"])
    return code
