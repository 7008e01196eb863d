"""Pages of the placements that schools arrange themselves: the record, and its gaps."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_ALL, REACH_SCHOOL, Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from placements import actions
from placements.forms import (
    CheckForm,
    OutcomeForm,
    SchoolPlacementFilter,
    SchoolPlacementForm,
)
from placements.models import QualityCheck, SchoolPlacement
from pupils.models import Pupil


@requires(Permission.COMMISSION_VIEW)
def index(request: Request) -> HttpResponse:
    """List what schools arrange, within reach, with the gaps of each record."""
    user, form = request.user, SchoolPlacementFilter(request.GET)
    rows = SchoolPlacement.objects.as_user(user).narrowed(**form.narrowing).whole()
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    sees_all = bool(user.roles & REACH_ALL)
    return render(
        request,
        "placements/commissioned_list.html",
        {
            "title": "Placements that schools arrange",
            "page": page,
            "schools": Organisation.objects.as_user(user).schools() if sees_all else [],
            "can_record": user.can(Permission.COMMISSION_RECORD),
            "can_export": user.can(Permission.COMMISSION_EXPORT),
        },
    )


def _found(request: Request, uid: str) -> SchoolPlacement:
    row = get_object_or_404(SchoolPlacement.objects.as_user(request.user).whole(), uid=uid)
    looked_at(request, [row.pupil_id])
    return row


@requires(Permission.COMMISSION_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show the record of a placement, and what it lacks."""
    row = _found(request, uid)
    return render(
        request,
        "placements/commissioned.html",
        {
            "title": "Placement that a school arranged",
            "row": row,
            "can_record": request.user.can(Permission.COMMISSION_RECORD),
        },
    )


def _act(
    request: Request, pupil: Pupil, form: Any, *, title: str, back: str, act: Callable[[], Any]
) -> HttpResponse:
    if form.is_valid():
        try:
            saved = act()
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("placements:commissioned", saved.uid)
    return render(
        request,
        "form_page.html",
        {"title": title, "caption": pupil, "form": form, "back_url": back},
    )


def _school(request: Request) -> Organisation:
    for entry in request.user.acting:
        if entry.role in REACH_SCHOOL:
            return entry.organisation
    raise Http404


@requires(Permission.COMMISSION_RECORD)
def add(request: Request, pupil: str) -> HttpResponse:
    """Begin the record of a placement that the own school arranges."""
    found = get_object_or_404(Pupil.objects.as_user(request.user), uid=pupil)
    looked_at(request, [found.pk])
    form = SchoolPlacementForm(request.POST or None, by=request.user)

    def act() -> SchoolPlacement:
        form.instance.uid = form.cleaned_data["uid"] or form.instance.uid
        return actions.record_own(
            form.instance, pupil=found, school=_school(request), by=request.user
        )

    back = reverse("reporting:pupil", args=[found.uid])
    return _act(request, found, form, title="Record a placement", back=back, act=act)


def _change(request: Request, row: SchoolPlacement, form: Any, title: str) -> HttpResponse:
    def act() -> SchoolPlacement:
        seen = form.cleaned_data["seen"] or 0
        return actions.change_own(form.instance, seen=seen, by=request.user)

    back = reverse("placements:commissioned", args=[row.uid])
    return _act(request, row.pupil, form, title=title, back=back, act=act)


@requires(Permission.COMMISSION_RECORD)
def change(request: Request, uid: str) -> HttpResponse:
    """Change the record of a placement."""
    row = _found(request, uid)
    form = SchoolPlacementForm(request.POST or None, instance=row, by=request.user)
    return _change(request, row, form, "Change the record")


@requires(Permission.COMMISSION_RECORD)
def outcome(request: Request, uid: str) -> HttpResponse:
    """Record how a placement went."""
    row = _found(request, uid)
    form = OutcomeForm(request.POST or None, instance=row)
    return _change(request, row, form, "How it went")


@requires(Permission.COMMISSION_RECORD)
def add_check(request: Request, uid: str) -> HttpResponse:
    """Record a check of the quality of the place."""
    row = _found(request, uid)
    form = CheckForm(request.POST or None, instance=QualityCheck())

    def act() -> SchoolPlacement:
        return actions.add_check(row, form.instance, by=request.user).placement

    back = reverse("placements:commissioned", args=[row.uid])
    return _act(request, row.pupil, form, title="Record a quality check", back=back, act=act)
