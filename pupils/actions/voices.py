"""What staff do about somebody's say: invite, make a new link, sum up a recording, answer."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.models.personal import hash_of
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from pupils.actions.saying import forget_saved
from pupils.models import Pupil, Voice, VoiceAnswer, VoiceResponse


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def _locked(voice: Voice, by: User, permission: Permission) -> Voice:
    _check(by, permission)
    fresh: Voice = Voice.objects.as_user(by).select_for_update(of=("self",)).get(pk=voice.pk)
    if fresh.cancelled_at:
        raise WrongStatus("This is cancelled, so its link opens nothing. Ask again instead.")
    return fresh


@transaction.atomic
def ask(voice: Voice, *, pupil: Pupil, by: User) -> Voice:
    """Make the link by which a young person or a parent says something."""
    _check(by, Permission.VOICE_ASK)
    voice.pupil = Pupil.objects.as_user(by).get(pk=pupil.pk)
    voice.made_by = by
    if voice.ends_on and voice.ends_on <= localdate():
        raise ValidationError({"ends_on": "The last day must not be before today."})
    if voice.contact and voice.contact.pupil_id != pupil.pk:
        raise ValidationError({"contact": "Choose a contact of this pupil."})
    voice.token_hash = hash_of(voice.token)
    voice.full_clean()
    voice.save()
    return voice


@transaction.atomic
def renew_link(voice: Voice, *, by: User) -> Voice:
    """Make a new link: the one before opens nothing, and a new number is chosen.

    What was saved and not handed in is forgotten, so that nobody reads it by a new link.
    """
    fresh = _locked(voice, by, Permission.VOICE_ASK)
    forget_saved(fresh)
    fresh.link += 1
    fresh.token_hash = hash_of(fresh.token)
    fresh.number_hash, fresh.wrong_numbers = "", 0
    fresh.save(update_fields=["link", "token_hash", "number_hash", "wrong_numbers"])
    return fresh


@transaction.atomic
def cancel_voice(voice: Voice, *, by: User) -> Voice:
    """Take the link back before anything was handed in."""
    fresh = _locked(voice, by, Permission.VOICE_ASK)
    if fresh.finished_at:
        raise WrongStatus("This is handed in already, so it stays.")
    fresh.cancelled_at = timezone.now()
    fresh.save(update_fields=["cancelled_at"])
    return fresh


@transaction.atomic
def sum_up(answer: VoiceAnswer, *, summary: str, by: User) -> VoiceAnswer:
    """Type what a recording says, for those who cannot listen. The recording stays."""
    _locked(answer.voice, by, Permission.VOICE_ASK)
    rows = VoiceAnswer.objects.as_user(by).given().select_for_update(of=("self",))
    fresh: VoiceAnswer = rows.get(pk=answer.pk)
    fresh.summary = summary
    fresh.full_clean()
    fresh.save(update_fields=["summary"])
    return fresh


@transaction.atomic
def respond(voice: Voice, response: VoiceResponse, *, by: User) -> VoiceResponse:
    """Tell the person what came of the words: you said, we did, we could not because."""
    fresh = _locked(voice, by, Permission.VOICE_ASK)
    if not fresh.finished_at:
        raise WrongStatus("Nothing is handed in, so there is nothing to answer yet.")
    response.voice, response.by = fresh, by
    response.full_clean()
    response.save()
    return response
