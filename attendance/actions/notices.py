"""Who is told of an absence: once each, by the way that they chose, and never with a name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import work
from attendance.models import AbsenceEntry, AbsenceNotice, Answer, Way
from attendance.models.absence import PROPOSED, notice_of
from attendance.models.unaccounted import Line
from pupils.models import Contact
from pupils.models.contact import Channel

To = AbsenceNotice.To


@transaction.atomic
def tell_of_absence(lines: Iterable[Line]) -> list[AbsenceNotice]:
    """Tell the home school and the contacts who want to know of pupils marked absent.

    A register that nobody marked says nothing about a pupil, so that it alarms no family.
    """
    marked = [line for line in lines if line.mark is not None]
    contacts = defaultdict(list)
    pupils = {line.placement.pupil_id for line in marked}
    for contact in Contact.objects.filter(pupil__in=pupils).told_of_absence():
        contacts[contact.pupil_id].append(contact)
    sent = []
    for line in marked:
        sent += _new(line, _to_school(line))
        for contact in contacts[line.placement.pupil_id]:
            if is_sendable(contact.absence_channel):
                sent += _new(line, _to_contact(line, contact))
    for school, of_school in _by_school(sent).items():
        work.post("absence.school", school=school, notices=[row.pk for row in of_school])
    for notice in sent:
        if notice.to == To.CONTACT:
            work.post(f"absence.{notice.channel}", notice=notice.pk)
    return sent


def is_sendable(channel: str) -> bool:
    """Tell whether the service can send by a channel. Text messages need a service of their own."""
    return channel == Channel.EMAIL or (channel == Channel.TEXT and bool(settings.TEXT_SERVICE))


@transaction.atomic
def escalate(lines: Iterable[Line], now: datetime) -> list[AbsenceNotice]:
    """Tell the lead and the officers that the second time has passed, once for each line."""
    sent = []
    for line in lines:
        if line.is_escalated(now):
            sent += _new(line, AbsenceNotice(to=To.LEADS, channel=Channel.EMAIL))
    providers: dict[int, int] = defaultdict(int)
    for notice in sent:
        providers[notice.placement.provider_id] += 1
    for provider, pupils in providers.items():
        work.post("absence.escalated", provider=provider, pupils=pupils)
    return sent


@transaction.atomic
def answer(token: str, *, said: str, words: str) -> AbsenceEntry | None:
    """Take a parent's answer from the page of a notice; nothing where the link is not good.

    The answer proposes a code. It accounts for nobody: a person of the provider takes it over.
    """
    notice = notice_of(token)
    if notice is None:
        return None
    is_first = AbsenceNotice.objects.filter(pk=notice.pk, answered_at=None).update(
        answered_at=timezone.now()
    )
    if not is_first:
        return None
    entry = AbsenceEntry(
        placement=notice.placement,
        date=notice.date,
        session=notice.session,
        way=Way.REPLY,
        contact=notice.contact,
        answer=said,
        words=words,
        code_id=PROPOSED.get(Answer(said)),
    )
    entry.full_clean()
    entry.save()
    if entry.is_alarm:
        work.post("absence.alarm", provider=notice.placement.provider_id)
    return entry


def _to_school(line: Line) -> AbsenceNotice:
    return AbsenceNotice(
        to=To.SCHOOL, school_id=line.placement.home_school_id, channel=Channel.EMAIL
    )


def _to_contact(line: Line, contact: Contact) -> AbsenceNotice:
    return AbsenceNotice(to=To.CONTACT, contact=contact, channel=contact.absence_channel)


def _new(line: Line, notice: AbsenceNotice) -> list[AbsenceNotice]:
    """Keep a notice of a line, unless there is one of its kind already."""
    of_kind = (notice.to, notice.contact_id)
    if any((row.to, row.contact_id) == of_kind for row in line.notices):
        return []
    notice.placement, notice.date, notice.session = line.placement, line.on, line.session
    notice.save()
    line.notices.append(notice)
    return [notice]


def _by_school(sent: Iterable[AbsenceNotice]) -> dict[int, list[AbsenceNotice]]:
    found = defaultdict(list)
    for notice in sent:
        if notice.school_id:
            found[notice.school_id].append(notice)
    return found
