"""Keys for the systems of organisations: made, shown once, taken back."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey, Organisation, User
from accounts.models.personal import hash_of
from accounts.permissions import REACH_ALL, Permission


@transaction.atomic
def make_key(organisation: Organisation, *, name: str, lasts: timedelta, by: User) -> str:
    """Make a key for an organisation's system. Return the secret: it is told only now."""
    _check(by, organisation.pk)
    token, now = ApiKey.new_token(), timezone.now()
    key = ApiKey(
        organisation=organisation,
        name=name.strip(),
        token_hash=hash_of(token),
        made_by=by,
        made_at=now,
        expires_at=now + lasts,
    )
    key.full_clean()
    key.save()
    return token


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User) -> bool:
    """Take a key back: it opens nothing from now on. Tell whether it did before."""
    _check(by, key.organisation_id)
    fresh = ApiKey.objects.as_user(by).select_for_update(of=("self",)).get(pk=key.pk)
    if fresh.revoked_at is not None:
        return False
    fresh.revoked_at, fresh.revoked_by = timezone.now(), by
    fresh.save(update_fields=["revoked_at", "revoked_by"])
    return True


def _check(by: User, organisation_id: int) -> None:
    may = by.can(Permission.KEY_CHANGE)
    there = organisation_id in by.organisations_with(Permission.KEY_CHANGE)
    if not may or not (there or by.roles & REACH_ALL):
        raise PermissionDenied("this asks for key.change there")
