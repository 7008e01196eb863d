"""What staff do about somebody's say: invite, make a new link, sum up a recording, answer."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.models.personal import hash_of
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from pupils.actions.saying import forget_saved
from pupils.models import Pupil, Voice, VoiceAnswer, VoiceResponse
from pupils.models.meetings import next_meeting
from pupils.models.questions import About


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
    if voice.ends_on is None:
        _follow(voice)
    if voice.ends_on <= localdate():
        raise ValidationError({"ends_on": "The last day must not be before today."})
    if voice.contact and voice.contact.pupil_id != pupil.pk:
        raise ValidationError({"contact": "Choose a contact of this pupil."})
    voice.token_hash = hash_of(voice.token)
    voice.full_clean()
    voice.save()
    return voice


def _follow(voice: Voice) -> None:
    """Let the last day be the day before the next meeting that is booked."""
    on = next_meeting(voice.pupil_id, About(voice.about), localdate())
    if on is None:
        raise ValidationError(
            {"ends_on": "No meeting for this is booked so far. Enter the last day."}
        )
    voice.ends_on, voice.follows_meeting = on, True


@transaction.atomic
def follow_meeting(pupils: Iterable[int], about: About, *, since: date | None = None) -> None:
    """Let the links that follow a meeting end with the one that is booked now.

    Without one they stay as they are. A link that is over goes on only where it was made since a
    day, for a matter that was put off, and where nobody has answered it.
    """
    today = localdate()
    which = Q(ends_on__gt=today)
    if since is not None:
        which |= Q(made_on__gte=since)
    rows = Voice.objects.filter(which, pupil__in=list(pupils), about=about, follows_meeting=True)
    rows = rows.filter(cancelled_at=None, responses=None)
    for voice in rows.select_for_update(of=("self",)).order_by("pk"):
        on = next_meeting(voice.pupil_id, about, today)
        if on is not None and on != voice.ends_on:
            voice.ends_on = on
            voice.save(update_fields=["ends_on"])


@transaction.atomic
def end_with_meeting(pupil: int, about: About, *, held_on: date) -> None:
    """Let the links that follow a meeting end today, where it was held before the day it was due."""
    today = localdate()
    rows = Voice.objects.filter(pupil=pupil, about=about, follows_meeting=True, cancelled_at=None)
    rows = rows.filter(made_on__lte=held_on, ends_on__gt=today)
    for voice in rows.select_for_update(of=("self",)).order_by("pk"):
        voice.ends_on = max(today, voice.made_on + timedelta(days=1))
        voice.save(update_fields=["ends_on"])


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
