"""Targets of figures: set, set anew with the reason, and reviewed at least once a year."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.calendar import year_bounds
from apsystem.lib.gds import day
from reporting.kpis import REGISTRY
from reporting.models import Target, TargetReview

WHOLE = Decimal(100)


def _check(by: User) -> None:
    if not by.can(Permission.TARGET_SET):
        raise PermissionDenied(f"this asks for {Permission.TARGET_SET}")


@transaction.atomic
def set_target(target: Target, *, by: User) -> Target:
    """Set a target of a measure for a year. It takes the place of the one before, which stays.

    Sent twice, it is one: the same words and numbers again change nothing.
    """
    _check(by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    target.set_by, target.set_at = by, timezone.now()
    _hold(target)
    target.full_clean()
    before = Target.objects.of_year(target.year).get(target.measure)
    if before and _said(before) == _said(target):
        return before
    target.save()
    return target


def _hold(target: Target) -> None:
    """Refuse what no figure can reach, a baseline left out without a word, and a day of before."""
    measure = REGISTRY[target.measure]
    for name in ("value", "baseline"):
        number = getattr(target, name)
        if number is not None and number > WHOLE and measure.is_share:
            raise ValidationError({name: "This figure is a share: enter 100 or less."})
    if target.baseline is None and not target.baseline_words:
        raise ValidationError(
            {"baseline": "Enter where it stands now, or say below why that is not known."}
        )
    first, _ = year_bounds(target.year)
    if target.due_on < first:
        raise ValidationError(
            {"due_on": f"The year begins on {day(first)}. Enter that day or a later one."}
        )


def _said(row: Target) -> tuple[object, ...]:
    return (row.baseline, row.baseline_words, row.value, row.due_on, row.owner_id, row.words,
            row.because)  # fmt: skip


@transaction.atomic
def review_target(target: Target, *, words: str, on: date, by: User) -> TargetReview:
    """Record that somebody looked how a target stands, and whether it is still right."""
    _check(by)
    fresh = Target.objects.in_force().filter(pk=target.pk).first()
    if fresh is None:
        raise ValidationError("This target was set anew meanwhile. Review the one in force.")
    row = TargetReview(target=fresh, words=words, on=on, by=by)
    if row.on > localdate():
        raise ValidationError({"on": "Enter a day that has come."})
    if row.on < localdate(fresh.set_at):
        raise ValidationError({"on": f"The target was set on {day(localdate(fresh.set_at))}."})
    same = TargetReview.objects.filter(target=fresh, words=words, on=row.on, by=by).first()
    if same:
        return same
    row.full_clean()
    row.save()
    return row
