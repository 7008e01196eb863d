"""A morning of the demo borough: registers half done, pupils not accounted for, what was tried."""

from datetime import date, time

from django.utils import timezone

from accounts.models import Organisation, User
from accounts.models.calendar import is_school_day, school_days_at
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.lib.calendar import Session, year_bounds
from apsystem.lib.seen import state_of
from attendance import actions
from attendance.models import AbsenceEntry, Answer, RegisterTimes, Way
from attendance.models.unaccounted import Line, Rows, lines
from placements.models import Placement
from pupils import actions as pupil_actions
from pupils.models.contact import Channel

TIMES = {  # settings of the demo borough: no law names any
    "am_mark_by": time(9, 30),
    "am_account_by": time(10, 0),
    "pm_mark_by": time(13, 15),
    "pm_account_by": time(13, 45),
}
ABSENT = 2
TRIED = [
    (Way.NO_ANSWER, "Rang twice, it went to voicemail.", False),
    (Way.MESSAGE, "Left a message, and asked to be rung back.", False),
    (Way.CALL, "Grandmother: left for the bus at 8.15. She will ring round.", False),
    (Way.VISIT, "At home with his mother: no shoes that fit. We bring some.", True),
]


def seed(borough: Borough, today: date) -> None:
    """Set the times, mark a part of this morning's registers, and follow up some absences."""
    if not (first := _first_day(today)):
        return
    for place in borough.providers:
        RegisterTimes.objects.create(provider=place, starts_on=first, **TIMES)
    if first == today:
        for place in borough.providers[:3]:
            _mark(place, borough.tutors[place.pk], today)
    found = [row for row in lines(Rows.all(), timezone.now()) if row.mark]
    _choose_channels(found, borough.people[Role.CASEWORKER])
    if first == today:
        _answer(found)
    lead = borough.people[Role.ATTENDANCE_OFFICER]
    for (way, words, is_accounted), row in zip(TRIED, found[-len(TRIED) :], strict=False):
        entry = AbsenceEntry(
            placement=row.placement,
            date=row.on,
            session=row.session,
            way=way,
            words=words,
            is_accounted=is_accounted,
        )
        actions.record(entry, by=lead)


def _first_day(today: date) -> date | None:
    """Return today where it is a school day, and the last school day otherwise."""
    if is_school_day(None, today):
        return today
    start, _ = year_bounds(today.year - 1)
    return max(school_days_at(None, start, today), default=None)


def _mark(place: Organisation, tutor: User, today: date) -> None:
    """Mark two pupils absent, and at places that are not the demo tutor's the others present."""
    rows = list(Placement.objects.filter(provider=place).expected(today, Session.AM).by_pupil())
    entries = [actions.Entry(row.pk, "N") for row in rows[:ABSENT]]
    if not tutor.email.startswith("provider.staff@"):
        entries += [actions.Entry(row.pk, "/") for row in rows[ABSENT:]]
    actions.mark(place, today, Session.AM, entries, by=tutor)


def _choose_channels(found: list[Line], officer: User) -> None:
    channels = [Channel.EMAIL, Channel.TEXT, Channel.PHONE]
    for number, row in enumerate(found):
        contact = row.placement.pupil.contacts.first()
        if contact is not None:
            seen = state_of(contact)
            contact.email = f"parent.{row.placement.pupil_id}@family.example"
            contact.absence_channel = channels[number % len(channels)]
            pupil_actions.change_contact(contact, seen=seen, by=officer)


def _answer(found: list[Line]) -> None:
    """Tell school and parents, and let one parent say ill, and another that they did not know."""
    asked = [row for row in actions.tell_of_absence(found) if row.contact_id]
    for notice, said in zip(asked, [Answer.ILL, Answer.NOT_KNOWN], strict=False):
        actions.answer(notice.token, said=said, words="")
