"""Mail and text messages about absence: links and counts, and no child's name."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.timezone import localtime

from accounts.models import Membership, Organisation, User
from accounts.permissions import Permission, Role
from accounts.work import handles
from attendance.models import AbsenceNotice
from attendance.models.unaccounted import Rows, line_at
from pupils.models.contact import Channel

ON_PURPOSE = "This message holds no child's details on purpose."


def _page(name: str) -> str:
    return settings.SERVICE_URL.rstrip("/") + reverse(name)


def _leads(provider: int) -> QuerySet[User]:
    held = Membership.objects.filter(organisation=provider, role=Role.PROVIDER_LEAD)
    return held.people_who(Permission.ABSENCE_ANSWER)


def _officers() -> QuerySet[User]:
    held = Membership.objects.filter(role=Role.ATTENDANCE_OFFICER)
    return held.people_who(Permission.ABSENCE_ANSWER)


def _mail(people: QuerySet[User], subject: str, words: str) -> None:
    for person in people:
        send_mail(subject, f"{words}\n\n{ON_PURPOSE}", None, [person.email])


@handles("register.late")
def tell_of_register(payload: dict[str, Any]) -> None:
    """Tell the leads of a provider that a register is late."""
    place = Organisation.objects.get(pk=payload["provider"])
    half = "morning" if payload["half"] == "am" else "afternoon"
    _mail(
        _leads(place.pk),
        f"The {half} register is not finished",
        f"The {half} register of {place} on {payload['day']} is not finished, and its time has "
        f"passed. Open it here: {_page('attendance:unmarked')}",
    )


@handles("absence.school")
def tell_the_school(payload: dict[str, Any]) -> None:
    """Tell a school, at its address or its staff, how many of its pupils are away."""
    notices = AbsenceNotice.objects.filter(pk__in=payload["notices"]).select_related("placement")
    still = sum(_is_open(notice) for notice in notices)
    if not still:
        return
    place = Organisation.objects.get(pk=payload["school"])
    pupils = "A pupil of yours is" if still == 1 else f"{still} pupils of yours are"
    words = (
        f"{pupils} absent from alternative provision, and no reason is known. Sign in to "
        f"{settings.SERVICE_NAME} to see who, and what was tried: {_page('attendance:absence')}"
    )
    subject = "Absent from alternative provision"
    if place.absence_email:
        send_mail(subject, f"{words}\n\n{ON_PURPOSE}", None, [place.absence_email])
    else:
        held = Membership.objects.filter(organisation=place)
        _mail(held.people_who(Permission.ABSENCE_VIEW), subject, words)


@handles("absence.email")
@handles("absence.text")
def ask_the_contact(payload: dict[str, Any]) -> None:
    """Send a contact the link to one question. The message names nobody and no place."""
    notice = AbsenceNotice.objects.select_related("contact", "placement").get(pk=payload["notice"])
    contact = notice.contact
    if contact is None or notice.answered_at or not _is_open(notice):
        return
    link = settings.SERVICE_URL.rstrip("/") + reverse("attendance:reply", args=[notice.token])
    words = f"{settings.COUNCIL_NAME}: please open this link today and answer one question. {link}"
    if notice.channel == Channel.EMAIL and contact.email:
        send_mail("Please answer one question today", words, None, [contact.email])
    elif notice.channel == Channel.TEXT and contact.phone and settings.TEXT_SERVICE:
        import_string(settings.TEXT_SERVICE)(contact.phone, words)


@handles("absence.escalated")
def tell_of_escalation(payload: dict[str, Any]) -> None:
    """Tell the leads and the officers that pupils are not accounted for at the second time."""
    place = Organisation.objects.get(pk=payload["provider"])
    number = payload["pupils"]
    pupils = "1 pupil is" if number == 1 else f"{number} pupils are"
    words = (
        f"{pupils} not accounted for at {place}, and the second time has passed. Sign in to "
        f"{settings.SERVICE_NAME} to see who, and what was tried: {_page('attendance:absence')}"
    )
    for people in (_leads(place.pk), _officers()):
        _mail(people, "Not yet accounted for", words)


@handles("absence.alarm")
def tell_of_alarm(payload: dict[str, Any]) -> None:
    """Tell the leads and the officers at once that a parent did not know of an absence."""
    place = Organisation.objects.get(pk=payload["provider"])
    words = (
        f"A parent did not know that a pupil of {place} is away. Act now: sign in to "
        f"{settings.SERVICE_NAME}, {_page('attendance:absence')}"
    )
    for people in (_leads(place.pk), _officers()):
        _mail(people, "A parent did not know: act now", words)


def _is_open(notice: AbsenceNotice) -> bool:
    """Tell whether the pupil of a notice is still not accounted for, today."""
    now = timezone.now()
    if notice.date != localtime(now).date():
        return False
    line = line_at(Rows.all(), notice.placement, notice.date, notice.session, now)
    return line is not None and line.mark is not None
