"""What happens to saved filters: made, renamed, deleted. Each person has the own."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission
from referrals.models import SavedFilter
from referrals.models.saved import MOST_FILTERS


def _check(by: User) -> None:
    if not by.can(Permission.REFERRAL_DECIDE):
        raise PermissionDenied(f"this asks for {Permission.REFERRAL_DECIDE}")


@transaction.atomic
def save_filter(*, name: str, query: str, by: User) -> SavedFilter:
    """Keep a filter of the desk under a name. The query is what the desk's form made."""
    _check(by)
    User.objects.select_for_update().get(pk=by.pk)  # two tabs keep to the limit, too
    if SavedFilter.objects.as_user(by).count() >= MOST_FILTERS:
        raise ValidationError(
            {"name": f"You have {MOST_FILTERS} filters, as many as fit. Delete one first."}
        )
    saved = SavedFilter(user=by, name=name, query=query)
    saved.full_clean()
    saved.save()
    return saved


@transaction.atomic
def rename_filter(saved: SavedFilter, *, name: str, by: User) -> SavedFilter:
    """Call a filter something else."""
    _check(by)
    fresh = SavedFilter.objects.as_user(by).select_for_update().get(pk=saved.pk)
    fresh.name = name
    fresh.full_clean()
    fresh.save(update_fields=["name"])
    return fresh


@transaction.atomic
def delete_filter(saved: SavedFilter, *, by: User) -> None:
    """Delete a filter: nothing depends on it."""
    _check(by)
    SavedFilter.objects.as_user(by).filter(pk=saved.pk).delete()
