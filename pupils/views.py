"""Pages that change a child's record. The page that shows it reads across: see reporting."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.forms import take_errors
from pupils import actions
from pupils.forms import ContactForm, NewPupilForm, PlanForm, PupilForm
from pupils.models import Pupil


def _form_page(request: Request, form: forms.BaseForm, title: str, back: str) -> HttpResponse:
    return render(request, "form_page.html", {"title": title, "form": form, "back": back})


@requires(Permission.PUPIL_ADD)
def add(request: Request) -> HttpResponse:
    """Add a pupil who is not known yet."""
    schools = Organisation.objects.as_user(request.user).schools()
    if not request.user.roles & REACH_ALL:
        schools = schools.filter(pk__in=[entry.organisation_id for entry in request.user.acting])
    form = NewPupilForm(request.POST or None, schools=schools)
    if form.is_valid():
        try:
            pupil = actions.add(
                form.instance,
                school=form.cleaned_data["school"],
                on_roll_from=form.cleaned_data["on_roll_from"],
                needs=form.needs,
                by=request.user,
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("reporting:pupil", pupil.uid)
    return _form_page(request, form, "Add a pupil", "reporting:search")


@requires(Permission.PUPIL_CHANGE)
def change(request: Request, uid: str) -> HttpResponse:
    """Change a pupil's details."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    form = PupilForm(request.POST or None, instance=pupil)
    if form.is_valid():
        try:
            actions.change(form.instance, by=request.user, needs=form.needs)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("reporting:pupil", uid)
    return _form_page(request, form, "Change the pupil's details", "")


@requires(Permission.PUPIL_CHANGE)
def add_contact(request: Request, uid: str) -> HttpResponse:
    """Add a person to ring."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    form = ContactForm(request.POST or None)
    if form.is_valid():
        try:
            actions.add_contact(pupil, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("reporting:pupil", uid)
    return _form_page(request, form, "Add a contact", "")


@requires(Permission.PUPIL_CHANGE)
def record_plan(request: Request, uid: str) -> HttpResponse:
    """Record an EHC plan."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    form = PlanForm(request.POST or None)
    if form.is_valid():
        try:
            actions.record_plan(pupil, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("reporting:pupil", uid)
    return _form_page(request, form, "Record an EHC plan", "")
