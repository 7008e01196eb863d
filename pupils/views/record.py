"""Pages that change a child's record. The page that shows it reads across: see reporting."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from pupils import actions
from pupils.forms.pupil import NewPupilForm, PupilForm
from pupils.forms.record import (
    CareForm,
    CensusItemsForm,
    ContactForm,
    DestinationForm,
    EndPlanForm,
    LastDayForm,
    LeavingForm,
    PlanForm,
    RollForm,
)
from pupils.models import CareStatus, CensusItems, Contact, EhcPlan, Enrolment, Pupil


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
            seen = form.cleaned_data["seen"]
            actions.change(form.instance, seen=seen, by=request.user, needs=form.needs)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("reporting:pupil", uid)
    return _form_page(request, form, "Change the pupil's details", "")


def _record(
    request: Request, pupil: Pupil, form: forms.BaseForm, title: str, act: Callable[[], object]
) -> HttpResponse:
    """Show a form about a child, act when it is filled in rightly, and return to the child."""
    looked_at(request, [pupil.pk])
    back = reverse("reporting:pupil", args=[pupil.uid])
    if form.is_valid():
        try:
            act()
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect(back)
    return render(
        request,
        "form_page.html",
        {"title": title, "caption": pupil, "form": form, "back_url": back},
    )


def _found(request: Request, uid: str) -> Pupil:
    return get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)


@requires(Permission.PUPIL_CHANGE)
def add_contact(request: Request, uid: str) -> HttpResponse:
    """Add a person to ring."""
    pupil, form = _found(request, uid), ContactForm(request.POST or None)

    def act() -> object:
        return actions.add_contact(form.instance, pupil=pupil, by=request.user)

    return _record(request, pupil, form, "Add a contact", act)


@requires(Permission.PUPIL_CHANGE)
def change_contact(request: Request, uid: str, pk: int) -> HttpResponse:
    """Change a person to ring: the number, the order, and how they hear of absence."""
    rows = Contact.objects.as_user(request.user).select_related("pupil")
    contact = get_object_or_404(rows, pupil__uid=uid, pk=pk)
    form = ContactForm(request.POST or None, instance=contact)

    def act() -> object:
        return actions.change_contact(
            form.instance, seen=form.cleaned_data["seen"], by=request.user
        )

    return _record(request, contact.pupil, form, "Change a contact", act)


@requires(Permission.PUPIL_CHANGE)
def census_items(request: Request, uid: str) -> HttpResponse:
    """Enter what the collections ask of a pupil and the details do not hold."""
    pupil = _found(request, uid)
    known = CensusItems.objects.as_user(request.user).of(pupil).first()
    form = CensusItemsForm(request.POST or None, instance=known or CensusItems())

    def act() -> object:
        seen = form.cleaned_data["seen"]
        return actions.set_census_items(form.instance, pupil=pupil, seen=seen, by=request.user)

    return _record(request, pupil, form, "Details for the census", act)


@requires(Permission.PUPIL_CHANGE)
def record_plan(request: Request, uid: str) -> HttpResponse:
    """Record an EHC plan."""
    pupil, form = _found(request, uid), PlanForm(request.POST or None)

    def act() -> object:
        return actions.record_plan(pupil, by=request.user, **form.cleaned_data)

    return _record(request, pupil, form, "Record an EHC plan", act)


@requires(Permission.PUPIL_CHANGE)
def end_plan(request: Request, uid: str) -> HttpResponse:
    """End the EHC plan in force."""
    plans = EhcPlan.objects.as_user(request.user).in_force().select_related("pupil")
    pupil = get_object_or_404(plans, pupil__uid=uid).pupil
    form = EndPlanForm(request.POST or None)

    def act() -> object:
        return actions.end_plan(pupil, by=request.user, **form.cleaned_data)

    return _record(request, pupil, form, "End the EHC plan", act)


@requires(Permission.PUPIL_CHANGE)
def add_care(request: Request, uid: str) -> HttpResponse:
    """Record how children's social care knows the pupil."""
    pupil, form = _found(request, uid), CareForm(request.POST or None)

    def act() -> object:
        return actions.add_care(pupil, care=form.instance, by=request.user)

    return _record(request, pupil, form, "Add a care status", act)


@requires(Permission.PUPIL_CHANGE)
def end_care(request: Request, uid: str, pk: int) -> HttpResponse:
    """End a care status."""
    rows = CareStatus.objects.as_user(request.user).not_over(localdate()).select_related("pupil")
    care = get_object_or_404(rows, pupil__uid=uid, pk=pk)
    form = LastDayForm(request.POST or None, button="End the care status")

    def act() -> object:
        return actions.end_care(care, by=request.user, **form.cleaned_data)

    return _record(request, care.pupil, form, f"End the care status: {care}", act)


@requires(Permission.PUPIL_CHANGE)
def move(request: Request, uid: str) -> HttpResponse:
    """Put the pupil on another roll."""
    pupil, form = _found(request, uid), RollForm(request.POST or None, by=request.user)

    def act() -> object:
        return actions.move(pupil, enrolment=form.instance, by=request.user)

    return _record(request, pupil, form, "Put on another roll", act)


@requires(Permission.PUPIL_CHANGE)
def end_enrolment(request: Request, uid: str, pk: int) -> HttpResponse:
    """End the pupil's time on a roll."""
    rows = Enrolment.objects.as_user(request.user).endable()
    rows = rows.select_related("pupil", "organisation")
    enrolment = get_object_or_404(rows, pupil__uid=uid, pk=pk)
    form = LeavingForm(request.POST or None, enrolment=enrolment)

    def act() -> object:
        return actions.end_enrolment(enrolment, by=request.user, **form.cleaned_data)

    title = f"End the time on the roll of {enrolment.organisation}"
    return _record(request, enrolment.pupil, form, title, act)


@requires(Permission.PUPIL_CHANGE)
def destination(request: Request, uid: str, pk: int) -> HttpResponse:
    """Record where a pupil went who left a roll."""
    rows = Enrolment.objects.as_user(request.user).over(localdate())
    rows = rows.select_related("pupil", "organisation")
    enrolment = get_object_or_404(rows, pupil__uid=uid, pk=pk)
    form = DestinationForm(request.POST or None, enrolment=enrolment)

    def act() -> object:
        return actions.say_destination(enrolment, by=request.user, **form.cleaned_data)

    title = f"Where the pupil went after {enrolment.organisation}"
    return _record(request, enrolment.pupil, form, title, act)


@requires(Permission.LEAVER_VIEW)
def leavers(request: Request) -> HttpResponse:
    """List who left a roll while nothing says where to."""
    rows = Enrolment.objects.as_user(request.user).without_destination(localdate())
    rows = rows.select_related("pupil", "organisation").order_by("-ends_on", "pk")
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "pupils/leavers.html",
        {
            "title": "Left a roll, destination not recorded",
            "page": page,
            "can_change": request.user.can(Permission.PUPIL_CHANGE),
        },
    )
