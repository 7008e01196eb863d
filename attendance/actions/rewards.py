"""What is celebrated: rewards given, and consent to stand on a display, agreed and withdrawn."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import REACH_PROVIDER, Permission
from attendance.actions.support import check, locked
from attendance.actions.visits import plan_of
from attendance.models import DisplayConsent, Reward
from pupils.models import Pupil


def _hold_place(provider: Organisation | None, by: User) -> None:
    """Refuse another provider's place to people of a provider."""
    own = by.organisations_as(REACH_PROVIDER)
    if own and (provider is None or provider.pk not in own):
        raise ValidationError({"provider": "Choose your own place."})


@transaction.atomic
def give_reward(reward: Reward, *, pupil: Pupil, by: User) -> Reward:
    """Record that a pupil got something for coming. Sent twice, it is one."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    child = locked(pupil, by)
    if same := Reward.objects.as_user(by).filter(uid=reward.uid, given_by=by).first():
        return same
    _hold_place(reward.provider, by)
    if reward.given_on and reward.given_on > localdate():
        raise ValidationError({"given_on": "This day has not come yet."})
    reward.pupil, reward.given_by, reward.plan = child, by, plan_of(child, by)
    reward.full_clean()
    reward.save()
    return reward


@transaction.atomic
def agree_display(consent: DisplayConsent, *, pupil: Pupil, by: User) -> DisplayConsent:
    """Record who agreed that a pupil's name may stand on a provider's displays."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    consent.pupil, consent.recorded_by = locked(pupil, by), by
    if consent.provider_id:
        _hold_place(consent.provider, by)
    if consent.agreed_on and consent.agreed_on > localdate():
        raise ValidationError({"agreed_on": "This day has not come yet."})
    consent.full_clean()
    consent.save()
    return consent


@transaction.atomic
def withdraw_display(
    consent: DisplayConsent, *, withdrawn_on: date, withdrawn_by: str, by: User
) -> DisplayConsent:
    """Record that a consent is withdrawn: the name stands on no display from now on.

    Twice is once: whoever comes second changes nothing.
    """
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    rows = DisplayConsent.objects.as_user(by).select_for_update(of=("self",))
    fresh = rows.get(pk=consent.pk)
    if fresh.withdrawn_on:
        return fresh
    if withdrawn_on > localdate():
        raise ValidationError({"withdrawn_on": "This day has not come yet."})
    if withdrawn_on < fresh.agreed_on:
        raise ValidationError({"withdrawn_on": "The day is before the consent was given."})
    fresh.withdrawn_on, fresh.withdrawn_by = withdrawn_on, withdrawn_by
    fresh.full_clean()
    fresh.save()
    return fresh
