"""Attendance at mainstream schools: a person types a period, or takes it back."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL, Permission
from attendance.models import SchoolAttendance
from pupils.models import Enrolment, Pupil


@transaction.atomic
def record_at_school(row: SchoolAttendance, *, by: User) -> SchoolAttendance:
    """Record what a school counted for a pupil and a period. Raise ValidationError."""
    _check(by, row.school_id)
    Pupil.objects.as_user(by).get(pk=row.pupil_id)
    row.recorded_by, row.source = by, SchoolAttendance.Source.TYPED
    if row.last_day > localdate():
        raise ValidationError({"last_day": "The last day has not come yet."})
    if row.possible > row.weekday_sessions:
        raise ValidationError(
            {"possible": f"There are at most {row.weekday_sessions} sessions in that time."}
        )
    rolls = Enrolment.objects.filter(pupil=row.pupil_id, organisation=row.school_id)
    if not rolls.filter(starts_on__lt=row.ends_on).not_over(row.starts_on).exists():
        raise ValidationError(
            {"starts_on": f"The pupil was not on the roll of {row.school} then."}
        )
    row.full_clean()
    row.save()
    work.changed("school attendance")
    return row


@transaction.atomic
def take_back_at_school(row: SchoolAttendance, *, by: User) -> None:
    """Take off what was recorded by mistake. It stays in the history, and counts no more."""
    _check(by, row.school_id)
    rows = SchoolAttendance.objects.as_user(by).kept().select_for_update(of=("self",))
    fresh = rows.get(pk=row.pk)
    fresh.taken_back_at, fresh.taken_back_by = timezone.now(), by
    fresh.save(update_fields=["taken_back_at", "taken_back_by"])
    work.changed("school attendance")


def schools_of(pupil: Pupil, *, by: User) -> list[Organisation]:
    """Return the schools for which a person may type the attendance of a pupil, by name."""
    rolls = Enrolment.objects.as_user(by).at_schools().filter(pupil=pupil)
    if not by.roles & REACH_ALL:
        own = by.organisations_with(Permission.SCHOOL_ATTENDANCE_RECORD)
        rolls = rolls.filter(organisation__in=own)
    found = {row.organisation_id: row.organisation for row in rolls.select_related("organisation")}
    return sorted(found.values(), key=lambda school: school.name)


def _check(by: User, school_id: int) -> None:
    own = by.organisations_with(Permission.SCHOOL_ATTENDANCE_RECORD)
    reaches = bool(by.roles & REACH_ALL) or school_id in own
    if not reaches or not by.can(Permission.SCHOOL_ATTENDANCE_RECORD):
        raise PermissionDenied("this asks for schoolattendance.record there")
