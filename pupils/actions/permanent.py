"""What happens to permanent exclusions: recorded, followed up, withdrawn."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from pupils.actions.exclusion_rules import Rules, hold_exclusion
from pupils.actions.suspensions import CHANGED, STALE, TOLD, check_own, hold_days_past
from pupils.models import PermanentExclusion, Pupil
from pupils.models.codes import ReviewResult

EXCLUDED = "pupil.excluded"
WITHDRAWN = "pupil.exclusion withdrawn"


@transaction.atomic
def exclude(row: PermanentExclusion, *, pupil: Pupil, by: User) -> PermanentExclusion:
    """Record a permanent exclusion; the referral for the council's day-6 duty follows by itself.

    Sent twice, it is one: its uid is made with the form.
    """
    check_own(row, by)
    row.pupil = Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=pupil.pk)
    if known := PermanentExclusion.objects.as_user(by).filter(uid=row.uid).first():
        return known
    row.recorded_by = by
    _save(row)
    work.post(EXCLUDED, exclusion=row.pk)
    return row


@transaction.atomic
def change_exclusion(row: PermanentExclusion, *, seen: int, by: User) -> PermanentExclusion:
    """Save what followed a permanent exclusion. The history keeps what stood there before."""
    check_own(row, by)
    Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=row.pupil_id)
    rows = PermanentExclusion.objects.as_user(by).changeable_by(by)
    fresh = rows.select_for_update(of=("self",)).get(pk=row.pk)
    if fresh.version != seen:
        raise ValidationError(STALE)
    row.version = seen + 1
    _save(row)
    if fresh.is_standing and not row.is_standing:
        work.post(WITHDRAWN, exclusion=row.pk)
    elif fresh.effective_on != row.effective_on:
        work.post(EXCLUDED, exclusion=row.pk)
    return row


@transaction.atomic
def withdraw_exclusion(
    row: PermanentExclusion, *, rescinded_on: date, because: str, by: User
) -> PermanentExclusion:
    """Withdraw a permanent exclusion before the governing board has met."""
    if not row.can_be_withdrawn:
        raise ValidationError("The governing board has met, so the head cannot withdraw it.")
    row.rescinded_on, row.rescinded_because = rescinded_on, because
    row.result = ReviewResult.HWD
    hold_days_past(row, "rescinded_on")
    return change_exclusion(row, seen=row.version, by=by)


def _save(row: PermanentExclusion) -> None:
    hold_days_past(row, *TOLD, "board_met_on", "review_asked_on", "review_held_on")
    row.full_clean(validate_constraints=False)
    hold_exclusion(row, row.pupil.enrolments.all(), localdate())
    days = [row.decided_on, row.effective_on, row.board_told_on, row.board_met_on]
    Rules(days).count_exclusion(row)
    row.full_clean()
    row.save()
    work.post(CHANGED, day=row.effective_on.isoformat())
