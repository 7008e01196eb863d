"""What happens to the panel itself: who sits there, its meetings, and what the ledger goes by."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import REACH_ALL, REACH_SCHOOL, Permission
from accounts.workflow import WrongStatus, make_move
from reintegration.models import (
    LedgerWeight,
    MeetingStatus,
    PanelException,
    PanelMeeting,
    PanelMember,
    Vacancy,
)
from reintegration.models.panel import PANEL_ROLES


def allow(by: User, permission: Permission) -> None:
    """Raise PermissionDenied unless the person may do this."""
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


@transaction.atomic
def seat(member: PanelMember, *, by: User) -> PanelMember:
    """Give a person a seat on the panel for a time. The person holds a role of the panel there."""
    allow(by, Permission.PANEL_SET)
    held = member.user.memberships.in_force(localdate()).filter(
        organisation=member.organisation, role__in=PANEL_ROLES
    )
    if not held.exists():
        raise ValidationError(
            {"person": "This person holds no role of the panel there. The administrator gives it."}
        )
    member.full_clean()
    member.save()
    return member


@transaction.atomic
def end_seat(member: PanelMember, *, last_day: date, by: User) -> PanelMember:
    """End a seat after a day. From the day after it, the person reads no meeting."""
    allow(by, Permission.PANEL_SET)
    fresh: PanelMember = PanelMember.objects.as_user(by).select_for_update().get(pk=member.pk)
    fresh.ends_on = last_day + timedelta(days=1)
    fresh.full_clean()
    fresh.save(update_fields=["ends_on"])
    return fresh


@transaction.atomic
def plan_meeting(meeting: PanelMeeting, *, by: User) -> PanelMeeting:
    """Plan a meeting."""
    allow(by, Permission.PANEL_PREPARE)
    if meeting.held_on < localdate():
        raise ValidationError({"held_on": "The day has passed. Choose today or a later day."})
    meeting.made_by = by
    meeting.full_clean()
    meeting.save()
    return meeting


@transaction.atomic
def publish(meeting: PanelMeeting, *, by: User) -> PanelMeeting:
    """Let the members read the agenda, and tell them that it is there."""
    if not meeting.cases.exists():
        raise ValidationError("The agenda is empty. Put a case on it first.")
    meeting = make_move(meeting, "publish", by=by, published_by=by, published_at=timezone.now())
    work.post("panel.published", meeting=meeting.pk)
    return meeting


def _here(meeting: PanelMeeting, present: Iterable[PanelMember]) -> list[PanelMember]:
    """Return who is present, and refuse somebody who has no seat on the day."""
    seated = set(PanelMember.objects.on(meeting.held_on).values_list("pk", flat=True))
    rows = list(present)
    if strangers := [row for row in rows if row.pk not in seated]:
        raise ValidationError(
            {"attended": f"{strangers[0]} has no seat on the panel on the day of the meeting."}
        )
    return rows


@transaction.atomic
def open_meeting(
    meeting: PanelMeeting, *, attended: Iterable[PanelMember], by: User
) -> PanelMeeting:
    """Open a meeting with who is there. Without a quorum it opens, and decides nothing."""
    if meeting.held_on > localdate():
        raise ValidationError("The meeting is on a later day.")
    here = _here(meeting, attended)
    meeting = make_move(meeting, "open", by=by, opened_at=timezone.now())
    meeting.attended.set(here)
    return meeting


@transaction.atomic
def attend(meeting: PanelMeeting, *, attended: Iterable[PanelMember], by: User) -> PanelMeeting:
    """Say anew who is there, while the meeting is in session."""
    allow(by, Permission.PANEL_CHAIR)
    rows = PanelMeeting.objects.as_user(by).select_for_update(of=("self",))
    fresh: PanelMeeting = rows.get(pk=meeting.pk)
    if fresh.status != MeetingStatus.IN_SESSION:
        raise WrongStatus("The meeting is not in session.")
    fresh.attended.set(_here(fresh, attended))
    return fresh


@transaction.atomic
def weigh(weight: LedgerWeight, *, by: User) -> LedgerWeight:
    """Enter what a child counts in the ledger from a day on."""
    allow(by, Permission.PANEL_SET)
    if weight.starts_on < localdate():
        raise ValidationError(
            {"starts_on": "A weight begins today or later: what was counted before it stays."}
        )
    weight.full_clean()
    weight.save()
    return weight


@transaction.atomic
def leave_out(exception: PanelException, *, by: User) -> PanelException:
    """Declare that a school is left out of the turn for a time."""
    allow(by, Permission.PANEL_SET)
    exception.declared_by = by
    exception.full_clean()
    exception.save()
    return exception


@transaction.atomic
def say_vacancy(vacancy: Vacancy, *, by: User) -> Vacancy:
    """Say how many places a school has free in a year group. Said anew, it replaces.

    Who is at a school speaks for that school only.
    """
    allow(by, Permission.VACANCY_SAY)
    if not by.roles & REACH_ALL and vacancy.school_id not in by.organisations_as(REACH_SCHOOL):
        raise PermissionDenied("this asks for a role at the school")
    vacancy.said_on, vacancy.said_by = localdate(), by
    vacancy.clean_fields()
    said, _ = Vacancy.objects.update_or_create(
        school=vacancy.school,
        year_group=vacancy.year_group,
        defaults={name: getattr(vacancy, name) for name in ("places", "said_on", "said_by")},
    )
    return said
