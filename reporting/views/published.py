"""Published figures: what ours are set beside, from which source, and how more are taken in."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import Request, requires
from accounts.permissions import Permission
from accounts.views import filling
from apsystem.lib.pages import page_of
from reporting import actions
from reporting.actions.layouts import LAYOUTS
from reporting.models import Comparator
from reporting.models.comparator import in_words


class PublishedFilter(forms.Form):
    """One of the published measures. Its state is in the address."""

    measure = forms.ChoiceField(required=False, label="Measure")

    def __init__(self, *args: Any, measures: Iterable[str], **kwargs: Any) -> None:
        """Offer the measures of which something is published."""
        super().__init__(*args, **kwargs)
        offered = [(one, in_words(one)) for one in measures]
        cast("forms.ChoiceField", self.fields["measure"]).choices = [("", "All"), *offered]


@requires(Permission.FIGURES_VIEW)
def index(request: Request) -> HttpResponse:
    """List the published figures, each with its source."""
    rows = Comparator.objects.as_user(request.user)
    known = rows.order_by("measure").values_list("measure", flat=True).distinct()
    form = PublishedFilter(request.GET, measures=known)
    asked = form.cleaned_data["measure"] if form.is_valid() else ""
    shown = rows.filter(measure=asked) if asked else rows
    return render(
        request,
        "reporting/published.html",
        {
            "title": "Published figures",
            "page": page_of(request, shown.order_by("measure", "geography", "-year", "pk")),
            "form": form,
            "can_import": request.user.can(Permission.COMPARATOR_IMPORT),
        },
    )


@requires(Permission.COMPARATOR_IMPORT)
def take_in(request: Request) -> HttpResponse:
    """Read a file of published figures: say what would change, or take it in."""
    return filling.take_in(
        request,
        actions.import_comparators,
        title="Take in published figures",
        back=reverse("reporting:published"),
        template="reporting/published_import.html",
        layouts=LAYOUTS.items(),
    )
