"""The logbook: planned, done, called off."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.workflow import make_move
from outreach.actions.support import check, own_provider
from outreach.models import LogEntry, LogLine, Support
from outreach.models.entry import EntryStatus
from outreach.models.support import RUNNING

Lines = Mapping[Support, str]


@transaction.atomic
def log(entry: LogEntry, lines: Lines, *, by: User) -> LogEntry:
    """Write an entry, planned or done, with a line for each support that it is about.

    Sent twice, it is one: its uid is made with the form.
    """
    check(by)
    if same := LogEntry.objects.as_user(by).filter(uid=entry.uid, recorded_by=by).first():
        return same
    if entry.status == EntryStatus.DONE and entry.on > localdate():
        raise ValidationError({"on": "This day has not come yet. Plan it instead."})
    if entry.status == EntryStatus.PLANNED and entry.on < localdate():
        raise ValidationError({"on": "This day is over. Say what was done instead."})
    if entry.school.kind != Organisation.Kind.SCHOOL:
        raise ValidationError({"school": "Choose a school."})
    entry.recorded_by, entry.provider = by, own_provider(by)
    entry.full_clean()
    entry.save()
    _write(entry, lines, by)
    return entry


def _write(entry: LogEntry, lines: Lines, by: User) -> None:
    reached = Support.objects.as_user(by).filter(school=entry.school)
    found = set(reached.filter(pk__in=[row.pk for row in lines]).values_list("pk", flat=True))
    for support, words in lines.items():
        if support.pk not in found:
            raise ValidationError({"about": "Choose support at this school."})
        if support.status not in RUNNING and support.ended_on and support.ended_on < entry.on:
            raise ValidationError({"about": f"{support.subject}: the support was over by then."})
        row = LogLine(entry=entry, support=support, words=words)
        row.full_clean()
        row.save()


@transaction.atomic
def note_done(entry: LogEntry, *, minutes: int, words: str, by: User) -> LogEntry:
    """Record that what was planned was done, and how long it took."""
    if entry.on > localdate():
        raise ValidationError({"minutes": "Its day has not come yet."})
    return make_move(entry, "do", by=by, minutes=minutes, words=words, recorded_at=timezone.now())


@transaction.atomic
def call_off(entry: LogEntry, *, words: str, by: User) -> LogEntry:
    """Record that what was planned did not take place, and why."""
    return make_move(entry, "call off", by=by, words=words)
