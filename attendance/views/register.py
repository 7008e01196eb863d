"""Pages of the register."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, localtime

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.models.calendar import school_days_beside
from accounts.permissions import REACH_PROVIDER, Permission
from apsystem.lib.calendar import Session, session_at
from attendance import actions
from attendance.actions.exports import read_iso
from attendance.forms import taps
from attendance.forms.register import Register
from attendance.models import Mark, MarkAmendment, TakenBack
from attendance.models.expected import count_asked_for, count_expected
from placements.models import Placement

SESSIONS = {"am": Session.AM, "pm": Session.PM}
HALVES = {session: half for half, session in SESSIONS.items()}


@requires(Permission.REGISTER_VIEW)
def today(request: Request) -> HttpResponse:
    """Open the session that is happening now, or let council staff choose a provider."""
    own = request.user.organisations_as(REACH_PROVIDER)
    session = session_at(localtime())
    half = HALVES[session]
    providers = Organisation.objects.as_user(request.user).providers()
    if own:
        provider = get_object_or_404(providers, pk=own[0])
        return redirect("attendance:register", provider.uid, localdate().isoformat(), half)
    asked = Placement.objects.as_user(request.user)
    expected = count_expected(asked, localdate(), session)
    marked = count_asked_for(asked, localdate(), session)
    rows = [
        (provider, expected[provider.pk], marked.get(provider.pk, 0))
        for provider in providers
        if provider.pk in expected
    ]
    return render(
        request,
        "attendance/today.html",
        {
            "title": "Registers today",
            "rows": rows,
            "on": localdate(),
            "half": half,
            "can_import": request.user.can(Permission.MARK_IMPORT),
            "can_check": request.user.can(Permission.REGISTER_CHECK),
            "can_correct": request.user.can(Permission.REGISTER_CORRECT),
        },
    )


@requires(Permission.REGISTER_VIEW)
def register(request: Request, provider: str, on: str, half: str) -> HttpResponse:
    """Show and mark the register of one session. Nothing is marked until a person says so."""
    place = get_object_or_404(Organisation.objects.as_user(request.user).providers(), uid=provider)
    day = read_day(on)
    own = request.user.organisations_as(REACH_PROVIDER)
    if half not in SESSIONS or (own and place.pk not in own):
        raise Http404
    if request.method == "POST" and not request.user.can(Permission.REGISTER_MARK):
        raise Http404
    if request.method == "POST" and request.headers.get("X-Register") == "1":
        return _taps(request, place, day, SESSIONS[half])
    found = Register.read(place, day, SESSIONS[half], request.user)
    looked_at(request, found.pupils, act="list")
    closed = ""
    if request.method == "POST":
        entries = found.take(request.POST)
        try:
            saved = actions.mark(place, day, SESSIONS[half], entries, by=request.user)
        except ValidationError as error:
            closed = error.messages[0]
        else:
            found.show(saved)
            if not found.problems:
                messages.success(request, f"{saved.written} saved at {localtime():%H:%M}.")
                return redirect(request.path)
            found = _again(found, saved, request)
    return render(request, "attendance/register.html", _shown(request, found, closed, half))


def _shown(request: Request, found: Register, closed: str, half: str) -> dict[str, Any]:
    before, after, is_open = school_days_beside(found.provider, found.on)
    if not closed and not (is_open and found.on <= localdate()):
        closed = actions.why_closed(found.provider, found.on)
    own = request.user.organisations_as(REACH_PROVIDER)
    return {
        "title": f"Register, {found.on:%A} {'morning' if half == 'am' else 'afternoon'}",
        "register": found,
        "closed": closed,
        "why_empty": "" if found.lines or closed else found.why_empty,
        "may_mark": request.user.can(Permission.REGISTER_MARK) and not closed,
        "can_import": request.user.can(Permission.MARK_IMPORT),
        "can_correct": bool(own) and request.user.can(Permission.REGISTER_CORRECT),
        "half": half,
        "other_half": "pm" if half == "am" else "am",
        "before": before,
        "after": after if after and after <= localdate() else None,
        "undo_seconds": actions.UNDO_SECONDS,
    }


def _taps(request: Request, place: Organisation, day: date, session: int) -> JsonResponse:
    """Save what a device sends line by line. The answer names no child, so nobody is looked at."""
    try:
        sent = taps.read(request.body)
        answered = actions.deliver(place, day, session, sent, by=request.user)
    except taps.NotUnderstood:
        problem = "This page is out of date. Open the register again."
        return JsonResponse({"problem": problem}, status=HTTPStatus.BAD_REQUEST)
    except actions.OtherBody:
        problem = "These marks were sent before, and say something else now. Mark them again."
        return JsonResponse({"problem": problem}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except ValidationError as error:
        return JsonResponse({"problem": error.messages[0]}, status=HTTPStatus.CONFLICT)
    return JsonResponse(taps.answer(answered, f"{localtime(answered.at):%H:%M}"))


def _again(found: Register, saved: actions.Saved, request: Request) -> Register:
    """Read the register anew, and keep what was typed on the lines that were not saved."""
    fresh = Register.read(found.provider, found.on, found.session, request.user)
    kept = {line.placement.pk: line for line in found.problems}
    for line in fresh.lines:
        if line.placement.pk in kept:
            line.typed = kept[line.placement.pk].typed
            line.problem = kept[line.placement.pk].problem
    return fresh


def read_day(on: str) -> date:
    """Return the day of an address, or answer that there is no such page."""
    day = read_iso(on)
    if day is None:
        raise Http404
    return day


@requires(Permission.REGISTER_VIEW)
def amendments(request: Request, placement: str, on: str, half: str) -> HttpResponse:
    """Show every version of a mark: original, amended, why, when, who, in which position."""
    found = get_object_or_404(Placement.objects.as_user(request.user).with_names(), uid=placement)
    if half not in SESSIONS:
        raise Http404
    day, session = read_day(on), SESSIONS[half]
    looked_at(request, [found.pupil_id])
    marks = Mark.objects.as_user(request.user).select_related("code", "marked_by")
    rows = MarkAmendment.objects.as_user(request.user).newest_first()
    back = TakenBack.objects.as_user(request.user).order_by("-at")
    here = {"placement": found, "date": day, "session": session}
    return render(
        request,
        "attendance/amendments.html",
        {
            "title": "Changes of a mark",
            "placement": found,
            "mark": marks.filter(**here).first(),
            "rows": rows.filter(**{f"mark__{name}": value for name, value in here.items()}),
            "taken_back": back.filter(**here),
            "on": day,
            "half": half,
        },
    )
