"""What happens to a child's record."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation, User
from accounts.permissions import Permission
from pupils.models import Contact, EhcPlan, Enrolment, Need, Pupil
from pupils.models.codes import EnrolmentStatus, SenProvision


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


@transaction.atomic
def add(
    pupil: Pupil,
    *,
    school: Organisation,
    on_roll_from: date,
    by: User,
    needs: Sequence[str] = (),
) -> Pupil:
    """Add a child who is not known yet, on the roll of a school."""
    _check(by, Permission.PUPIL_ADD)
    pupil.fill_derived()
    pupil.full_clean()
    pupil.save()
    _set_needs(pupil, needs, by=by)
    enrol(pupil, at=school, status=EnrolmentStatus.CURRENT, starts_on=on_roll_from, by=by)
    return pupil


@transaction.atomic
def change(pupil: Pupil, *, by: User, needs: Sequence[str]) -> Pupil:
    """Save changed details of a child; the history keeps the old ones."""
    _check(by, Permission.PUPIL_CHANGE)
    Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=pupil.pk)
    pupil.full_clean()
    pupil.save()
    _set_needs(pupil, needs, by=by)
    return pupil


@transaction.atomic
def _set_needs(pupil: Pupil, needs: Sequence[str], *, by: User) -> None:
    """Replace a child's needs: the first is the primary one."""
    kept = [need for need in needs if need] if pupil.sen_provision != SenProvision.NONE else []
    if [need.need_type for need in pupil.needs.all()] == kept:
        return
    pupil.needs.all().delete()
    for rank, need_type in enumerate(kept, start=1):
        need = Need(pupil=pupil, need_type=need_type, rank=rank)
        need.full_clean()
        need.save()


@transaction.atomic
def enrol(
    pupil: Pupil,
    *,
    at: Organisation,
    status: str,
    starts_on: date,
    by: User,
    ends_on: date | None = None,
) -> Enrolment:
    """Put a child on a roll. Whoever may place or add a child may do it."""
    if not (by.can(Permission.PUPIL_ADD) or by.can(Permission.PLACEMENT_OPEN)):
        raise PermissionDenied("this asks for pupil.add or placement.open")
    enrolment = Enrolment(
        pupil=pupil,
        organisation=at,
        status=status,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    enrolment.full_clean()
    enrolment.save()
    return enrolment


@transaction.atomic
def add_contact(pupil: Pupil, *, by: User, **details: Any) -> Contact:
    """Add a person to ring about the child."""
    _check(by, Permission.PUPIL_CHANGE)
    contact = Contact(pupil=pupil, **details)
    contact.full_clean()
    contact.save()
    return contact


@transaction.atomic
def record_plan(pupil: Pupil, *, by: User, issued_on: date, reviewed_on: date | None) -> EhcPlan:
    """Record an EHC plan in force, and the provision that follows from it."""
    _check(by, Permission.PUPIL_CHANGE)
    plan = EhcPlan(pupil=pupil, issued_on=issued_on, reviewed_on=reviewed_on)
    plan.full_clean()
    plan.save()
    pupil.sen_provision = SenProvision.EHC_PLAN
    pupil.save(update_fields=["sen_provision"])
    return plan
