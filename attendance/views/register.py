"""Pages of the register."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, localtime

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_PROVIDER, Permission
from apsystem.lib.calendar import Session
from attendance import actions
from attendance.forms.outside import NotExpected
from attendance.forms.register import Register
from attendance.models import MarkAmendment
from attendance.models.expected import count_asked_for, count_expected
from placements.models import Placement

NOON = 12
SESSIONS = {"am": Session.AM, "pm": Session.PM}


@requires(Permission.REGISTER_VIEW)
def today(request: Request) -> HttpResponse:
    """Open the session that is happening now, or let council staff choose a provider."""
    own = request.user.organisations_as(REACH_PROVIDER)
    half = "am" if localtime().hour < NOON else "pm"
    providers = Organisation.objects.as_user(request.user).providers()
    if own:
        provider = get_object_or_404(providers, pk=own[0])
        return redirect("attendance:register", provider.uid, localdate().isoformat(), half)
    asked, session = Placement.objects.as_user(request.user), SESSIONS[half]
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
            "can_check": request.user.can(Permission.REGISTER_CHECK),
        },
    )


@requires(Permission.REGISTER_VIEW)
def register(request: Request, provider: str, on: str, half: str) -> HttpResponse:
    """Show and mark the register of one session. Nothing is marked until a person says so."""
    place = get_object_or_404(Organisation.objects.as_user(request.user).providers(), uid=provider)
    day = _read_day(on)
    own = request.user.organisations_as(REACH_PROVIDER)
    if half not in SESSIONS or (own and place.pk not in own):
        raise Http404
    found = Register.read(place, day, SESSIONS[half], request.user)
    others = NotExpected.read(place, day, SESSIONS[half], request.user)
    shown = [line.placement.pupil_id for line in found.lines]
    looked_at(request, shown + others.pupils, act="list")
    closed, may_mark = "", request.user.can(Permission.REGISTER_MARK)
    if request.method == "POST":
        if not may_mark:
            raise Http404
        try:
            saved = actions.mark(
                place, day, SESSIONS[half], found.take(request.POST), by=request.user
            )
        except ValidationError as error:
            closed = error.messages[0]
        else:
            if not saved.problems:
                messages.success(request, f"{saved.written} saved at {localtime():%H:%M}.")
                return redirect(request.path)
            found = _again(found, saved, request)
    else:
        closed = _why_closed(place, day)
    return render(
        request,
        "attendance/register.html",
        {
            "title": f"Register, {day:%A} {'morning' if half == 'am' else 'afternoon'}",
            "register": found,
            "not_expected": others,
            "closed": closed,
            "may_mark": may_mark,
            "half": half,
            "other_half": "pm" if half == "am" else "am",
            "today": localdate(),
        },
    )


def _again(found: Register, saved: actions.Saved, request: Request) -> Register:
    """Read the register anew, and keep what was typed on the lines that were not saved."""
    fresh = Register.read(found.provider, found.on, found.session, request.user)
    fresh.take(request.POST)
    fresh.show(saved)
    for line in fresh.lines:
        if not line.problem:
            line.chosen = line.reason = ""
    return fresh


def _read_day(on: str) -> date:
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise Http404 from error
    return day


def _why_closed(place: Organisation, day: date) -> str:
    try:
        actions.check_open(place, day)
    except ValidationError as error:
        return error.messages[0]
    return ""


@requires(Permission.REGISTER_VIEW)
def amendments(request: Request, placement: str, on: str, half: str) -> HttpResponse:
    """Show every version of a mark: original, amended, why, when, who, in which position."""
    found = get_object_or_404(Placement.objects.as_user(request.user).with_names(), uid=placement)
    if half not in SESSIONS:
        raise Http404
    looked_at(request, [found.pupil_id])
    rows = (
        MarkAmendment.objects.as_user(request.user)
        .newest_first()
        .filter(
            mark__placement=found,
            mark__date=_read_day(on),
            mark__session=SESSIONS[half],
        )
    )
    return render(
        request,
        "attendance/amendments.html",
        {"title": "Changes of a mark", "placement": found, "rows": rows, "on": _read_day(on),
         "half": half},
    )  # fmt: skip
