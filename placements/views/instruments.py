"""Pages of the council's instruments of assessment."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from placements import actions
from placements.forms import BandsForm, InstrumentForm, ScaleForm, SourceForm
from placements.models import Informant, Instrument, Scale, plain


@requires(Permission.ASSESSMENT_VIEW)
def instruments(request: Request) -> HttpResponse:
    """Show with what pupils are assessed, and what the scores mean."""
    return render(
        request,
        "placements/instruments.html",
        {
            "title": "Instruments of assessment",
            "rows": Instrument.objects.as_user(request.user).whole(),
            "can_change": request.user.can(Permission.INSTRUMENT_CHANGE),
        },
    )


def _act(
    request: Request, form: forms.BaseForm, title: str, caption: object, act: Callable[[], object]
) -> HttpResponse:
    back = reverse("placements:instruments")
    if form.is_valid():
        try:
            act()
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect(back)
    return render(
        request,
        "form_page.html",
        {"title": title, "caption": caption, "form": form, "back_url": back},
    )


@requires(Permission.INSTRUMENT_CHANGE)
def add(request: Request) -> HttpResponse:
    """Add an instrument."""
    form = InstrumentForm(request.POST or None)

    def act() -> object:
        return actions.save_instrument(form.instance, by=request.user)

    return _act(request, form, "Add an instrument", "", act)


def _found(request: Request, pk: int) -> Instrument:
    return get_object_or_404(Instrument.objects.as_user(request.user).whole(), pk=pk)


@requires(Permission.INSTRUMENT_CHANGE)
def change(request: Request, pk: int) -> HttpResponse:
    """Change an instrument, or take it out of use."""
    row = _found(request, pk)
    form = InstrumentForm(request.POST or None, instance=row)

    def act() -> object:
        return actions.save_instrument(form.instance, by=request.user)

    return _act(request, form, "Change an instrument", "", act)


@requires(Permission.INSTRUMENT_CHANGE)
def add_scale(request: Request, pk: int) -> HttpResponse:
    """Add a scale to an instrument."""
    row = _found(request, pk)
    scale = Scale(instrument=row, place=len(row.scales.all()) + 1)
    form = ScaleForm(request.POST or None, instance=scale)

    def act() -> object:
        return actions.save_scale(form.instance, by=request.user)

    return _act(request, form, "Add a scale", row, act)


def _scale(request: Request, pk: int) -> Scale:
    rows = Scale.objects.as_user(request.user).select_related("instrument")
    return get_object_or_404(rows, pk=pk)


@requires(Permission.INSTRUMENT_CHANGE)
def change_scale(request: Request, pk: int) -> HttpResponse:
    """Change a scale."""
    scale = _scale(request, pk)
    form = ScaleForm(request.POST or None, instance=scale)

    def act() -> object:
        return actions.save_scale(form.instance, by=request.user)

    return _act(request, form, "Change a scale", scale.instrument, act)


def _informant(instrument: Instrument, value: str) -> Informant:
    if value not in instrument.informants:
        raise Http404
    return Informant(value)


@requires(Permission.INSTRUMENT_CHANGE)
def bands(request: Request, pk: int, informant: str) -> HttpResponse:
    """Set what the scores of a scale mean, for one informant."""
    scale = _scale(request, pk)
    who = _informant(scale.instrument, informant)
    rows = list(scale.bands.filter(informant=who).order_by("lowest"))
    initial = {"source": rows[0].source if rows else ""}
    for number, row in enumerate(rows, start=1):
        initial |= {f"name_{number}": row.name, f"lowest_{number}": plain(row.lowest)}
    form = BandsForm(request.POST or None, initial=initial)

    def act() -> object:
        return actions.set_bands(
            scale, who, bands=form.bands, source=form.cleaned_data["source"], by=request.user
        )

    title = f"Bands of {scale.name}: {who.label.lower()}"
    return _act(request, form, title, scale.instrument, act)


@requires(Permission.INSTRUMENT_CHANGE)
def confirm(request: Request, pk: int, informant: str) -> HttpResponse:
    """Name the source of draft bands, so that they count."""
    row = _found(request, pk)
    who = _informant(row, informant)
    form = SourceForm(request.POST or None)

    def act() -> object:
        source = form.cleaned_data["source"]
        return actions.confirm_bands(row, who, source=source, by=request.user)

    return _act(request, form, f"Use the draft bands: {who.label.lower()}", row, act)
