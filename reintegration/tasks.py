"""What follows what happens to a placement or a plan: its plan, and mail that names no child."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from accounts.work import handles
from placements.models import Placement
from placements.models.review import EntryKind
from reintegration import actions
from reintegration.models import Version


@handles("placement.changed", part="plan")
def keep_the_plan(payload: dict[str, Any]) -> None:
    """Set up the plan of an accepted placement; close it where another placement goes on."""
    placement = Placement.objects.get(pk=payload["placement"])
    if payload["told"] == EntryKind.ACCEPTED:
        actions.set_up(placement)
    elif payload["told"] in (EntryKind.ENDED, EntryKind.CANCELLED):
        actions.follow(placement)


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
    """Mail the person who sent a version that the school answered."""
    version = Version.objects.select_related("made_by", "plan").get(pk=payload["version"])
    reference = version.plan.reference
    message = (
        f"The receiving school answered plan {reference}.\n\nSign in to {settings.SERVICE_NAME} to "
        "read it.\n\nThis message holds no child's details on purpose."
    )
    send_mail(f"Plan {reference} is answered", message, None, [version.made_by.email])
