"""What happens to a placement."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import make_move
from placements.models import Placement, TierRule
from pupils import actions as pupil_actions
from pupils.models import Enrolment
from pupils.models.codes import EnrolmentStatus
from referrals.models import Referral, Tier


@transaction.atomic
def open_from(referral: Referral, *, placement: Placement, by: User) -> Placement:
    """Open a placement for an accepted referral, and enrol the pupil at the provider.

    The same placement sent twice is one: its uid is made with the form.
    """
    if not by.can(Permission.PLACEMENT_OPEN):
        raise PermissionDenied("this asks for placement.open")
    referral = (
        Referral.objects.as_user(by)
        .select_for_update(of=("self",))
        .select_related("pupil", "school")
        .get(pk=referral.pk)
    )
    if same := Placement.objects.as_user(by).filter(uid=placement.uid, opened_by=by).first():
        return same
    if referral.tier is None or referral.is_placed:
        raise ValidationError("This referral has a placement already, or is not accepted.")
    placement.pupil, placement.home_school = referral.pupil, referral.school
    placement.referral, placement.tier = referral, referral.tier
    open_placement(placement, by=by)
    referral.is_placed = True
    referral.save(update_fields=["is_placed"])
    return placement


@transaction.atomic
def open_placement(placement: Placement, *, by: User) -> Placement:
    """Open a placement, and put the pupil on the provider's roll for its time."""
    if not by.can(Permission.PLACEMENT_OPEN):
        raise PermissionDenied("this asks for placement.open")
    placement.opened_by = by
    _check_length(placement, placement.ends_on)
    placement.full_clean()
    placement.save()
    if placement.tier == Tier.OUTREACH:
        status = EnrolmentStatus.OUTREACH
    elif placement.provider.is_registered_school:
        status = EnrolmentStatus.SUBSIDIARY
    else:
        status = EnrolmentStatus.OTHER_PROVIDER
    pupil_actions.enrol(
        placement.pupil,
        at=placement.provider,
        status=status,
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
        by=by,
    )
    return placement


@transaction.atomic
def end(placement: Placement, *, last_day: date, reason: str, by: User) -> Placement:
    """End a placement with its last day, and the pupil's time on the provider's roll with it."""
    if last_day < placement.starts_on:
        raise ValidationError({"last_day": "The last day must not be before the first day."})
    ends_on = last_day + timedelta(days=1)
    _check_length(placement, ends_on)
    placement = make_move(placement, "end", by=by, ends_on=ends_on, end_reason=reason)
    Enrolment.objects.as_user(by).filter(
        pupil=placement.pupil_id,
        organisation=placement.provider_id,
        starts_on=placement.starts_on,
    ).update(ends_on=ends_on)
    return placement


@transaction.atomic
def change_rule(rule: TierRule, *, by: User) -> TierRule:
    """Enter what holds for a tier from a day on. What held before stays, and is not rewritten.

    Whether a tier has a register is its nature, not the council's choice: that is carried over.
    """
    if not by.can(Permission.RULE_CHANGE):
        raise PermissionDenied("this asks for rule.change")
    if rule.starts_on < localdate():
        raise ValidationError(
            {"starts_on": "A rule begins today or later: what was agreed before it stays."}
        )
    rule.has_register = rule.tier != Tier.OUTREACH
    rule.full_clean()
    rule.save()
    return rule


def _check_length(placement: Placement, ends_on: date | None) -> None:
    rule = TierRule.objects.on(placement.starts_on).get(placement.tier)
    if rule is None or rule.longest_weeks is None or ends_on is None:
        return
    if ends_on > placement.starts_on + timedelta(weeks=rule.longest_weeks):
        raise ValidationError(
            {
                "ends_on": f"{placement.get_tier_display()} lasts at most {rule.longest_weeks} "
                "weeks. Choose an earlier last day."
            }
        )
