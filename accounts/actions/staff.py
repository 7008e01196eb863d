"""People come, get roles, and leave. Nobody is deleted, and an administrator always stays."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Membership, User
from accounts.permissions import Permission, Role

LAST_ADMINISTRATOR = (
    "This is the last administrator. Give somebody else the role first, without an end, so that "
    "accounts can still be managed."
)


@transaction.atomic
def take_on(person: User, *, membership: Membership, by: User) -> User:
    """Add a person with a first role, and with no password: a link by e-mail asks for one."""
    _check(by, Permission.PEOPLE_CHANGE)
    person.email = person.email.strip().lower()
    person.set_unusable_password()
    person.full_clean()
    person.save()
    give_role(person, membership=membership, by=by)
    return person


@transaction.atomic
def give_role(person: User, *, membership: Membership, by: User) -> Membership:
    """Give a person a role in an organisation from a day on."""
    _check(by, Permission.PEOPLE_CHANGE)
    User.objects.select_for_update().get(pk=person.pk)  # a second click waits, and is refused
    membership.user = person
    membership.full_clean()
    membership.save()
    return membership


@transaction.atomic
def end_role(membership: Membership, *, last_day: date, by: User) -> Membership:
    """End a role with its last day. Yesterday ends it at once."""
    _check(by, Permission.ROLE_END)
    administrators = _lock_administrators()
    rows = Membership.objects.endable_by(by).select_for_update(of=("self",))
    row = rows.get(pk=membership.pk)
    row.ends_on = last_day + timedelta(days=1)
    if row.ends_on <= row.starts_on:
        raise ValidationError(
            {
                "last_day": f"The role began on {row.starts_on.day} {row.starts_on:%B %Y}, and a "
                "role lasts a day at least. An administrator can close the account instead."
            }
        )
    if row.ends_on < localdate():
        raise ValidationError(
            {"last_day": "The role counted until now. Enter yesterday's date to end it at once."}
        )
    if row.role == Role.ADMINISTRATOR:
        _keep_one([other for other in administrators if other.pk != row.pk])
    row.save(update_fields=["ends_on"])
    return row


@transaction.atomic
def close_account(person: User, *, by: User) -> User:
    """Keep a person out from the next click on, whatever roles they hold."""
    _check(by, Permission.PEOPLE_CHANGE)
    administrators = _lock_administrators()
    if any(other.user_id == person.pk for other in administrators):
        _keep_one([other for other in administrators if other.user_id != person.pk])
    return _set_active(person, is_active=False)


@transaction.atomic
def reopen_account(person: User, *, by: User) -> User:
    """Let a person in again, with the roles that are still in force."""
    _check(by, Permission.PEOPLE_CHANGE)
    return _set_active(person, is_active=True)


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def _set_active(person: User, *, is_active: bool) -> User:
    row = User.objects.select_for_update().get(pk=person.pk)
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    return row


def _lock_administrators() -> list[Membership]:
    """Return the roles of administrators that are in force, locked: two who end each other wait."""
    rows = Membership.objects.in_force(localdate()).filter(role=Role.ADMINISTRATOR)
    return list(rows.select_for_update(of=("self",)).select_related("user").order_by("pk"))


def _keep_one(others: list[Membership]) -> None:
    """Refuse where nobody would be left. Who is to leave soon, or is locked out, does not count."""
    if not any(other.ends_on is None and other.user.is_active for other in others):
        raise ValidationError(LAST_ADMINISTRATOR)
