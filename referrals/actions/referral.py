"""What happens to a referral."""

import io
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from apsystem.lib.documents import checked
from pupils.models import Document
from referrals.models import (
    ANSWERS,
    UNDECIDED,
    Attachment,
    DecisionRead,
    Entry,
    Referral,
    RequestForMore,
    Status,
)
from referrals.models.due import Clocks
from referrals.models.entry import Kind

MOST_DOCUMENTS = 10
UNKNOWN = "The school does not know"
CARRIED_OVER = ("tried", "hoped")


class Stale(Exception):
    """Somebody else saved other answers since the page was opened. Holds the fresh referral."""

    def __init__(self, fresh: Referral) -> None:
        """Keep what is saved now, so that the page can show both."""
        super().__init__("Somebody else saved this referral while you were writing.")
        self.fresh = fresh


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def _locked(referral: Referral, by: User) -> Referral:
    return Referral.objects.as_user(by).select_for_update(of=("self",)).get(pk=referral.pk)


def _tell(referral: Referral, kind: Kind, *, by: User, **details: Any) -> Entry:
    """Write what happened, for the page and the chronology, and post it to those concerned."""
    entry = Entry(referral=referral, kind=kind, by=by, **details)
    entry.full_clean()
    entry.save()
    return entry


@transaction.atomic
def make(referral: Referral, *, by: User) -> Referral:
    """Save a new draft. The same draft sent twice is one: its uid is made with the form.

    What the school wrote in its last referral of the child is carried over where it may still hold.
    """
    _check(by, Permission.REFERRAL_MAKE)
    if same := Referral.objects.as_user(by).filter(uid=referral.uid, made_by=by).first():
        return same
    earlier = Referral.objects.as_user(by).filter(
        pupil=referral.pupil_id, school=referral.school_id
    )
    if last := earlier.order_by("-made_at").first():
        for name in CARRIED_OVER:
            setattr(referral, name, getattr(referral, name) or getattr(last, name))
    referral.made_by = by
    referral.full_clean()
    referral.save()
    return referral


@transaction.atomic
def change(
    referral: Referral, *, by: User, revision: int | None = None, **answers: Any
) -> Referral:
    """Save changed answers of a draft. Raise Stale where the revision is not the saved one."""
    _check(by, Permission.REFERRAL_MAKE)
    fresh = _locked(referral, by)
    if fresh.status != Status.DRAFT:
        raise WrongStatus("This referral is submitted already, so its answers are closed.")
    changed = _changed(fresh, answers, revision)
    if not changed:
        return fresh
    for name, value in changed.items():
        setattr(fresh, name, value)
    fresh.revision += 1
    fresh.full_clean()
    fresh.save(update_fields=[*changed, "revision"])
    return fresh


def _changed(fresh: Referral, answers: dict[str, Any], revision: int | None) -> dict[str, Any]:
    """Return the answers that are new. Raise Stale where they were written over an older state."""
    changed = {name: value for name, value in answers.items() if getattr(fresh, name) != value}
    if not changed:
        return changed
    if revision is not None and revision != fresh.revision:
        raise Stale(fresh)
    return changed


@transaction.atomic
def hand_over(referral: Referral, *, to: User, by: User) -> Referral:
    """Give an open referral to a colleague of the same school, who is told."""
    _check(by, Permission.REFERRAL_MAKE)
    fresh = _locked(referral, by)
    fresh.held_by = to
    fresh.save(update_fields=["held_by"])
    _tell(fresh, Kind.HANDED_OVER, by=by, after=to.name)
    work.post("referral.handed over", referral=fresh.pk)
    return fresh


@transaction.atomic
def attach(referral: Referral, file: UploadedFile, *, by: User) -> Attachment:
    """Keep a file with a referral. Raise ValidationError where it may not be kept."""
    _check(by, Permission.REFERRAL_MAKE)
    fresh = _locked(referral, by)
    if fresh.attachments.filter(document__removed_at=None).count() >= MOST_DOCUMENTS:
        raise ValidationError(f"A referral holds at most {MOST_DOCUMENTS} documents.")
    found = checked(file.name or "", io.BytesIO(file.read(file.size or 0)))
    document = Document(
        pupil_id=fresh.pupil_id,
        name=found.name,
        media_type=found.media_type,
        size=len(found.content),
        is_for_school=True,
        added_by=by,
    )
    document.file.save(found.name, ContentFile(found.content), save=False)
    document.full_clean()
    document.save()
    if fresh.status != Status.DRAFT:
        _tell(fresh, Kind.ADDED, by=by, after=f"Document: {found.name}")
        work.post("referral.added", referral=fresh.pk)
    return Attachment.objects.create(referral=fresh, document=document)


@transaction.atomic
def detach(attachment: Attachment, *, by: User) -> None:
    """Take a document out of a draft. The file is kept for those who answer for the record."""
    _check(by, Permission.REFERRAL_MAKE)
    if _locked(attachment.referral, by).status != Status.DRAFT:
        raise WrongStatus("This referral is submitted already, so its documents stay.")
    attachment.document.removed_at = timezone.now()
    attachment.document.save(update_fields=["removed_at"])


@transaction.atomic
def submit(referral: Referral, *, by: User, at: datetime | None = None) -> Referral:
    """Send a draft to the SEND team, now or at the moment that paper records; start the clocks."""
    at = at or timezone.now()
    fresh = Referral.objects.as_user(by).filter(pk=referral.pk).first() or referral
    referral = make_move(referral, "submit", by=by, submitted_at=at, **_due_dates(fresh, at))
    _tell(referral, Kind.SUBMITTED, by=by, at=at)
    work.post("referral.submitted", referral=referral.pk)
    return referral


def _due_dates(referral: Referral, submitted_at: datetime) -> dict[str, date | None]:
    sent_on = timezone.localtime(submitted_at).date()
    return Clocks.around({sent_on, referral.event_on}).due_dates(referral, sent_on)


@transaction.atomic
def withdraw(referral: Referral, *, by: User) -> Referral:
    """Take a referral back before it is decided."""
    referral = make_move(referral, "withdraw", by=by)
    RequestForMore.objects.filter(referral=referral, answered_at=None).update(
        answered_at=timezone.now()
    )
    _tell(referral, Kind.WITHDRAWN, by=by)
    work.post("referral.withdrawn", referral=referral.pk)
    return referral


@transaction.atomic
def add(referral: Referral, *, words: str, by: User) -> Entry:
    """Add information to a sent referral."""
    _check(by, Permission.REFERRAL_MAKE)
    fresh = _sent(referral, by)
    work.post("referral.added", referral=fresh.pk)
    return _tell(fresh, Kind.ADDED, by=by, after=words)


@transaction.atomic
def amend(
    referral: Referral,
    *,
    by: User,
    revision: int | None = None,
    not_known: Iterable[str] | None = None,
    **answers: Any,
) -> Referral:
    """Change answers of a sent referral. The old answers stay beside the new ones for good.

    What the school says that it does not know is named by `not_known`; None leaves that as it was.
    Raise Stale where the revision is not the saved one.
    """
    _check(by, Permission.REFERRAL_MAKE)
    fresh = _sent(referral, by)
    changed = _changed(fresh, answers, revision)
    for name, value in changed.items():
        before = shown(fresh, name)
        setattr(fresh, name, value)
        _tell(fresh, Kind.AMENDED, by=by, answer=name, before=before, after=shown(fresh, name))
    newly_unknown = _note_unknown(fresh, not_known)
    for name in newly_unknown:
        if name not in changed:
            _tell(fresh, Kind.AMENDED, by=by, answer=name, after=UNKNOWN)
    if {"reason", "event_on"} & set(changed) and fresh.submitted_at:
        dates = _due_dates(fresh, fresh.submitted_at)
        fresh.decide_by, fresh.day_six_on = dates["decide_by"], dates["day_six_on"]
    fresh.revision += 1
    fresh.full_clean()
    fresh.save(update_fields=[*changed, "not_known", "revision", "decide_by", "day_six_on"])
    if changed or newly_unknown:
        work.post("referral.added", referral=fresh.pk)
    return fresh


def _note_unknown(referral: Referral, names: Iterable[str] | None) -> list[str]:
    """Write which answers are not known, where none is given; return those that are new to it."""
    before = referral.not_known
    named = before if names is None else names
    referral.not_known = sorted(name for name in named if not getattr(referral, name))
    return [name for name in referral.not_known if name not in before]


def shown(referral: Referral, answer: str) -> str:
    """Return an answer as a person reads it."""
    if answer in ("reason", "basis"):
        return str(getattr(referral, f"get_{answer}_display")())
    value = getattr(referral, answer)
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else str(value or "")


def _sent(referral: Referral, by: User) -> Referral:
    fresh = _locked(referral, by)
    if fresh.status not in UNDECIDED:
        raise WrongStatus(
            f"This referral is {fresh.get_status_display().lower()}, so nothing can be added. "
            "Ring the SEND team."
        )
    return fresh


@transaction.atomic
def ask(referral: Referral, *, questions: Iterable[str], words: str, by: User) -> RequestForMore:
    """Ask the school for exactly these answers; the case waits for it, and comes back by itself."""
    referral = make_move(referral, "ask", by=by)
    request = RequestForMore(
        referral=referral,
        questions=[name for name in ANSWERS if name in set(questions)],
        words=words,
        asked_by=by,
    )
    request.full_clean()
    request.save()
    said = "; ".join([*request.question_labels, *([words] if words else [])])
    _tell(referral, Kind.ASKED, by=by, after=said)
    work.post("referral.asked", referral=referral.pk)
    return request


@transaction.atomic
def answer(referral: Referral, *, words: str, by: User, **answers: Any) -> Referral:
    """Answer what the SEND team asked: the referral is with it again."""
    if answers:
        referral = amend(referral, by=by, **answers)
    referral = make_move(referral, "answer", by=by)
    referral.requests.filter(answered_at=None).update(answered_at=timezone.now())
    _tell(referral, Kind.ANSWERED, by=by, after=words)
    work.post("referral.answered", referral=referral.pk)
    return referral


def assign(referral: Referral, *, to: User | None, by: User) -> None:
    """Give an undecided referral to an officer, or to nobody."""
    for _, words in assign_all([referral], to=to, by=by):
        raise WrongStatus(words)


@transaction.atomic
def assign_all(
    referrals: Iterable[Referral], *, to: User | None, by: User
) -> list[tuple[Referral, str]]:
    """Assign what is undecided, and return a sentence for each that is not.

    Three statements, however many. Who has it already is given nothing anew.
    """
    _check(by, Permission.REFERRAL_DECIDE)
    asked, officer = list(referrals), to.pk if to else None
    rows = Referral.objects.as_user(by).select_for_update(of=("self",)).order_by("pk")
    fresh = rows.in_bulk([row.pk for row in asked])
    open_rows = (row for row in fresh.values() if row.status in UNDECIDED)
    given = [row for row in open_rows if row.assigned_to_id != officer]
    Referral.objects.filter(pk__in=[row.pk for row in given]).update(assigned_to=to)
    words = to.name if to else "nobody"
    Entry.objects.bulk_create(
        Entry(referral=row, kind=Kind.ASSIGNED, by=by, after=words) for row in given
    )
    return [
        (row, f"It is {fresh[row.pk].get_status_display().lower()} already.")
        for row in asked
        if fresh[row.pk].status not in UNDECIDED
    ]


@transaction.atomic
def decide(
    referral: Referral,
    *,
    verb: str,
    reason: str,
    by: User,
    tier: int | None = None,
    provider: Organisation | None = None,
    on: date | None = None,
) -> Referral:
    """Accept a referral for a tier, or decline it; tell the person who has it at the school.

    The day is today, or the one that paper records.
    """
    is_accepted = verb == "accept"
    referral = make_move(
        referral,
        verb,
        by=by,
        decided_on=on or localdate(),
        decided_by=by,
        decision_reason=reason,
        tier=tier if is_accepted else None,
        provider=provider if is_accepted else None,
    )
    referral.requests.filter(answered_at=None).update(answered_at=timezone.now())
    words = f"{referral.get_tier_display()}. {reason}" if is_accepted else reason
    at = timezone.make_aware(datetime.combine(on, time(12))) if on else timezone.now()
    _tell(referral, Kind.ACCEPTED if is_accepted else Kind.DECLINED, by=by, after=words, at=at)
    work.post("referral.decided", referral=referral.pk)
    return referral


@transaction.atomic
def undo(referral: Referral, *, by: User) -> Referral:
    """Take a decision back, as long as the school has not read it and nothing follows from it."""
    _check(by, Permission.REFERRAL_DECIDE)
    fresh = _locked(referral, by)
    if DecisionRead.objects.filter(referral=fresh).exists():
        raise WrongStatus("The school has read the decision, so it stands. Ring the school.")
    if fresh.is_placed:
        raise WrongStatus("A placement is open. End the placement instead.")
    referral = make_move(
        referral,
        "undo",
        by=by,
        decided_on=None,
        decided_by=None,
        decision_reason="",
        tier=None,
        provider=None,
    )
    _tell(referral, Kind.UNDONE, by=by)
    work.changed("referrals")
    return referral


def note_read(referral: Referral, *, by: User) -> None:
    """Remember that the school has opened the decision."""
    if not DecisionRead.objects.filter(referral=referral).exists():
        DecisionRead.objects.get_or_create(referral=referral, defaults={"by": by})
