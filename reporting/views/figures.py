"""The governance dashboard: a figure, what it is made of, and what it is set beside."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.pages import page_of
from pupils.models import Pupil
from reporting.kpis import REGISTRY, Measure, Period
from reporting.kpis.arithmetic import rate
from reporting.kpis.compare import compare, gap
from reporting.kpis.measure import NoCalendar
from reporting.models import Comparator, Coverage, Snapshot, Target

YEARS_OFFERED = 3
# The strategy's three priorities, and what shows whether the system keeps its own time.
PRIORITIES = {
    1: "Priority 1: sustainable transitions and preparation for adulthood",
    2: "Priority 2: excellent attendance",
    3: "Priority 3: a high quality outreach service",
    0: "How the system runs",
}


def _choice(request: Request) -> tuple[int, Coverage]:
    this_year = academic_year(localdate())
    years = [str(this_year - back) for back in range(YEARS_OFFERED)]
    year = request.GET.get("year", "")
    coverage = request.GET.get("coverage", "")
    offered = (Coverage.TWO_TERMS, Coverage.YEAR)
    return (
        int(year) if year in years else this_year,
        Coverage(coverage) if coverage in offered else Coverage.TWO_TERMS,
    )


def _filters(year: int, coverage: Coverage) -> dict[str, Any]:
    this_year = academic_year(localdate())
    return {
        "year": year,
        "coverage": coverage,
        "years": [(y, year_label(y)) for y in range(this_year, this_year - YEARS_OFFERED, -1)],
        "coverages": [(c.value, c.label) for c in (Coverage.TWO_TERMS, Coverage.YEAR)],
    }


def _sees_small(request: Request) -> bool:
    return bool(request.user.roles & REACH_ALL)


def _tile(
    measure: Measure,
    snapshots: dict[str, Snapshot],
    published: list[Comparator],
    targets: dict[str, Target],
    *,
    sees_small: bool,
) -> dict[str, Any]:
    snapshot = snapshots.get(measure.slug)
    is_shown = snapshot is not None and (
        sees_small or snapshot.is_shown_to_all(settings.SMALLEST_COHORT)
    )
    target = targets.get(measure.slug)
    goal = target.value if target else measure.target
    return {
        "measure": measure,
        "snapshot": snapshot,
        "is_shown": is_shown,
        "comparison": compare(measure, snapshot if is_shown else None, published),
        "target": target,
        "gap": gap(goal, snapshot) if snapshot and goal is not None else "",
        "beside": _beside(snapshot) if snapshot and is_shown else [],
        "published_for": measure.published.school_type if measure.published else "",
    }


def _beside(snapshot: Snapshot) -> list[tuple[str, int]]:
    """Return what was counted apart: in progress, not known, left out."""
    return [(words, count) for words, count in snapshot.counts.items() if count]


@requires(Permission.FIGURES_VIEW)
def dashboard(request: Request) -> HttpResponse:
    """Show every figure of the chosen period beside what is published."""
    year, coverage = _choice(request)
    snapshots = Snapshot.objects.as_user(request.user).latest_of(year, coverage)
    published = list(Comparator.objects.as_user(request.user).filter(coverage=coverage))
    targets = Target.objects.as_user(request.user).of_year(year)
    tiles = [
        _tile(measure, snapshots, published, targets, sees_small=_sees_small(request))
        for measure in REGISTRY.values()
    ]
    return render(
        request,
        "reporting/dashboard.html",
        {
            "title": "Figures",
            "headlines": [tile for tile in tiles if tile["measure"].is_headline],
            "groups": [
                {"title": title, "tiles": [t for t in tiles if t["measure"].priority == priority]}
                for priority, title in PRIORITIES.items()
            ],
            "period": _period_words(year, coverage),
            "smallest": settings.SMALLEST_COHORT,
            **_filters(year, coverage),
        },
    )


def _period_words(year: int, coverage: Coverage) -> str:
    return f"{coverage.label.capitalize()} {year_label(year)}"


def find_measure(slug: str) -> Measure:
    """Return a measure by its name in the address, or raise Http404."""
    if slug not in REGISTRY:
        raise Http404
    return REGISTRY[slug]


@requires(Permission.FIGURES_VIEW)
def measure(request: Request, slug: str) -> HttpResponse:
    """Show how a figure is worked out."""
    found, (year, coverage) = find_measure(slug), _choice(request)
    snapshots = Snapshot.objects.as_user(request.user).latest_of(year, coverage)
    published = list(Comparator.objects.as_user(request.user).filter(coverage=coverage))
    targets = Target.objects.as_user(request.user).of_year(year)
    tile = _tile(found, snapshots, published, targets, sees_small=_sees_small(request))
    return render(
        request,
        "reporting/measure.html",
        {
            "title": found.title,
            "tile": tile,
            "period": _period_words(year, coverage),
            "smallest": settings.SMALLEST_COHORT,
            "sees_children": request.user.can(Permission.FIGURES_CHILDREN),
            **_filters(year, coverage),
        },
    )


@requires(Permission.FIGURES_CHILDREN)
def children(request: Request, slug: str) -> HttpResponse:
    """Show the children behind a figure: those whom this person may see."""
    found, (year, coverage) = find_measure(slug), _choice(request)
    pupils = Pupil.objects.as_user(request.user)
    try:
        period = Period.of(year, coverage, localdate())
        units = found.children(period, pupils)
    except NoCalendar:
        units = []
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
            "period": _period_words(year, coverage),
            "page": page,
            "total": len(units),
            "rows": [
                (shown[pupil], places.get(provider), above, below, rate(above, below))
                for pupil, provider, above, below in page
            ],
            **_filters(year, coverage),
        },
    )
