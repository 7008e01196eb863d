"""What happens to a child's record."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.seen import hold_seen
from pupils.models import CareStatus, CensusItems, Contact, EhcPlan, Enrolment, Need, Pupil
from pupils.models.codes import MAIN_STATUSES, EnrolmentStatus, Leaving, SenProvision

CONTACT_COLUMNS = [
    "name",
    "relationship",
    "phone",
    "email",
    "has_parental_responsibility",
    "priority",
    "absence_channel",
]


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
    """Add a child who is not known yet, on the roll of a school.

    Sent twice, it is one: its uid is made with the form.
    """
    _check(by, Permission.PUPIL_ADD)
    Organisation.objects.select_for_update(no_key=True).get(pk=school.pk)
    if same := Pupil.objects.as_user(by).filter(uid=pupil.uid).first():
        if (same.forename, same.surname) != (pupil.forename, pupil.surname):
            raise ValidationError(f"This form was sent already, for {same}. Open a new one.")
        return same
    pupil.fill_derived()
    pupil.full_clean()
    pupil.save()
    _set_needs(pupil, needs, by=by)
    enrol(pupil, at=school, status=EnrolmentStatus.CURRENT, starts_on=on_roll_from, by=by)
    return pupil


@transaction.atomic
def change(pupil: Pupil, *, seen: str, by: User, needs: Sequence[str]) -> Pupil:
    """Save changed details of a child; the history keeps the old ones. Raise Stale."""
    _check(by, Permission.PUPIL_CHANGE)
    hold_seen(_lock(pupil, by=by), seen)
    pupil.full_clean()
    pupil.save()
    _set_needs(pupil, needs, by=by)
    return pupil


@transaction.atomic
def set_census_items(items: CensusItems, *, pupil: Pupil, seen: str, by: User) -> CensusItems:
    """Save what the collections ask of a child; the history keeps the old. Raise Stale."""
    _check(by, Permission.PUPIL_CHANGE)
    items.pupil = _lock(pupil, by=by)
    if kept := CensusItems.objects.filter(pupil=items.pupil).first():
        hold_seen(kept, seen)
    items.full_clean()
    items.save()
    return items


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
    if not (by.can(Permission.PUPIL_ADD) or by.can(Permission.PLACEMENT_ANSWER)):
        raise PermissionDenied("this asks for pupil.add or placement.answer")
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
def move(pupil: Pupil, *, enrolment: Enrolment, by: User) -> Enrolment:
    """Put a known child on another roll. A new single or main one ends the one before it."""
    _check(by, Permission.PUPIL_CHANGE)
    pupil = _lock(pupil, by=by)
    is_main, start = enrolment.status in MAIN_STATUSES, enrolment.starts_on
    if not is_main and enrolment.organisation.kind == Organisation.Kind.PROVIDER:
        raise ValidationError(
            {"status": "At a provider, open a placement instead: it puts the pupil on the roll."}
        )
    if is_main:
        rows = pupil.enrolments.select_for_update(of=("self",)).select_related("organisation")
        for row in rows.filter(status__in=MAIN_STATUSES).not_over(start):
            if (row.organisation, row.status) == (enrolment.organisation, enrolment.status):
                raise ValidationError({"organisation": "The pupil is on this roll already."})
            _end_before(row, start)
    return enrol(pupil, at=enrolment.organisation, status=enrolment.status, starts_on=start, by=by)


def _end_before(row: Enrolment, start: date) -> None:
    if row.starts_on >= start:
        raise ValidationError(
            {
                "starts_on": f"The pupil is on the roll of {row.organisation} from "
                f"{row.starts_on.day} {row.starts_on:%B %Y}. Choose a later day."
            }
        )
    row.ends_on, row.left_because = start, Leaving.ANOTHER_SCHOOL
    row.save(update_fields=["ends_on", "left_because"])


@transaction.atomic
def end_enrolment(
    enrolment: Enrolment, *, last_day: date, by: User, left_because: str = "", left_for: str = ""
) -> Enrolment:
    """End a child's time on a roll. What follows a placement ends with the placement."""
    _check(by, Permission.PUPIL_CHANGE)
    rows = Enrolment.objects.as_user(by).endable().select_for_update(of=("self",))
    row = rows.get(pk=enrolment.pk)
    _set_last_day(row, last_day)
    return say_destination(row, left_because=left_because, left_for=left_for, by=by)


@transaction.atomic
def say_destination(
    enrolment: Enrolment, *, left_because: str, left_for: str, by: User
) -> Enrolment:
    """Record why a child left a roll, and where to."""
    _check(by, Permission.PUPIL_CHANGE)
    row = Enrolment.objects.as_user(by).select_for_update(of=("self",)).get(pk=enrolment.pk)
    row.left_because, row.left_for = left_because, left_for
    row.full_clean()
    row.save(update_fields=["left_because", "left_for"])
    return row


def _set_last_day(row: Enrolment | CareStatus, last_day: date) -> None:
    if last_day < row.starts_on:
        raise ValidationError(
            {
                "last_day": "The last day must not be before the first day, which is "
                f"{row.starts_on.day} {row.starts_on:%B %Y}."
            }
        )
    row.ends_on = last_day + timedelta(days=1)
    row.full_clean()
    row.save(update_fields=["ends_on"])


def _lock(pupil: Pupil, *, by: User) -> Pupil:
    """Return the child, locked and fresh, where the person may reach the child."""
    return Pupil.objects.as_user(by).select_for_update(of=("self",)).get(pk=pupil.pk)


@transaction.atomic
def add_contact(contact: Contact, *, pupil: Pupil, by: User) -> Contact:
    """Add a person to ring about the child. Sent twice, it is one person."""
    _check(by, Permission.PUPIL_CHANGE)
    contact.pupil = _lock(pupil, by=by)
    who = {name: getattr(contact, name) for name in CONTACT_COLUMNS}
    if same := Contact.objects.as_user(by).filter(pupil=pupil, **who).first():
        return same
    contact.full_clean()
    contact.save()
    return contact


@transaction.atomic
def change_contact(contact: Contact, *, seen: str, by: User) -> Contact:
    """Save changed details of a person to ring; the history keeps the old ones. Raise Stale."""
    _check(by, Permission.PUPIL_CHANGE)
    rows = Contact.objects.as_user(by).select_for_update(of=("self",))
    hold_seen(rows.get(pk=contact.pk), seen)
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


@transaction.atomic
def end_plan(pupil: Pupil, *, by: User, ceased_on: date, sen_provision: str) -> EhcPlan:
    """End the plan in force, and record what provision is made from then on."""
    _check(by, Permission.PUPIL_CHANGE)
    if ceased_on > localdate():
        raise ValidationError({"ceased_on": "The date lies in the future."})
    if sen_provision == SenProvision.EHC_PLAN:
        raise ValidationError({"sen_provision": "Choose what is made without a plan."})
    pupil = _lock(pupil, by=by)
    plan = pupil.ehc_plans.in_force().get()
    plan.ceased_on = ceased_on
    plan.full_clean()
    plan.save(update_fields=["ceased_on"])
    pupil.sen_provision = sen_provision
    pupil.save(update_fields=["sen_provision"])
    _set_needs(pupil, [need.need_type for need in pupil.needs.all()], by=by)
    return plan


@transaction.atomic
def add_care(pupil: Pupil, *, care: CareStatus, by: User) -> CareStatus:
    """Record how children's social care knows the child."""
    _check(by, Permission.PUPIL_CHANGE)
    care.pupil = _lock(pupil, by=by)
    care.full_clean()
    care.save()
    return care


@transaction.atomic
def end_care(care: CareStatus, *, last_day: date, by: User) -> CareStatus:
    """End a care status with its last day."""
    _check(by, Permission.PUPIL_CHANGE)
    rows = CareStatus.objects.as_user(by).not_over(localdate())
    row = rows.select_for_update(of=("self",)).get(pk=care.pk)
    _set_last_day(row, last_day)
    return row
