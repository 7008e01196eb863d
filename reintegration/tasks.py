"""What follows what happens to a placement, a plan or a meeting: plans, letters, nameless mail."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from accounts.models import Cover
from accounts.permissions import Permission
from accounts.work import handles
from apsystem.lib.mail import tell_people
from placements.models import Placement
from placements.models.review import EntryKind
from referrals.tasks import holders
from reintegration import actions
from reintegration.models import CaseStatus, PanelCase, PanelMeeting, PanelMember, Version

GATHER_SECONDS = 5


@handles("placement.changed", part="plan")
def keep_the_plan(payload: dict[str, Any]) -> None:
    """Set up the plan of an accepted placement; close it where another placement goes on.

    A later last day brings weeks of return into the placement.
    """
    placement = Placement.objects.get(pk=payload["placement"])
    if payload["told"] == EntryKind.ACCEPTED:
        actions.set_up(placement)
    elif payload["told"] in (EntryKind.ENDED, EntryKind.CANCELLED):
        actions.follow(placement)
    elif payload["told"] == EntryKind.EXTENDED:
        actions.tell_registers(placement)


@handles("plan.sent")
def mail_the_link(payload: dict[str, Any]) -> None:
    """Mail the receiving school the link to a version."""
    version = Version.objects.get(pk=payload["version"])
    path = reverse("reintegration:version", args=[version.token])
    address = settings.SERVICE_URL.rstrip("/") + path
    message = (
        "A reintegration plan waits for your school's answer. The link opens it without an "
        f"account, for two weeks:\n\n{address}\n\nThis message holds no child's details on purpose."
    )
    send_mail("A reintegration plan waits for your answer", message, None, [version.sent_to])


@handles("plan.answered")
def tell_of_the_answer(payload: dict[str, Any]) -> None:
    """Mail the person who sent a version, and who covers for the person, the school's answer."""
    rows = Version.objects.select_related("made_by", "plan__placement")
    version = rows.get(pk=payload["version"])
    tell_people(
        f"Plan {version.plan.reference} is answered",
        f"The receiving school answered plan {version.plan.reference}.",
        Cover.objects.addresses(version.made_by, Permission.PLAN_WORK),
        page=version.plan.get_absolute_url(),
    )


@handles("panel.published")
def tell_the_members(payload: dict[str, Any]) -> None:
    """Mail those who sit on the panel that an agenda can be read."""
    meeting = PanelMeeting.objects.get(pk=payload["meeting"])
    seats = PanelMember.objects.on(meeting.held_on).select_related("user")
    tell_people(
        f"{meeting}: the agenda is published",
        "The papers are for members only. Declare an interest before you read a case: the page "
        "of the meeting asks you first.",
        sorted({seat.user.email for seat in seats if seat.user.is_active}),
        page=meeting.get_absolute_url(),
    )


@handles("panel.closed")
def follow_a_meeting(payload: dict[str, Any]) -> None:
    """Draft the letter of each decision, and tell the referrer that there is one. No child named."""
    meeting = PanelMeeting.objects.get(pk=payload["meeting"])
    actions.draft_letters(meeting)
    rows = PanelCase.objects.filter(meeting=meeting, status=CaseStatus.DECIDED)
    for case in rows.exclude(referral=None).select_related(
        "referral__made_by", "referral__school"
    ):
        if case.referral:
            tell_people(
                f"Referral {case.referral.reference}: the Fair Access Panel decided",
                "What was decided, and why, can be read now.",
                holders(case.referral),
                page=reverse("reintegration:panel-decision", args=[case.uid]),
            )


@handles("calendar.changed", part="fair access", gather_seconds=GATHER_SECONDS)
def count_clocks_again(payload: dict[str, Any]) -> None:
    """Count the 20 school days of open cases anew."""
    actions.count_cases_again()
