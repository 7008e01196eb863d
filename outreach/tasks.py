"""What follows what happens to placements and support: mail with links that names no child."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Cover
from accounts.permissions import Permission
from accounts.work import handles
from apsystem.lib.mail import tell_people
from outreach import actions
from outreach.actions.asking import send_evaluation
from outreach.models import Evaluation, FollowUp, Support
from placements.models import Placement
from placements.models.review import EntryKind

CLOSING = "This message holds no child's details on purpose."


@handles("placement.changed", part="outreach")
def keep_the_support(payload: dict[str, Any]) -> None:
    """Set up the support of an accepted placement; cancel it where nothing came of it."""
    placement = Placement.objects.get(pk=payload["placement"])
    if payload["told"] == EntryKind.ACCEPTED:
        actions.set_up(placement)
    elif payload["told"] in (EntryKind.ENDED, EntryKind.CANCELLED):
        actions.follow(placement)


@handles("outreach.asked")
def mail_the_questions(payload: dict[str, Any]) -> None:
    """Mail the link of a follow-up to those who hold the post at the school."""
    row = FollowUp.objects.select_related("support").get(pk=payload["follow_up"])
    path = reverse("reporting:follow-up", args=[row.token])
    subject = "Three questions after support in your school"
    if row.reminders:
        subject = f"Reminder: {subject[0].lower()}{subject[1:]}"
    message = (
        f"Support in your school ended {row.months} months ago ({row.support.reference}). How is "
        "it going? Three questions, two minutes, and no account. Whoever has taken over the post "
        f"may answer:\n\n{_address(path)}\n\n{CLOSING}"
    )
    _send(subject, message, row.sent_to)


@handles("outreach.closed")
def mail_the_evaluation(payload: dict[str, Any]) -> None:
    """Mail the school the link to say how helpful support was."""
    row = Evaluation.objects.select_related("support", "school").get(pk=payload["evaluation"])
    addresses = send_evaluation(row, localdate())
    path = reverse("outreach:evaluation", args=[row.token])
    message = (
        f"Support in your school has ended ({row.support.reference}). How helpful was it? One "
        f"page, one minute, and no account:\n\n{_address(path)}\n\n{CLOSING}"
    )
    _send("How helpful was outreach?", message, addresses)


@handles("outreach.answered")
def tell_of_the_answer(payload: dict[str, Any]) -> None:
    """Mail the worker, and who covers for the worker, that the school answered."""
    support = (
        FollowUp.objects.select_related("support__worker").get(pk=payload["follow_up"]).support
    )
    _tell_the_worker(support, f"The school answered the follow-up of {support.reference}.")


@handles("outreach.lost")
def tell_of_the_pupil_who_left(payload: dict[str, Any]) -> None:
    """Mail the worker, and who covers for the worker, that nobody is asked about the pupil now."""
    support = (
        FollowUp.objects.select_related("support__worker").get(pk=payload["follow_up"]).support
    )
    words = (
        f"The school says that the pupil of {support.reference} has left. Where to is not known: "
        "find out, and ask there."
    )
    _tell_the_worker(support, words, page=f"{reverse('outreach:follow-ups')}?state=nobody")


def _tell_the_worker(support: Support, words: str, page: str = "") -> None:
    if support.worker:
        to = Cover.objects.addresses(support.worker, Permission.OUTREACH_WORK)
        tell_people(words, words, to, page=page or support.get_absolute_url())


def _address(path: str) -> str:
    return settings.SERVICE_URL.rstrip("/") + path


def _send(subject: str, message: str, addresses: list[str]) -> None:
    for address in addresses:
        send_mail(subject, message, None, [address])
