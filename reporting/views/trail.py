"""Who looked at a child's record."""

from collections.abc import Iterable

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import Request, requires
from accounts.models import Organisation, User, ViewEntry
from accounts.permissions import Permission
from apsystem.lib.forms import GdsForm
from apsystem.lib.pages import page_of
from pupils.models import Pupil


class TrailForm(GdsForm):
    """Which child's trail to read. The answer names who looked, never the child."""

    submit_label = "Show who looked"

    pupil = forms.CharField(
        label="Pupil's UPN, or the reference at the end of the pupil's address",
        max_length=40,
        error_messages={"required": "Enter a UPN or a reference"},
    )


@requires(Permission.TRAIL_VIEW)
def who_looked(request: Request) -> HttpResponse:
    """Show every look at one child's record, newest first, the case's own staff included."""
    form = TrailForm(request.GET if "pupil" in request.GET else None)
    form.helper.form_method = "get"
    page, rows = None, []
    if form.is_valid():
        found = Pupil.objects.numbered(form.cleaned_data["pupil"])
        if found is None:
            form.add_error("pupil", "No pupil has this UPN or reference")
        else:
            page = page_of(request, ViewEntry.objects.as_user(request.user).of_pupil(found))
            rows = _with_names(page)
    return render(
        request,
        "reporting/who_looked.html",
        {"title": "Who looked", "form": form, "page": page, "rows": rows},
    )


def _with_names(
    page: Iterable[ViewEntry],
) -> list[tuple[ViewEntry, User | None, Organisation | None]]:
    entries = list(page)
    people = User.objects.in_bulk([entry.user_id for entry in entries])
    places = Organisation.objects.in_bulk(
        [entry.organisation_id for entry in entries if entry.organisation_id]
    )
    return [
        (entry, people.get(entry.user_id), places.get(entry.organisation_id)) for entry in entries
    ]
