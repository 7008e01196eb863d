"""The times and thresholds of absence: entered with the day from which they hold."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from attendance.models import RegisterTimes, Threshold


@transaction.atomic
def set_threshold(row: Threshold, *, by: User) -> Threshold:
    """Enter from when on a kind of absence asks for a step. What held before stays."""
    _check(row, by)
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def set_times(row: RegisterTimes, *, by: User) -> RegisterTimes:
    """Enter by which times a provider marks and accounts, from a day on."""
    _check(row, by)
    if row.provider.kind != Organisation.Kind.PROVIDER:
        raise ValidationError("Only a provider has a register here.")
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def set_absence_email(school: Organisation, *, email: str, by: User) -> Organisation:
    """Say where a school wants to hear of absence. Empty: its staff are told."""
    if school.pk not in by.organisations_with(Permission.ABSENCE_ADDRESS):
        raise PermissionDenied("this asks for absence.address at the school")
    row = Organisation.objects.select_for_update().get(pk=school.pk)
    row.absence_email = email
    row.full_clean()
    row.save(update_fields=["absence_email"])
    return row


def _check(row: Threshold | RegisterTimes, by: User) -> None:
    if not by.can(Permission.ABSENCE_SET):
        raise PermissionDenied("this asks for absence.set")
    if row.starts_on is not None and row.starts_on < localdate():
        raise ValidationError(
            {"starts_on": "It begins today or later: what held before it is not rewritten."}
        )
