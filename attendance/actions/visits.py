"""Home visits: planned, made, nobody in, called off."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Membership, User
from accounts.permissions import Permission
from accounts.workflow import make_move
from attendance.actions.support import check, locked
from attendance.models import HomeVisit, SupportPlan
from attendance.models.visit import WENT, VisitStatus
from pupils.models import Pupil


def plan_of(pupil: Pupil, by: User) -> SupportPlan | None:
    """Return the contract of the pupil that is not over, where the person may see it."""
    return SupportPlan.objects.as_user(by).running().filter(pupil=pupil).first()


@transaction.atomic
def plan_visit(visit: HomeVisit, *, pupil: Pupil, by: User) -> HomeVisit:
    """Plan a visit. Sent twice, it is one: its uid is made with the form."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    child = locked(pupil, by)
    if same := HomeVisit.objects.as_user(by).filter(uid=visit.uid, planned_by=by).first():
        return same
    who_can = Membership.objects.people_who(Permission.ATTENDANCE_SUPPORT_RECORD)
    if visit.visitor_id and not who_can.filter(pk=visit.visitor_id).exists():
        raise ValidationError({"visitor": f"{visit.visitor} may not record visits today."})
    visit.pupil, visit.planned_by = child, by
    visit.plan = plan_of(child, by)
    visit.full_clean()
    visit.save()
    return visit


@transaction.atomic
def record_visit(
    visit: HomeVisit,
    *,
    status: str,
    by: User,
    went_on: date | None = None,
    **told: Any,
) -> HomeVisit:
    """Record what came of a visit, once. A concern says how it was raised."""
    if status in WENT and (went_on is None or went_on > localdate()):
        raise ValidationError({"went_on": "Enter the day on which somebody went, up to today."})
    if status != VisitStatus.MADE:
        told["seen"], told["pupil_was_seen"] = "", None
    if status not in WENT:
        went_on, told["is_concern"], told["concern_raised"] = None, False, ""
    if not told.get("is_concern"):
        told["concern_raised"] = ""
    return make_move(
        visit,
        status,
        by=by,
        went_on=went_on,
        recorded_by=by,
        recorded_at=timezone.now(),
        **told,
    )
