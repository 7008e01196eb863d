"""What somebody does who holds a link: chooses a number, says something, changes, takes back."""

from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import work
from accounts.workflow import WrongStatus
from apsystem.lib.audio import checked_recording
from pupils.models import Document, Voice, VoiceAnswer
from pupils.models.document import RECORDINGS

ENDINGS = dict(zip(RECORDINGS, ["webm", "ogg", "m4a"], strict=True))
OVER = "The time for this is over. You can still talk to the person who gave you the link."


@dataclass(frozen=True)
class Said:
    """What was said on one screen."""

    words: str = ""
    face: str = ""
    recording: bytes | None = None


def _locked(voice: Voice) -> Voice:
    fresh = Voice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    if not fresh.is_open:
        raise WrongStatus(OVER)
    return fresh


@transaction.atomic
def choose_number(voice: Voice, number: str) -> bool:
    """Keep the number that opens what is said. False where another one was chosen before."""
    fresh = _locked(voice)
    if fresh.number_hash:
        return False
    fresh.number_hash = fresh.hash_of_number(number)
    fresh.save(update_fields=["number_hash"])
    return True


@transaction.atomic
def is_right_number(voice: Voice, number: str) -> bool:
    """Tell whether a number opens it, and count the wrong ones. Too many lock the link."""
    fresh = Voice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    if fresh.is_locked or not fresh.number_hash:
        return False
    if constant_time_compare(fresh.number_hash, fresh.hash_of_number(number)):
        if fresh.wrong_numbers:
            Voice.objects.filter(pk=fresh.pk).update(wrong_numbers=0)
        return True
    Voice.objects.filter(pk=fresh.pk).update(wrong_numbers=F("wrong_numbers") + 1)
    return False


@transaction.atomic
def say(voice: Voice, question: str, said: Said) -> VoiceAnswer | None:
    """Save what was said to a question. Readers see it when it is handed in.

    An empty screen saves nothing, and takes back nothing but words and a face that were there.
    """
    fresh = _locked(voice)
    row = VoiceAnswer.objects.saved().filter(voice=fresh, question=question).first()
    row = row or VoiceAnswer(voice=fresh, question=question)
    row.words, row.face, row.saved_at = said.words, said.face, timezone.now()
    before = row.recording
    if said.recording is not None:
        row.recording = _keep(fresh, said.recording)
    if not (row.words or row.face or row.recording):
        if row.pk:
            row.delete()
        return None
    row.full_clean()
    row.save()
    if before and before != row.recording:
        _drop_if_unused(before)
    return row


def _keep(voice: Voice, content: bytes) -> Document:
    try:
        found = checked_recording(content)
    except ValidationError as error:
        raise ValidationError({"recording": error}) from error
    document = Document(
        pupil_id=voice.pupil_id,
        name=f"Recording.{ENDINGS[found.media_type]}",  # type: ignore[index]
        media_type=found.media_type,
        size=len(found.content),
    )
    document.file.save(document.name, ContentFile(found.content), save=False)
    document.full_clean()
    document.save()
    return document


def _drop_if_unused(document: Document) -> None:
    """Delete a recording that no answer holds any more: the row now, the file after the commit."""
    if VoiceAnswer.objects.filter(recording=document).exists():
        return
    transaction.on_commit(partial(document.file.storage.delete, str(document.file.name)))
    document.delete()


@transaction.atomic
def take_back(voice: Voice, question: str) -> None:
    """Take back what was said to a question, for everybody and at once."""
    fresh = _locked(voice)
    _forget(fresh, Q(question=question))
    if fresh.finished_at and not VoiceAnswer.objects.given().filter(voice=fresh).exists():
        _take_all_back(fresh)


@transaction.atomic
def take_all_back(voice: Voice) -> None:
    """Take everything back. Nobody reads it, and something else can be said until the last day."""
    fresh = _locked(voice)
    _forget(fresh, Q())
    _take_all_back(fresh)


def _take_all_back(voice: Voice) -> None:
    voice.finished_at, voice.taken_back_at, voice.shows_parent = None, timezone.now(), None
    voice.save(update_fields=["finished_at", "taken_back_at", "shows_parent"])
    work.changed("voices")


def forget_saved(voice: Voice) -> None:
    """Forget what was saved and not handed in: nobody but the person ever reads that."""
    _forget(voice, Q(is_given=False))
    for given in VoiceAnswer.objects.given().filter(voice=voice):
        VoiceAnswer.objects.create(
            voice=voice,
            question=given.question,
            words=given.words,
            face=given.face,
            recording=given.recording,
            saved_at=given.saved_at,
        )


def _forget(voice: Voice, which: Q) -> None:
    rows = VoiceAnswer.objects.filter(which, voice=voice)
    kept = Document.objects.filter(pk__in=list(rows.values_list("recording", flat=True)))
    documents = list(kept)
    rows.delete()
    for document in documents:
        _drop_if_unused(document)


@transaction.atomic
def hand_in(voice: Voice, *, shows_parent: bool | None) -> Voice:
    """Give what is saved to the readers, in place of what they had before."""
    fresh = _locked(voice)
    saved = {row.question: row for row in VoiceAnswer.objects.saved().filter(voice=fresh)}
    if not saved:
        raise ValidationError("You have not said anything yet. Answer one question first.")
    given = {row.question: row for row in VoiceAnswer.objects.filter(voice=fresh, is_given=True)}
    for question in given.keys() - saved.keys():
        _forget(fresh, Q(question=question, is_given=True))
    for question, row in saved.items():
        _give(given.get(question) or VoiceAnswer(voice=fresh, question=question), row)
    fresh.finished_at, fresh.taken_back_at = timezone.now(), None
    fresh.shows_parent = shows_parent
    fresh.full_clean()
    fresh.save(update_fields=["finished_at", "taken_back_at", "shows_parent"])
    work.changed("voices")
    return fresh


def _give(given: VoiceAnswer, saved: VoiceAnswer) -> None:
    before = given.recording
    if before != saved.recording:
        given.summary = ""
    given.is_given = True
    given.words, given.face, given.recording = saved.words, saved.face, saved.recording
    given.saved_at = saved.saved_at
    given.full_clean()
    given.save()
    if before and before != saved.recording:
        _drop_if_unused(before)


@transaction.atomic
def disagree(voice: Voice, words: str) -> Voice:
    """Keep that the person does not agree with the answer, beside the answer."""
    fresh = Voice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    if not fresh.responses.exists():
        raise WrongStatus("There is no answer yet. Wait until you see one.")
    fresh.disagreement, fresh.disagreed_at = words, timezone.now()
    fresh.full_clean()
    fresh.save(update_fields=["disagreement", "disagreed_at"])
    return fresh
