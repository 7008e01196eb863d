"""Targets of figures: what is in force for a year, how it came about, and when it was reviewed."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.pages import page_of
from reporting import actions
from reporting.forms.targets import TargetForm, TargetReviewForm, years_offered
from reporting.kpis import REGISTRY
from reporting.models import Target, TargetReview
from reporting.views.figures import find_measure

REVIEW = "review"


def _year(request: Request) -> int:
    asked = request.GET.get("year", "")
    offered = {str(year): year for year in years_offered()}
    return offered.get(asked, academic_year(localdate()))


@requires(Permission.FIGURES_VIEW)
def index(request: Request) -> HttpResponse:
    """List the targets of a year, or those that nobody reviewed for a year."""
    year, waits = _year(request), request.GET.get("waits", "")
    rows, owner = Target.objects.as_user(request.user), request.GET.get("owner", "")
    if waits == REVIEW:
        rows = rows.review_due(localdate())
        rows = rows.filter(owner=int(owner)) if owner.isdecimal() else rows
    else:
        rows = rows.in_force().reviewed().filter(year=year)
    page = page_of(request, rows.select_related("owner").order_by("measure", "-year"))
    taken = set(Target.objects.as_user(request.user).of_year(year))
    return render(
        request,
        "reporting/targets.html",
        {
            "title": "Targets",
            "page": page,
            "lines": [(row, REGISTRY.get(row.measure)) for row in page],
            "year": year,
            "years": [(one, year_label(one)) for one in years_offered()],
            "year_words": year_label(year),
            "waits": waits if waits == REVIEW else "",
            "can_set": request.user.can(Permission.TARGET_SET),
            "unset": [found for slug, found in REGISTRY.items() if slug not in taken],
        },
    )


@requires(Permission.FIGURES_VIEW)
def detail(request: Request, slug: str) -> HttpResponse:
    """Show every target that a figure had, the newest first, with its reviews."""
    measure = find_measure(slug)
    rows = Target.objects.as_user(request.user).filter(measure=slug)
    page = page_of(request, rows.order_by("-set_at", "-pk").select_related("owner", "set_by"))
    reviews: dict[int, list[TargetReview]] = {}
    for review in (
        TargetReview.objects.as_user(request.user)
        .filter(target__in=list(page))
        .select_related("by")
    ):
        reviews.setdefault(review.target_id, []).append(review)
    in_force = set(rows.in_force().values_list("pk", flat=True))
    return render(
        request,
        "reporting/target.html",
        {
            "title": f"Targets: {measure.title}",
            "measure": measure,
            "page": page,
            "lines": [(row, reviews.get(row.pk, []), row.pk in in_force) for row in page],
            "can_set": request.user.can(Permission.TARGET_SET),
        },
    )


@requires(Permission.TARGET_SET)
def set_target(request: Request, slug: str) -> HttpResponse:
    """Set a target, or set it anew."""
    measure, year = find_measure(slug), _year(request)
    before = Target.objects.as_user(request.user).of_year(year).get(slug)
    kept = ("baseline", "baseline_words", "value", "due_on", "owner", "words")
    initial = {name: getattr(before, name) for name in kept} if before else {}
    form = TargetForm(
        request.POST or None,
        instance=Target(measure=slug),
        by=request.user,
        year=year,
        initial=initial,
    )
    return fill_in(
        request,
        form,
        lambda form: actions.set_target(form.instance, by=request.user),
        title="Set a target anew" if before else "Set a target",
        caption=measure.title,
        lead=measure.definition,
        done="The target is set.",
        back=reverse("reporting:target", args=[slug]),
    )


@requires(Permission.TARGET_SET)
def review(request: Request, pk: int) -> HttpResponse:
    """Review a target."""
    row = get_object_or_404(Target.objects.as_user(request.user), pk=pk)
    return fill_in(
        request,
        TargetReviewForm(request.POST or None),
        lambda form: actions.review_target(row, by=request.user, **form.cleaned_data),
        title="Review a target",
        caption=getattr(REGISTRY.get(row.measure), "title", row.measure),
        lead=f"{row.year_words}: {row.value}, to be met by {row.due_on:%d %B %Y}",
        done="The review is saved.",
        back=reverse("reporting:target", args=[row.measure]),
    )
