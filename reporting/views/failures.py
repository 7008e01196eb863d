"""Which figures could not be worked out, for those who see to it."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.pages import page_of
from reporting.kpis import REGISTRY
from reporting.models import FailedFigure


@requires(Permission.FIGURES_WATCH)
def index(request: Request) -> HttpResponse:
    """List the figures whose newest attempt failed."""
    page = page_of(request, FailedFigure.objects.as_user(request.user))
    return render(
        request,
        "reporting/failures.html",
        {
            "title": "Figures that could not be worked out",
            "page": page,
            "lines": [
                (row, getattr(REGISTRY.get(row.measure), "title", row.measure)) for row in page
            ],
        },
    )
