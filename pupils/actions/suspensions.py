"""What happens to suspensions: recorded, changed, followed up, cancelled; due dates counted again."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import REACH_ALL, REACH_PROVIDER, REACH_SCHOOL, Permission
from pupils.actions.exclusion_rules import Rules
from pupils.models import ExclusionReason, PermanentExclusion, Pupil, Suspension

STALE = (
    "Somebody else changed this record while you wrote. See what stands there now, then send "
    "your own again."
)
CHANGED = "exclusions.changed"
DUE = ["day_six_on", "board_by"]


def check_own(row: Suspension | PermanentExclusion, by: User) -> None:
    """Raise PermissionDenied unless the person may record it for this school."""
    if not by.can(Permission.EXCLUSION_RECORD):
        raise PermissionDenied(f"this asks for {Permission.EXCLUSION_RECORD}")
    own = by.organisations_as(REACH_SCHOOL | REACH_PROVIDER)
    if not by.roles & REACH_ALL and row.school_id not in own:
        raise PermissionDenied("a school records its own suspensions and exclusions")


def hold_days_past(row: Suspension | PermanentExclusion, *names: str) -> None:
    """Raise ValidationError where something is said to have happened in the future."""
    for name in names:
        value: date | None = getattr(row, name)
        if value and value > localdate():
            raise ValidationError({name: "The date lies in the future."})


TOLD = [
    "parents_told_on",
    "authority_told_on",
    "social_worker_told_on",
    "virtual_school_told_on",
    "board_told_on",
]


@transaction.atomic
def suspend(row: Suspension, *, pupil: Pupil, by: User) -> Suspension:
    """Record a suspension. Sent twice, it is one: its uid is made with the form."""
    check_own(row, by)
    row.pupil = Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=pupil.pk)
    if known := Suspension.objects.as_user(by).filter(uid=row.uid).first():
        return known
    row.recorded_by = by
    _save(row)
    return row


@transaction.atomic
def change_suspension(row: Suspension, *, seen: int, by: User) -> Suspension:
    """Save a suspension that was put right, or what followed it. The history keeps the old one."""
    check_own(row, by)
    Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=row.pupil_id)
    rows = Suspension.objects.as_user(by).changeable_by(by).select_for_update(of=("self",))
    fresh = rows.get(pk=row.pk)
    if fresh.version != seen:
        raise ValidationError(STALE)
    if fresh.cancelled_on and row.cancelled_on:
        raise ValidationError("This suspension is cancelled, so it stays as it is.")
    row.version = seen + 1
    _save(row)
    return row


@transaction.atomic
def cancel_suspension(
    row: Suspension, *, cancelled_on: date, because: str, sessions_served: int | None, by: User
) -> Suspension:
    """Cancel a suspension before the board has met. What was served still counts to the 45 days."""
    row.cancelled_on, row.cancelled_because = cancelled_on, because
    hold_days_past(row, "cancelled_on")
    rules = Rules([row.starts_on, row.back_on, cancelled_on])
    served = rules.served(row, cancelled_on)
    row.sessions_served = served if sessions_served is None else sessions_served
    return change_suspension(row, seen=row.version, by=by)


def _save(row: Suspension) -> None:
    hold_days_past(row, *TOLD, "board_met_on", "representations_on")
    rules = Rules([row.starts_on, row.back_on, row.board_told_on])
    rules.fill_back_on(row)
    row.full_clean(validate_constraints=False)
    others = list(Suspension.objects.filter(pupil=row.pupil_id).exclude(pk=row.pk))
    rolls = row.pupil.enrolments.all()
    rules.hold(row, rolls=rolls, others=others, today=localdate())
    row.full_clean()
    changed = rules.count([other for other in others if other.year == row.year] + [row])
    row.save()
    Suspension.objects.bulk_update([other for other in changed if other.pk != row.pk], DUE)
    work.post(CHANGED, day=row.starts_on.isoformat())


@transaction.atomic
def count_due_again() -> int:
    """Count what is due for this and the last year's rows by today's calendar. Tell how many changed."""
    today = localdate()
    since = today.replace(year=today.year - 1, month=9, day=1)
    rows = list(
        Suspension.objects.filter(starts_on__gte=since)
        .select_for_update(of=("self",))
        .order_by("pupil", "pk")
    )
    exclusions = list(
        PermanentExclusion.objects.filter(effective_on__gte=since).select_for_update(of=("self",))
    )
    if not rows and not exclusions:
        return 0
    rules = Rules([since, today])
    of_pupil: dict[tuple[int, int], list[Suspension]] = {}
    for row in rows:
        of_pupil.setdefault((row.pupil_id, row.year), []).append(row)
    changed = [row for group in of_pupil.values() for row in rules.count(group)]
    Suspension.objects.bulk_update(changed, DUE, batch_size=500)
    recounted = [row for row in exclusions if rules.count_exclusion(row)]
    PermanentExclusion.objects.bulk_update(recounted, [*DUE, "review_by"], batch_size=500)
    return len(changed) + len(recounted)


@transaction.atomic
def change_reason(
    reason: ExclusionReason,
    *,
    in_force_from: date | None,
    in_force_to: date | None,
    source: str,
    by: User,
) -> ExclusionReason:
    """Set on which days a reason may be used, and where that was read."""
    if not by.can(Permission.REASON_CHANGE):
        raise PermissionDenied(f"this asks for {Permission.REASON_CHANGE}")
    reason = ExclusionReason.objects.select_for_update().get(pk=reason.pk)
    reason.in_force_from, reason.in_force_to, reason.source = in_force_from, in_force_to, source
    reason.full_clean()
    reason.save(update_fields=["in_force_from", "in_force_to", "source"])
    return reason
