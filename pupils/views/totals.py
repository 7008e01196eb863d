"""Headcounts, files of suspensions, and the days on which a reason may be used."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import Request, requires
from accounts.permissions import Permission
from accounts.views import filling
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from pupils import actions
from pupils.actions.file_rows import LAYOUTS
from pupils.forms.headcount import HeadcountForm, ReasonForm
from pupils.models import ExclusionReason, Headcount


@requires(Permission.HEADCOUNT_CHANGE)
def headcounts(request: Request) -> HttpResponse:
    """List the headcounts, the newest year first."""
    rows = Headcount.objects.as_user(request.user).select_related("school")
    return render(
        request,
        "pupils/headcounts.html",
        {"title": "Pupils on roll", "page": page_of(request, rows)},
    )


def _enter(request: Request, form: HeadcountForm, title: str) -> HttpResponse:
    if form.is_valid():
        try:
            actions.enter_headcount(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The headcount is saved. The rates are computed anew.")
            return redirect("pupils:headcounts")
    back = reverse("pupils:headcounts")
    return render(request, "form_page.html", {"title": title, "form": form, "back_url": back})


@requires(Permission.HEADCOUNT_CHANGE)
def add_headcount(request: Request) -> HttpResponse:
    """Enter a headcount."""
    form = HeadcountForm(request.POST or None, by=request.user)
    return _enter(request, form, "Enter a headcount")


@requires(Permission.HEADCOUNT_CHANGE)
def change_headcount(request: Request, pk: int) -> HttpResponse:
    """Put a headcount right."""
    row = get_object_or_404(Headcount.objects.as_user(request.user), pk=pk)
    form = HeadcountForm(request.POST or None, instance=row, by=request.user)
    return _enter(request, form, "Change a headcount")


@requires(Permission.EXCLUSION_IMPORT)
def take_in(request: Request) -> HttpResponse:
    """Read a file of suspensions or headcounts: say what would change, or take it in."""
    return filling.take_in(
        request,
        actions.import_suspensions,
        title="Take in a file",
        back=reverse("pupils:suspensions"),
        template="pupils/import.html",
        layouts=LAYOUTS.items(),
    )


@requires(Permission.REASON_CHANGE)
def reasons(request: Request) -> HttpResponse:
    """List the reasons, and on which days each may be used."""
    rows = ExclusionReason.objects.as_user(request.user)
    return render(
        request, "pupils/reasons.html", {"title": "Reasons of suspensions", "rows": rows}
    )


@requires(Permission.REASON_CHANGE)
def change_reason(request: Request, code: str) -> HttpResponse:
    """Set on which days a reason may be used."""
    row = get_object_or_404(ExclusionReason.objects.as_user(request.user), pk=code)
    form = ReasonForm(request.POST or None, instance=row)
    if form.is_valid():
        try:
            days = {name: form.cleaned_data[name] for name in ReasonForm.Meta.fields}
            actions.change_reason(row, by=request.user, **days)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("pupils:reasons")
    return render(
        request,
        "form_page.html",
        {
            "title": f"{row.code}: {row.label}",
            "form": form,
            "back_url": reverse("pupils:reasons"),
        },
    )
