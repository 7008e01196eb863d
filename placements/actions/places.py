"""Places at the providers: commissioned, held and released; what they cost; who takes nobody."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from placements.actions.opening import check, keep_rate_of, tell
from placements.actions.rules import no_room, set_aside
from placements.models import ClosedToNew, Commission, EntryKind, Hold, HoldEnd, Placement, Rate
from placements.models.review import say
from referrals.models import Referral

LONGEST_HOLD = timedelta(days=92)


@transaction.atomic
def commission(row: Commission, *, by: User) -> Commission:
    """Enter the places of a provider from a day on. Entered again for the same day, it replaces."""
    check(by, Permission.PLACES_CHANGE)
    same = Commission.objects.select_for_update().filter(
        provider=row.provider_id, starts_on=row.starts_on
    )
    if before := same.first():
        before.places = row.places
        row = before
    row.full_clean()
    row.save()
    work.changed("placements")
    return row


@transaction.atomic
def close_to_new(row: ClosedToNew, *, by: User) -> ClosedToNew:
    """Enter a time in which a provider takes no new placements."""
    check(by, Permission.PLACES_CHANGE)
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def open_to_new(row: ClosedToNew, *, by: User) -> None:
    """Let a provider take new placements again from today; one that has not begun is removed."""
    check(by, Permission.PLACES_CHANGE)
    today = localdate()
    if row.starts_on >= today:
        row.delete()
        return
    row.ends_on = today
    row.full_clean()
    row.save(update_fields=["ends_on"])


@transaction.atomic
def hold(row: Hold, *, by: User, override: str = "") -> Hold:
    """Hold a place for the pupil of a referral. Raise NeedsOverride where there is no room."""
    check(by, Permission.PLACEMENT_OPEN)
    today = localdate()
    referral = Referral.objects.as_user(by).select_for_update(of=("self",)).get(pk=row.referral_id)
    if not referral.awaits_a_place:
        raise ValidationError("A place is held for a referral that waits for one. This does not.")
    if not today <= row.expires_on <= today + LONGEST_HOLD:
        words = f"Hold it until a day from today to {say(today + LONGEST_HOLD)}."
        raise ValidationError({"expires_on": words})
    run_out = referral.holds.filter(released_at=None, expires_on__lt=today)
    run_out.update(released_at=timezone.now(), ended=HoldEnd.LAPSED)
    broken = no_room(row.provider_id, row.starts_on, referral.pupil_id)
    row.against = set_aside(broken, override=override, by=by)
    row.held_by = by
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def release(row: Hold, *, by: User) -> Hold:
    """Give a held place free. Released by two at once, it is released once."""
    check(by, Permission.PLACEMENT_OPEN)
    fresh = Hold.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if fresh.released_at is None:
        fresh.released_at, fresh.ended, fresh.ended_by = timezone.now(), HoldEnd.RELEASED, by
        fresh.save(update_fields=["released_at", "ended", "ended_by"])
    return fresh


@transaction.atomic
def enter_rate(row: Rate, *, by: User) -> Rate:
    """Enter what a provider charges from a day on. What was agreed before stays."""
    check(by, Permission.PLACES_CHANGE)
    row.full_clean()
    row.save()
    work.changed("placements")
    return row


@transaction.atomic
def agree_rate(placement: Placement, *, rate: Rate | None, by: User) -> Placement:
    """Agree what a placement costs. Only those who may see costs are told of it."""
    check(by, Permission.PLACEMENT_OPEN)
    fresh = Placement.objects.as_user(by).select_for_update(of=("self",)).get(pk=placement.pk)
    is_other, fresh.rate = fresh.rate != rate, rate
    keep_rate_of(fresh)
    fresh.save(update_fields=["rate"])
    if is_other:
        tell(fresh, EntryKind.RATED, by=by, words=str(rate or "No rate"))
    work.changed("placements")
    return fresh
