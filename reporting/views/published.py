"""Published figures: what ours are set beside, from which source, and how more are taken in."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.forms import CHECK, FileForm
from apsystem.lib.pages import page_of
from reporting import actions
from reporting.actions.layouts import LAYOUTS
from reporting.models import Comparator


class PublishedFilter(forms.Form):
    """One of the published measures. Its state is in the address."""

    measure = forms.CharField(required=False, max_length=80)


@requires(Permission.FIGURES_VIEW)
def index(request: Request) -> HttpResponse:
    """List the published figures, each with its source."""
    rows = Comparator.objects.as_user(request.user)
    known = list(rows.order_by("measure").values_list("measure", flat=True).distinct())
    form = PublishedFilter(request.GET)
    asked = form.cleaned_data["measure"] if form.is_valid() else ""
    shown = rows.filter(measure=asked) if asked in known else rows
    return render(
        request,
        "reporting/published.html",
        {
            "title": "Published figures",
            "page": page_of(request, shown.order_by("measure", "geography", "-year", "pk")),
            "measures": [(slug, slug.replace("_", " ").capitalize()) for slug in known],
            "asked": asked,
            "can_import": request.user.can(Permission.COMPARATOR_IMPORT),
        },
    )


@requires(Permission.COMPARATOR_IMPORT)
def take_in(request: Request) -> HttpResponse:
    """Read a file of published figures: say what would change, or take it in."""
    form = FileForm(request.POST or None, request.FILES or None)
    result, errors, is_check = None, [], True
    if form.is_valid():
        is_check = form.cleaned_data["do"] == CHECK
        try:
            result = actions.import_comparators(
                form.cleaned_data["file"].read(), by=request.user, dry_run=is_check
            )
        except actions.ImportRefused as error:
            errors = error.errors
            form.add_error("file", "The file was not taken in. What is wrong stands below")
    return render(
        request,
        "reporting/published_import.html",
        {
            "title": "Take in published figures",
            "form": form,
            "back_url": reverse("reporting:published"),
            "layouts": LAYOUTS.items(),
            "result": result,
            "errors": errors,
            "is_check": is_check,
        },
    )
