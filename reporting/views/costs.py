"""The page of what placements cost."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.calendar import academic_year, year_label
from reporting.costs import costs as costs_of

YEARS_SHOWN = 5


@requires(Permission.COST_VIEW)
def costs(request: Request) -> HttpResponse:
    """Show what placements cost in an academic year, by provider and tier."""
    today = localdate()
    this_year = academic_year(today)
    years = {str(year): year for year in range(this_year, this_year - YEARS_SHOWN, -1)}
    year = years.get(request.GET.get("year", ""), this_year)
    lines, total = costs_of(request.user, year, today)
    return render(
        request,
        "reporting/costs.html",
        {
            "title": "Costs",
            "year": str(year),
            "year_words": year_label(year),
            "years": [(value, year_label(number)) for value, number in years.items()],
            "lines": lines,
            "total": total,
            "back_url": reverse("placements:places"),
        },
    )
