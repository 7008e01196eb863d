"""Finding a child, and the child's page."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts.access import Request, looked_at, requires
from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.pages import page_in_one, page_of
from attendance.story import part_time
from placements.models import Placement, WeekPattern, here
from placements.story import placed_by_schools, placements_told
from pupils.models import Contact, Need, Pupil
from pupils.story import KINDS, chronology, frame, page_of_events
from referrals.models import Referral
from reporting import actions
from reporting.forms.asked import ChronologyForm
from reporting.models import LastLook


class SearchForm(forms.Form):
    """Part of a name, a UPN, or a date of birth."""

    q = forms.CharField(max_length=100, required=False, strip=True)


@requires(Permission.PUPIL_SEARCH)
def search(request: Request) -> HttpResponse:
    """Find pupils by part of a name, UPN or date of birth."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    page = None
    if asked:
        rows = Pupil.objects.as_user(request.user)
        by_upn = request.user.can(Permission.PUPIL_IDENTIFY)
        page = page_in_one(request, rows.matching(asked, by_upn=by_upn))
        looked_at(request, [pupil.pk for pupil in page], act="search")
    return render(
        request,
        "reporting/search.html",
        {
            "title": "Find a pupil",
            "form": form,
            "asked": asked,
            "page": page,
            "can_identify": request.user.can(Permission.PUPIL_IDENTIFY),
            "can_add": request.user.can(Permission.PUPIL_ADD),
        },
    )


def find(request: Request, uid: str, **more: Any) -> Pupil:
    rows = Pupil.objects.as_user(request.user).annotate(**more)
    found = get_object_or_404(rows, uid=uid)
    looked_at(request, [found.pk])
    return found


@requires(Permission.PUPIL_VIEW)
def pupil(request: Request, uid: str) -> HttpResponse:
    """Show a child: who, whom to ring, where the child is, and what happened, newest first."""
    user, weeks = request.user, WeekPattern.objects.as_user(request.user)
    with transaction.atomic():  # the look is written down twice, and waits for the disk once
        found = find(request, uid, week=weeks.told_of_pupil(localdate()))
        seen = actions.look(found, by=user)
    contacts, needs = Contact.objects.as_user(user), Need.objects.as_user(user)
    framed = frame(found, user, "overview", since=seen, contacts=contacts, needs=needs)
    form = ChronologyForm(request.GET, counts=framed["counts"])
    events, following = page_of_events(
        found,
        user,
        kind=form.chosen,
        sources=framed["sources"],
        since=seen if form.is_since_look else None,
        after=form.cursor,
        seen=seen,
    )
    return render(
        request,
        "reporting/pupil.html",
        {
            **framed,
            "title": "Pupil",
            "form": form,
            "events": events,
            "following": following,
            "seen": seen,
            "part_time": part_time(found, user, framed["sources"]),
            "week": _week(found, user),
            "by_schools": placed_by_schools(found, user, framed["sources"]),
            "can_commission": user.can(Permission.COMMISSION_RECORD),
            "can_identify": user.can(Permission.PUPIL_IDENTIFY),
            "can_change": user.can(Permission.PUPIL_CHANGE),
            "can_ask_panel": user.can(Permission.PANEL_PREPARE),
        },
    )


def _week(pupil: Pupil, user: User) -> dict[str, str] | None:
    """Return what is said of this week, if it is one of a return by steps. `pupil` read it."""
    week = pupil.week if user.can(Permission.PLACEMENT_VIEW) else None  # type: ignore[attr-defined]
    return week and {**week, "here": here(week["sessions"])}


@requires(Permission.PUPIL_VIEW)
@require_safe
def printed(request: Request, uid: str) -> HttpResponse:
    """Show the whole chronology as a document, oldest first, with who printed it and when."""
    found, user = find(request, uid), request.user
    framed = frame(found, user, "", since=None)
    form = ChronologyForm(request.GET, counts=framed["counts"])
    since = _looked_before(request, found) if form.is_since_look else None
    events = chronology(found, user, kind=form.chosen, since=since)
    return render(
        request,
        "reporting/chronology.html",
        {
            **framed,
            "title": "Chronology",
            "events": events[::-1],
            "kind": KINDS.get(form.chosen),
            "since": since,
            "now": timezone.now(),
        },
    )


def _looked_before(request: Request, pupil: Pupil) -> datetime | None:
    looks = LastLook.objects.as_user(request.user).filter(pupil=pupil)
    return looks.values_list("before", flat=True).first()


def section(request: Request, found: Pupil, slug: str, title: str, **context: Any) -> HttpResponse:
    framed = frame(found, request.user, slug)
    return render(request, f"reporting/pupil_{slug}.html", {**framed, "title": title, **context})


@requires(Permission.REFERRAL_VIEW)
def referrals(request: Request, uid: str) -> HttpResponse:
    """List the child's referrals."""
    found = find(request, uid)
    rows = Referral.objects.as_user(request.user).filter(pupil=found).with_names()
    page = page_of(request, rows)
    return section(request, found, "referrals", "Referrals of a pupil", page=page)


@requires(Permission.PLACEMENT_VIEW)
def placements(request: Request, uid: str) -> HttpResponse:
    """List the child's placements."""
    found = find(request, uid)
    rows = placements_told(Placement.objects.as_user(request.user), request.user)
    page = page_of(request, rows.filter(pupil=found).with_names())
    return section(request, found, "placements", "Placements of a pupil", page=page)
