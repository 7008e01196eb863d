"""The page of the children behind a figure."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import Permission
from apsystem.lib.pages import page_of
from pupils.models import Pupil
from reporting.kpis.arithmetic import rate
from reporting.views.figures import Asked, find_measure


@requires(Permission.FIGURES_CHILDREN)
def children(request: Request, slug: str) -> HttpResponse:
    """Show the children behind a figure: those whom this person may see."""
    found, asked = find_measure(slug), Asked.of(request)
    pupils = Pupil.objects.as_user(request.user)
    units = []
    if asked.period and not found.why_not(asked.period, asked.narrowing):
        units = found.children(asked.period, pupils, asked.narrowing)
    page = page_of(request, units)
    shown = {row.pk: row for row in pupils.filter(pk__in=[unit[0] for unit in page])}
    places = {row.pk: row for row in Organisation.objects.as_user(request.user).providers()}
    looked_at(request, shown, act="list")
    return render(
        request,
        "reporting/children.html",
        {
            "title": "Children behind the figure",
            "measure": found,
            "page": page,
            "total": len(units),
            "rows": [
                (shown[pupil], places.get(provider), above, below, rate(above, below, found.per))
                for pupil, provider, above, below in page
            ],
            **asked.said,
        },
    )
