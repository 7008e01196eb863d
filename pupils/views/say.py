"""The pages behind the link: one question a screen, no account, and a number to come back with.

The link alone shows nothing that was said. See docs/decisions/0010-a-number-beside-the-link.md.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.access import looked_at_by_link, opened_by_link
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from pupils import actions
from pupils.forms.voice import DisagreeForm, HandInForm, NumberForm, SayForm
from pupils.models import Voice
from pupils.models.questions import Face, Who
from pupils.models.voice import opened_by, recorded, screens_of, shown_to
from pupils.views.recordings import played

OPENED_AN_HOUR = 1_000  # a school's children share one address
HARMLESS = "https://www.bbc.co.uk/weather"
MICROPHONE = "camera=(), geolocation=(), microphone=(self)"
Page = Callable[..., HttpResponse]


def by_link(page: Page) -> Page:
    """Open a page by the secret in its address. What opens nothing is the same 404."""

    @wraps(page)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        voice = opened_by(token)
        if voice is None:
            raise Http404
        response = page(request, voice, **kwargs)
        response["Permissions-Policy"] = MICROPHONE
        return response

    return opened_by_link("say", most=OPENED_AN_HOUR)(opened)


def by_number(page: Page) -> Page:
    """Open a page only to whoever typed the number in this browser, and write down the look."""

    @wraps(page)
    def opened(request: HttpRequest, voice: Voice, **kwargs: Any) -> HttpResponse:
        if request.session.get(_key(voice)) != voice.link:
            return redirect("pupils:say", voice.token)
        looked_at_by_link(request, [voice.pupil_id])
        return page(request, voice, **kwargs)

    return opened


def _key(voice: Voice) -> str:
    return f"say-{voice.pk}"


def _remember(request: HttpRequest, voice: Voice) -> None:
    request.session[_key(voice)] = voice.link


def _forget(request: HttpRequest, voice: Voice) -> None:
    request.session.pop(_key(voice), None)


def _page(request: HttpRequest, voice: Voice, name: str, **context: Any) -> HttpResponse:
    shared = {"title": "Your say", "voice": voice, "is_young": voice.who == Who.PUPIL}
    return render(request, f"say/{name}.html", {**shared, **context})


@by_link
def start(request: HttpRequest, voice: Voice) -> HttpResponse:
    """Say what it is for and who reads it, and ask for the number."""
    if request.session.get(_key(voice)) == voice.link:
        return redirect("pupils:say-all", voice.token)
    form = NumberForm(request.POST or None)
    if form.is_valid() and _is_in(voice, form):
        _remember(request, voice)
        if voice.is_open and not voice.answers.exists():
            return redirect("pupils:say-question", voice.token, 1)
        return redirect("pupils:say-all", voice.token)
    voice.refresh_from_db()
    return _page(request, voice, "start", form=form, is_saved="later" in request.GET)


def _is_in(voice: Voice, form: NumberForm) -> bool:
    number = form.cleaned_data["number"]
    try:
        if voice.number_hash:
            is_in = actions.is_right_number(voice, number)
            words = "This is not the right number. Try again."
        else:
            is_in = actions.choose_number(voice, number)
            words = "Somebody chose a number for this link before you. Ask for a new link."
    except WrongStatus as error:
        is_in, words = False, str(error)
    if not is_in:
        form.add_error("number", words)
    return is_in


@by_link
@by_number
def question(request: HttpRequest, voice: Voice, number: int) -> HttpResponse:
    """Ask one question. What is written is saved, skipped, or left for later."""
    screens = screens_of(voice)
    if not 1 <= number <= len(screens):
        raise Http404
    screen = screens[number - 1]
    press = request.POST.get("press", "")
    if not voice.is_open:
        return redirect("pupils:say-all", voice.token)
    form = SayForm(request.POST, request.FILES) if request.POST else SayForm.of(screen.saved)
    if press != "skip" and form.is_valid():
        _save(voice, screen.question.slug, form)
    if form.is_bound and request.headers.get("X-Autosave"):
        told = localtime().strftime("%H:%M")
        return JsonResponse({"saved": told}, status=400 if form.errors else 200)
    if press and (press == "skip" or not form.errors):
        return _after(request, voice, press, number, len(screens))
    return _page(
        request,
        voice,
        "question",
        title=screen.question.words,
        screen=screen,
        form=form,
        faces=Face.choices,
        count=len(screens),
        before=number - 1,
    )


def _save(voice: Voice, slug: str, form: SayForm) -> None:
    file = form.cleaned_data["recording"]
    said = actions.Said(
        words=form.cleaned_data["words"],
        face=form.cleaned_data["face"],
        recording=file.read(file.size or 0) if file else None,
    )
    try:
        actions.say(voice, slug, said)
    except ValidationError as error:
        take_errors(form, error)
    except WrongStatus as error:
        form.add_error(None, str(error))


def _after(
    request: HttpRequest, voice: Voice, press: str, number: int, count: int
) -> HttpResponseRedirect:
    if press == "later":
        _forget(request, voice)
        return redirect(reverse("pupils:say", args=[voice.token]) + "?later=1")
    if number < count and press != "all":
        return redirect("pupils:say-question", voice.token, number + 1)
    return redirect("pupils:say-all", voice.token)


@by_link
@by_number
def everything(request: HttpRequest, voice: Voice) -> HttpResponse:
    """Show everything back: to change, to take back, to hand in; and the answer, when it is there."""
    given = request.POST
    hand_in = HandInForm(given if given.get("press") == "hand in" else None)
    if voice.who == Who.PARENT:
        hand_in.fields["shows_parent"].required = False
    disagree = DisagreeForm(given if given.get("press") == "disagree" else None)
    problem = ""
    try:
        if _act(voice, request, hand_in, disagree):
            return redirect("pupils:say-all", voice.token)
    except ValidationError as error:
        problem = " ".join(error.messages)
    except WrongStatus as error:
        problem = str(error)
    screens = screens_of(voice)
    return _page(
        request,
        voice,
        "all",
        title="What you said",
        screens=screens,
        has_words=any(screen.saved for screen in screens),
        has_news=any(screen.is_news for screen in screens),
        form=hand_in if hand_in.is_bound else disagree,
        hand_in=hand_in,
        disagree=disagree,
        problem=problem,
        response=voice.responses.first(),
        shown=shown_to(voice),
    )


def _act(voice: Voice, request: HttpRequest, hand_in: HandInForm, disagree: DisagreeForm) -> bool:
    """Do what a button asks, and tell whether something was done."""
    if slug := request.POST.get("take_back"):
        actions.take_back(voice, slug)
    elif hand_in.is_bound and hand_in.is_valid():
        actions.hand_in(voice, shows_parent=hand_in.cleaned_data["shows_parent"])
    elif disagree.is_bound and disagree.is_valid():
        actions.disagree(voice, disagree.cleaned_data["disagreement"])
    else:
        return False
    return True


@by_link
@by_number
def take_back(request: HttpRequest, voice: Voice) -> HttpResponse:
    """Ask, and take everything back."""
    if not voice.is_open:
        return redirect("pupils:say-all", voice.token)
    if request.method == "POST":
        actions.take_all_back(voice)
        return redirect("pupils:say-all", voice.token)
    return _page(request, voice, "take_back", title="Take it all back?")


@by_link
@by_number
def recording(request: HttpRequest, voice: Voice, slug: str) -> HttpResponse:
    """Play what the person recorded."""
    return played(recorded(voice, slug))


@by_link
def leave(request: HttpRequest, voice: Voice) -> HttpResponse:
    """Forget the number in this browser, and go to a page about the weather."""
    _forget(request, voice)
    return redirect(HARMLESS)
