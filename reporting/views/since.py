"""The page of what changed since a figure was kept, step by step."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.pages import page_of
from attendance.models.mark import MarkAmendmentQuerySet
from reporting.kpis.disclosure import Limits, in_words, withheld_by
from reporting.kpis.period import NoCalendar
from reporting.kpis.since import Since, corrections, leads_back
from reporting.kpis.since import since as tell_since
from reporting.models import Snapshot
from reporting.views.figures import Asked, find_measure

MOST_KEPT = 24


def _corrections(request: Request, then: Snapshot) -> MarkAmendmentQuerySet:
    rows = corrections(then).as_user(request.user).newest_first()
    return rows.select_related("mark__pupil", "by")


def _of_register(found: Since, smallest: int) -> str:
    corrected, made = (in_words(n, smallest) for n in (found.corrected, found.marked_later))
    marks = "mark of its period was" if corrected == "1" else "marks of its period were"
    return f"{corrected} {marks} corrected since, and {made} made."


def _same(then: Snapshot) -> dict[str, Any]:
    return {"year": then.year, "coverage": then.coverage, "provider": then.provider_id}


@requires(Permission.FIGURES_VIEW)
def since(request: Request, slug: str) -> HttpResponse:
    """Show what changed since a figure was kept, step by step."""
    measure, asked = find_measure(slug), request.GET.get("from", "")
    rows = Snapshot.objects.as_user(request.user).with_rows().filter(measure=slug)
    rows = rows.select_related("provider")
    then = rows.filter(pk=asked).first() if asked.isdecimal() else None
    if asked and then is None:
        raise Http404
    sees = request.user.can(Permission.FIGURES_CHILDREN)
    kept = rows.filter(**_same(then) if then else Asked.of(request).kept_alike)
    then = then or kept.first()
    limits, rule = Limits.in_force(), None
    rows = Snapshot.objects.as_user(request.user)
    if then and not sees:
        others = rows.filter(as_of__lte=then.as_of).latest_of(then.year, then.coverage)
        rule = withheld_by(measure, then, others, limits)
    try:
        found = tell_since(measure, then, localdate()) if then and not rule else None
    except NoCalendar as error:
        messages.error(request, str(error))
        return redirect("reporting:measure", slug)
    if found and not sees:
        others = rows.latest_of(found.then.year, found.then.coverage)
        rule = withheld_by(measure, found, others, limits)
        found = None if rule else found
    page = page_of(request, _corrections(request, found.then) if found else [])
    looked_at(request, {row.mark.pupil_id for row in page}, act="list")
    return render(
        request,
        "reporting/since.html",
        {
            "title": f"What changed: {measure.title}",
            "measure": measure,
            "then": then,
            "found": found,
            "page": page,
            "kept": kept[:MOST_KEPT],
            "sees": sees,
            "register": _of_register(found, 0 if sees else limits.smallest) if found else "",
            "hides": found is not None and not sees and leads_back(found.steps, limits.cohort),
            "why_hidden": rule.words(limits, of_children=measure.is_of_children) if rule else "",
            "smallest": limits.cohort,
        },
    )
