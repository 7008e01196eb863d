"""A child's chronology: what happened, newest first, from the rows that the reader may see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate

from placements.models import Placement
from pupils.models import Letter
from pupils.models.letter import Status as LetterStatus
from referrals.models import Entry, Referral, Status


@dataclass(frozen=True)
class Event:
    """One line of the chronology, with its own link."""

    on: date
    title: str
    detail: str
    url: str


# What stands in columns of the referral is told from there; who has it is no part of the story.
TOLD_ELSEWHERE = {"submitted", "accepted", "declined", "assigned", "handed over"}


def chronology(
    referrals: Iterable[Referral],
    placements: Iterable[Placement],
    entries: Iterable[Entry] = (),
    letters: Iterable[Letter] = (),
) -> list[Event]:
    """Return the events of these rows, newest first. No query of its own."""
    events: list[Event] = []
    for referral in referrals:
        url = reverse("referrals:detail", args=[referral.uid])
        by = f"{referral.school}: {referral.get_reason_display()}"
        if referral.submitted_at:
            day = localdate(referral.submitted_at)
            events.append(Event(day, f"Referral {referral.reference} submitted", by, url))
        if referral.decided_on:
            words = "accepted" if referral.status == Status.ACCEPTED else "declined"
            detail = referral.get_tier_display() if referral.tier else ""
            title = f"Referral {referral.reference} {words}"
            events.append(Event(referral.decided_on, title, detail, url))
    for entry in entries:
        if entry.kind not in TOLD_ELSEWHERE:
            title = f"Referral {entry.referral.reference}: {entry.get_kind_display().lower()}"
            detail = entry.answer_label or entry.after
            url = reverse("referrals:detail", args=[entry.referral.uid])
            events.append(Event(localdate(entry.at), title, detail, url))
    for placement in placements:
        url = reverse("placements:detail", args=[placement.uid])
        where = f"{placement.get_tier_display()}, {placement.provider}"
        events.append(Event(placement.starts_on, "Placement starts", where, url))
        if placement.last_day and placement.end_reason:
            events.append(Event(placement.last_day, "Placement ended", where, url))
    events += _went_out(letters)
    places = sorted(range(len(events)), key=lambda place: (events[place].on, place), reverse=True)
    return [events[place] for place in places]


def _went_out(letters: Iterable[Letter]) -> Iterator[Event]:
    for letter in letters:
        if letter.status == LetterStatus.ISSUED and letter.given_on:
            detail = f"To {letter.to_name}, {letter.get_channel_display().lower()}"
            title = f"Letter {letter.reference}: {letter.title}"
            yield Event(letter.given_on, title, detail, letter.get_absolute_url())
