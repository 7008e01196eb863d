"""The logbook: planned, done, called off; and what was done corrected."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.workflow import WrongStatus, make_move
from apsystem.lib.seen import hold_seen
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
        row = entry.lines.filter(support=support).first() or LogLine(entry=entry, support=support)
        row.words = words
        row.full_clean()
        row.save()


def _write_anew(entry: LogEntry, lines: Lines, by: User) -> None:
    """Write the lines that the person reaches as these are; those of other pupils stay."""
    others = LogLine.objects.as_user(by).filter(entry=entry)
    for line in others.exclude(support__in=[row.pk for row in lines]):
        line.delete()
    _write(entry, lines, by)


@transaction.atomic
def note_done(
    entry: LogEntry, lines: Lines | None = None, *, minutes: int, words: str, by: User
) -> LogEntry:
    """Record that what was planned was done, how long it took, and whom it was about.

    What was written when it was planned stays where nothing is said now.
    """
    if entry.on > localdate():
        raise ValidationError({"minutes": "Its day has not come yet."})
    said = {"minutes": minutes, "words": words or entry.words, "recorded_at": timezone.now()}
    row = make_move(entry, "do", by=by, **said)
    if lines is not None:
        _write_anew(row, lines, by)
    return row


CORRECTED = ["kind", "on", "minutes", "is_traded", "words"]


@transaction.atomic
def correct(
    entry: LogEntry, changed: LogEntry, lines: Lines, *, why: str, seen: str, by: User
) -> LogEntry:
    """Correct what was done, and say why. What is left of what the school bought follows.

    Raise Stale.
    """
    check(by)
    rows = LogEntry.objects.as_user(by).select_for_update(of=("self",))
    fresh = rows.get(pk=entry.pk)
    if fresh.status != EntryStatus.DONE:
        raise WrongStatus("Only what was done can be corrected.")
    hold_seen(fresh, seen)
    if changed.on > localdate():
        raise ValidationError({"on": "This day has not come yet."})
    for name in CORRECTED:
        setattr(fresh, name, getattr(changed, name))
    fresh.correction, fresh.corrected_by, fresh.corrected_at = why, by, timezone.now()
    fresh.full_clean()
    fresh.save(update_fields=[*CORRECTED, "correction", "corrected_by", "corrected_at"])
    _write_anew(fresh, lines, by)
    return fresh


@transaction.atomic
def call_off(entry: LogEntry, *, words: str, by: User) -> LogEntry:
    """Record that what was planned did not take place, and why."""
    return make_move(entry, "call off", by=by, words=words)
