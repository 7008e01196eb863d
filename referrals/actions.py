"""What happens to a referral."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from referrals.models import Referral, Status


@transaction.atomic
def make(referral: Referral, *, by: User) -> Referral:
    """Save a new draft. The same draft sent twice is one: its uid is made with the form."""
    if not by.can(Permission.REFERRAL_MAKE):
        raise PermissionDenied("this asks for referral.make")
    if same := Referral.objects.as_user(by).filter(uid=referral.uid, made_by=by).first():
        return same
    referral.made_by = by
    referral.full_clean()
    referral.save()
    return referral


@transaction.atomic
def change(referral: Referral, *, by: User, **answers: Any) -> Referral:
    """Save changed answers of a draft."""
    if not by.can(Permission.REFERRAL_MAKE):
        raise PermissionDenied("this asks for referral.make")
    fresh = Referral.objects.as_user(by).select_for_update(of=("self",)).get(pk=referral.pk)
    if fresh.status != Status.DRAFT:
        raise WrongStatus("This referral is submitted already, so its answers are closed.")
    for name, value in answers.items():
        setattr(fresh, name, value)
    fresh.full_clean()
    fresh.save(update_fields=list(answers))
    return fresh


@transaction.atomic
def submit(referral: Referral, *, by: User, at: datetime | None = None) -> Referral:
    """Send a draft to the SEND team, now or at the moment that paper records."""
    referral = make_move(referral, "submit", by=by, submitted_at=at or timezone.now())
    work.post("referral.submitted", referral=referral.pk)
    return referral


@transaction.atomic
def withdraw(referral: Referral, *, by: User) -> Referral:
    """Take a referral back before it is decided."""
    return make_move(referral, "withdraw", by=by)


@transaction.atomic
def decide(
    referral: Referral,
    *,
    verb: str,
    reason: str,
    by: User,
    tier: int | None = None,
    on: date | None = None,
) -> Referral:
    """Accept a referral for a tier, or decline it; tell the person who made it.

    The day is today, or the one that paper records.
    """
    referral = make_move(
        referral,
        verb,
        by=by,
        decided_on=on or localdate(),
        decided_by=by,
        decision_reason=reason,
        tier=tier if verb == "accept" else None,
    )
    work.post("referral.decided", referral=referral.pk)
    return referral
