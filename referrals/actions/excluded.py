"""What a permanent exclusion causes here: a referral by itself, so that the day-6 duty has an owner.

The actions run after the exclusion was recorded, in the name of the person who recorded it.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from apsystem.lib.gds import day
from pupils.models import PermanentExclusion, Pupil
from referrals.models import OPEN, Entry, Reason, Referral, SharingBasis, Status
from referrals.models.due import Clocks
from referrals.models.entry import Kind

WORDS = "{school} permanently excluded the pupil; the first day out of school is {on}."


@transaction.atomic
def open_for_exclusion(exclusion: PermanentExclusion) -> Referral:
    """Open a referral for a permanent exclusion, or link it to the one that is open. Once only.

    Where the day was put right afterwards, the referral and its clock follow.
    """
    Pupil.objects.select_for_update(of=("self",)).get(pk=exclusion.pupil_id)
    rows = Referral.objects.select_for_update(of=("self",))
    if linked := rows.filter(exclusion=exclusion).first():
        return _move(linked, exclusion)
    referral = rows.filter(pupil=exclusion.pupil_id, status__in=OPEN).first()
    is_new = referral is None
    words = WORDS.format(school=exclusion.school, on=day(exclusion.effective_on))
    if referral is None:
        referral = Referral(
            pupil=exclusion.pupil, school=exclusion.school, made_by=exclusion.recorded_by
        )
    was_sent = referral.status != Status.DRAFT
    if not was_sent and _lacks_consent(referral):
        referral.basis = ""  # the clock of day 6 does not wait for who consented
    referral.exclusion = exclusion
    referral.reason, referral.event_on = Reason.PERMANENT_EXCLUSION, exclusion.effective_on
    referral.concern = referral.concern or words
    referral.revision += 1
    if not was_sent:
        referral.status, referral.submitted_at = Status.SUBMITTED, timezone.now()
    _count(referral)
    referral.full_clean()
    referral.save()
    if not was_sent:
        _tell(referral, Kind.SUBMITTED, exclusion)
    if not is_new:
        _tell(referral, Kind.ADDED, exclusion, words)
    work.post("referral.added" if was_sent else "referral.submitted", referral=referral.pk)
    return referral


def _lacks_consent(referral: Referral) -> bool:
    is_whole = referral.consent_from and referral.consent_on
    return referral.basis == SharingBasis.CONSENT and not is_whole


def _move(referral: Referral, exclusion: PermanentExclusion) -> Referral:
    if referral.event_on != exclusion.effective_on:
        referral.exclusion, referral.event_on = exclusion, exclusion.effective_on
        _count(referral)
        referral.save(update_fields=["event_on", "decide_by", "day_six_on"])
        words = WORDS.format(school=exclusion.school, on=day(exclusion.effective_on))
        _tell(referral, Kind.ADDED, exclusion, words)
        work.post("referral.added", referral=referral.pk)
    return referral


@transaction.atomic
def note_withdrawal(exclusion: PermanentExclusion) -> Referral | None:
    """Say in the referral that the exclusion does not stand any more, and stop its day-6 clock."""
    rows = Referral.objects.select_for_update(of=("self",))
    referral = rows.select_related("exclusion").filter(exclusion=exclusion).first()
    if referral is None:
        return None
    _count(referral)
    referral.save(update_fields=["decide_by", "day_six_on"])
    _tell(
        referral,
        Kind.ADDED,
        exclusion,
        f"The permanent exclusion: {exclusion.get_result_display()}.",
    )
    work.post("referral.added", referral=referral.pk)
    return referral


def _count(referral: Referral) -> None:
    sent_on = localdate(referral.submitted_at)
    dates = Clocks.around({sent_on, referral.event_on}).due_dates(referral, sent_on)
    referral.decide_by, referral.day_six_on = dates["decide_by"], dates["day_six_on"]


def _tell(referral: Referral, kind: Kind, exclusion: PermanentExclusion, words: str = "") -> None:
    entry = Entry(referral=referral, kind=kind, by=exclusion.recorded_by, after=words)
    entry.full_clean()
    entry.save()
