"""Pages of a pupil's assessments: scores and their change, recording, amending, taking back."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from placements import actions
from placements.forms import AmendForm, ScoresForm, TakeBackForm
from placements.models import Assessment, Instrument, series_of
from pupils.models import Pupil
from pupils.story import frame

Act = Callable[[], object]


def _found(request: Request, uid: str) -> Pupil:
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    return pupil


@requires(Permission.ASSESSMENT_VIEW)
def assessments(request: Request, uid: str) -> HttpResponse:
    """Show a pupil's scores, and how they changed."""
    pupil, user = _found(request, uid), request.user
    rows = Assessment.objects.as_user(user).of_pupil(pupil)
    can_record = user.can(Permission.ASSESSMENT_RECORD)
    return render(
        request,
        "placements/assessments.html",
        {
            **frame(pupil, user, "assessments"),
            "title": "Assessments",
            "series": series_of(rows),
            "amendable": set(rows.amendable_by(user).values_list("pk", flat=True))
            if can_record
            else set(),
            "instruments": Instrument.objects.as_user(user).in_use() if can_record else [],
        },
    )


def _act(
    request: Request, pupil: Pupil, form: forms.BaseForm, *, title: str, done: str, act: Act
) -> HttpResponse:
    back = reverse("placements:assessments", args=[pupil.uid])
    if form.is_valid():
        try:
            act()
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(back)
    return render(
        request,
        "form_page.html",
        {"title": title, "caption": pupil, "form": form, "back_url": back},
    )


@requires(Permission.ASSESSMENT_RECORD)
def assess(request: Request, uid: str, instrument: int) -> HttpResponse:
    """Record scores."""
    pupil = _found(request, uid)
    rows = Instrument.objects.as_user(request.user).in_use().whole()
    chosen = get_object_or_404(rows, pk=instrument)
    form = ScoresForm(request.POST or None, instrument=chosen)

    def act() -> object:
        return actions.record(pupil, instrument=chosen, by=request.user, **form.told)

    return _act(request, pupil, form, title=str(chosen), done="The scores are saved.", act=act)


def _amendable(request: Request, uid: str) -> Assessment:
    rows = (
        Assessment.objects.as_user(request.user)
        .amendable_by(request.user)
        .select_related("pupil", "instrument")
    )
    row = get_object_or_404(rows.prefetch_related("scores", "instrument__scales"), uid=uid)
    looked_at(request, [row.pupil_id])
    return row


@requires(Permission.ASSESSMENT_RECORD)
def amend(request: Request, uid: str) -> HttpResponse:
    """Amend recorded scores, with the reason."""
    row = _amendable(request, uid)
    form = AmendForm(request.POST or None, assessment=row)

    def act() -> object:
        return actions.amend(row, by=request.user, **form.told)

    title, done = f"Amend: {row}", "The scores are amended."
    return _act(request, row.pupil, form, title=title, done=done, act=act)


@requires(Permission.ASSESSMENT_RECORD)
def take_back(request: Request, uid: str) -> HttpResponse:
    """Take scores off the child's page, with the reason."""
    row = _amendable(request, uid)
    form = TakeBackForm(request.POST or None)

    def act() -> object:
        return actions.take_back(row, by=request.user, **form.cleaned_data)

    title, done = f"Take back: {row}", "The scores are taken back."
    return _act(request, row.pupil, form, title=title, done=done, act=act)
