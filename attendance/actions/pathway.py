"""The EBSA pathway of a young person who avoids school: opened, changed, stepped, closed."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from attendance.actions.support import STALE, check, locked
from attendance.actions.visits import plan_of
from attendance.models import EbsaPathway, ReturnStep
from attendance.models.pathway import PathwayStatus
from pupils.models import Pupil


@transaction.atomic
def open_pathway(pathway: EbsaPathway, *, pupil: Pupil, by: User) -> EbsaPathway:
    """Begin an EBSA pathway. Sent twice, it is one: its uid is made with the form."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    child = locked(pupil, by)
    if same := EbsaPathway.objects.as_user(by).filter(uid=pathway.uid, opened_by=by).first():
        return same
    pathway.pupil, pathway.opened_by, pathway.plan = child, by, plan_of(child, by)
    _hold_right(pathway)
    pathway.save()
    return pathway


def _hold_right(pathway: EbsaPathway) -> None:
    if pathway.timetable and pathway.timetable.placement.pupil_id != pathway.pupil_id:
        raise ValidationError({"timetable": "This timetable is another pupil's."})
    pathway.full_clean()


def _open(pathway: EbsaPathway, by: User) -> EbsaPathway:
    rows = EbsaPathway.objects.as_user(by).select_for_update(of=("self",))
    fresh = rows.get(pk=pathway.pk)
    if fresh.status != PathwayStatus.OPEN:
        raise WrongStatus("This pathway is closed. What was recorded stays.")
    return fresh


@transaction.atomic
def change_pathway(pathway: EbsaPathway, *, seen: int, by: User) -> EbsaPathway:
    """Save changed notes; the history keeps those before."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    if _open(pathway, by).version != seen:
        raise ValidationError(STALE)
    pathway.version = seen + 1
    _hold_right(pathway)
    pathway.save()
    return pathway


@transaction.atomic
def add_step(pathway: EbsaPathway, step: ReturnStep, *, by: User) -> ReturnStep:
    """Add the next step. It is planned for the day of the step before, or later."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    fresh = _open(pathway, by)
    last = fresh.steps.order_by("position").last()
    if last and step.planned_on and step.planned_on < last.planned_on:
        before = f"{last.planned_on.day} {last.planned_on:%B %Y}"
        raise ValidationError(
            {"planned_on": f"The step before is planned for {before}: choose that day or later."}
        )
    step.pathway, step.position = fresh, (last.position if last else 0) + 1
    step.full_clean()
    step.save()
    return step


@transaction.atomic
def record_step(
    step: ReturnStep, *, tried_on: date, went: str, went_words: str, by: User
) -> ReturnStep:
    """Record how a step went; until the pathway is closed it can be put right."""
    check(by, Permission.ATTENDANCE_SUPPORT_RECORD)
    pathway = _open(step.pathway, by)
    if not pathway.opened_on <= tried_on <= localdate():
        raise ValidationError({"tried_on": "Enter a day since the pathway began, up to today."})
    row = pathway.steps.select_for_update().get(pk=step.pk)
    row.tried_on, row.went, row.went_words = tried_on, went, went_words
    row.recorded_by, row.recorded_at = by, timezone.now()
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def close_pathway(
    pathway: EbsaPathway, *, closed_on: date, close_words: str, by: User
) -> EbsaPathway:
    """Close a pathway, with the day and how it ended."""
    if not pathway.opened_on <= closed_on <= localdate():
        raise ValidationError({"closed_on": "Enter a day since the pathway began, up to today."})
    return make_move(pathway, "close", by=by, closed_on=closed_on, close_words=close_words)
