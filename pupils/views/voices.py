"""Somebody's say as staff see it: the list, the link, what was handed in, and the answer to it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from apsystem.lib.qr import qr_svg
from pupils import actions
from pupils.forms.voice import AskForm, RespondForm, SummaryForm, VoiceFilter
from pupils.models import Contact, Pupil, Voice, VoiceAnswer, VoiceResponse
from pupils.story import frame
from pupils.views.recordings import played

WAITS = [("answer", "An answer by staff"), ("words", "The person who was asked")]


def _found(request: Request, uid: str) -> Voice:
    voice = get_object_or_404(Voice.objects.as_user(request.user).with_names(), uid=uid)
    looked_at(request, [voice.pupil_id])
    return voice


@requires(Permission.VOICE_VIEW)
def index(request: Request) -> HttpResponse:
    """List who was asked, within reach, the newest first."""
    form = VoiceFilter(request.GET)
    rows = Voice.objects.as_user(request.user).with_names()
    page = page_of(request, rows.narrowed(form.waits_for, localdate()))
    looked_at(request, [row.pupil_id for row in page], act="list")
    context = {"title": "Own words", "page": page, "waits": WAITS}
    return render(request, "pupils/voices.html", context)


@requires(Permission.VOICE_VIEW)
def of_pupil(request: Request, uid: str) -> HttpResponse:
    """List what was asked about one child, the newest first."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    rows = Voice.objects.as_user(request.user).with_names().filter(pupil=pupil)
    return render(
        request,
        "pupils/voices_of_pupil.html",
        {
            **frame(pupil, request.user, "own-words"),
            "title": "Own words",
            "page": page_of(request, rows),
            "may_ask": request.user.can(Permission.VOICE_ASK),
        },
    )


@requires(Permission.VOICE_ASK)
def ask(request: Request, uid: str) -> HttpResponse:
    """Make a link for a young person or a parent."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    contacts = Contact.objects.as_user(request.user).filter(pupil=pupil)
    form = AskForm(request.POST or None, instance=Voice(pupil=pupil), contacts=contacts)
    if form.is_valid():
        try:
            voice = actions.ask(form.instance, pupil=pupil, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect(voice)
    context = {"title": "Ask for somebody's own words", "caption": pupil, "form": form}
    back = reverse("pupils:voices-of-pupil", args=[pupil.uid])
    return render(request, "form_page.html", {**context, "back_url": back})


@requires(Permission.VOICE_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show what was handed in, the link while it is of use, and the answers."""
    voice, user = _found(request, uid), request.user
    may_ask = user.can(Permission.VOICE_ASK)
    address = request.build_absolute_uri(reverse("pupils:say", args=[voice.token]))
    has_link = may_ask and not voice.cancelled_at
    given = VoiceAnswer.objects.as_user(user).given().filter(voice=voice)
    return render(
        request,
        "pupils/voice.html",
        {
            "title": "Own words",
            "voice": voice,
            "answers": given.select_related("voice", "recording"),
            "responses": VoiceResponse.objects.as_user(user).filter(voice=voice).select_related("by"),
            "may_ask": may_ask,
            "address": address if has_link else "",
            "drawn": qr_svg(address, "QR code of the link") if has_link else "",
        },
    )  # fmt: skip


@requires(Permission.VOICE_ASK)
def renew(request: Request, uid: str) -> HttpResponse:
    """Ask, and make a new link."""
    voice = _found(request, uid)
    return _confirmed(
        request,
        voice,
        lambda: actions.renew_link(voice, by=request.user),
        title="Make a new link?",
        body="The link from before opens nothing any more, and a new number is chosen. What was "
        "saved and not handed in is deleted, so that nobody else reads it by the new link.",
        action="Make a new link",
    )


@requires(Permission.VOICE_ASK)
def cancel(request: Request, uid: str) -> HttpResponse:
    """Ask, and take the link back."""
    voice = _found(request, uid)
    return _confirmed(
        request,
        voice,
        lambda: actions.cancel_voice(voice, by=request.user),
        title="Take the link back?",
        body="It opens nothing any more. What was saved and not handed in is read by nobody.",
        action="Take the link back",
    )


def _confirmed(
    request: Request,
    voice: Voice,
    act: Callable[[], object],
    *,
    title: str,
    body: str,
    action: str,
) -> HttpResponse:
    if request.method == "POST":
        try:
            act()
        except WrongStatus as error:
            messages.error(request, str(error))
        return redirect(voice)
    context = {"title": title, "caption": voice.pupil, "body": body, "action": action}
    return render(request, "confirm_page.html", {**context, "back_url": voice.get_absolute_url()})


@requires(Permission.VOICE_ASK)
def respond(request: Request, uid: str) -> HttpResponse:
    """Write what came of the words."""
    voice = _found(request, uid)
    form = RespondForm(request.POST or None, instance=VoiceResponse())
    return fill_in(
        request,
        form,
        lambda form: actions.respond(voice, form.instance, by=request.user),
        caption=voice.pupil,
        back=voice.get_absolute_url(),
        title="You said, we did, we could not because",
        done="The link shows your answer.",
        lead="Short sentences, plain words. The answer stays as you write it.",
    )


@requires(Permission.VOICE_ASK)
def sum_up(request: Request, uid: str, slug: str) -> HttpResponse:
    """Type what a recording says."""
    voice = _found(request, uid)
    answer = _heard(request, voice, slug)
    form = SummaryForm(request.POST or None, initial={"summary": answer.summary})
    return fill_in(
        request,
        form,
        lambda form: actions.sum_up(answer, by=request.user, **form.cleaned_data),
        caption=voice.pupil,
        back=voice.get_absolute_url(),
        title="Sum up the recording",
        done="The summary is saved.",
        lead=answer.asked,
    )


@requires(Permission.VOICE_VIEW)
def recording(request: Request, uid: str, slug: str) -> HttpResponse:
    """Play a recording that was handed in."""
    return played(_heard(request, _found(request, uid), slug).recording)


def _heard(request: Request, voice: Voice, slug: str) -> VoiceAnswer:
    rows = VoiceAnswer.objects.as_user(request.user).given().select_related("voice", "recording")
    return get_object_or_404(rows, voice=voice, question=slug, recording__isnull=False)
