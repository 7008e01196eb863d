"""Pages of support: the list, one intervention, and all that happens to it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from apsystem.lib.pages import page_of
from outreach import actions
from outreach.forms.support import (
    CancelForm,
    ChangeForm,
    CloseForm,
    CycleForm,
    CycleReviewForm,
    OpenForm,
    StartForm,
    SupportFilter,
)
from outreach.models import Cycle, Evaluation, FollowUp, LogLine, Support
from outreach.views.acting import find
from placements.models import Assessment
from pupils.models import Pupil
from pupils.story import frame


@requires(Permission.OUTREACH_VIEW)
def index(request: Request) -> HttpResponse:
    """List support within reach; without a filter what runs."""
    user = request.user
    form = SupportFilter(request.GET, by=user)
    page = page_of(request, Support.objects.as_user(user).narrowed(**form.narrowing).with_names())
    looked_at(request, [row.pupil_id for row in page if row.pupil_id], act="list")
    return render(
        request,
        "outreach/list.html",
        {
            "title": "Outreach",
            "form": form,
            "page": page,
            "can_work": user.can(Permission.OUTREACH_WORK),
            "can_view_school": user.can(Permission.OUTREACH_ANSWER),
        },
    )


@requires(Permission.OUTREACH_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show an intervention: aims, cycles, the log, scores before and after, what followed."""
    support, user = find(request, uid), request.user
    lines = LogLine.objects.as_user(user).filter(support=support).order_by("-entry__on", "-pk")
    return render(
        request,
        "outreach/support.html",
        {
            "title": "Support of a pupil" if support.pupil else "Work with a school",
            "support": support,
            "moves": support.moves_open_to(user),
            "can_work": user.can(Permission.OUTREACH_WORK),
            "cycles": Cycle.objects.as_user(user).filter(support=support),
            "lines": lines.select_related("entry__worker"),
            "follow_ups": FollowUp.objects.as_user(user)
            .filter(support=support)
            .with_names()
            .order_by("months", "turn"),
            "evaluation": Evaluation.objects.as_user(user).filter(support=support).first(),
        },
    )


@requires(Permission.OUTREACH_VIEW)
def of_pupil(request: Request, uid: str) -> HttpResponse:
    """List the interventions of a pupil, the newest first."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    rows = Support.objects.as_user(request.user).filter(pupil=pupil).with_names()
    shown = {"title": "Outreach for a pupil", "page": page_of(request, rows)}
    return render(
        request, "outreach/of_pupil.html", {**frame(pupil, request.user, "outreach"), **shown}
    )


@requires(Permission.OUTREACH_WORK)
def start(request: Request) -> HttpResponse:
    """Begin work with a whole school."""
    form = StartForm(request.POST or None, instance=Support(), by=request.user)
    return fill_in(
        request,
        form,
        lambda form: actions.start_with_school(form.instance, by=request.user),
        title="Begin work with a school",
        done="The work has begun.",
        back=reverse("outreach:list"),
        lead="Support for a pupil is set up by itself when a placement of tier 1 is accepted.",
    )


def _assessments(request: Request, support: Support) -> QuerySet[Assessment]:
    rows = Assessment.objects.as_user(request.user)
    return rows.of_pupil(support.pupil) if support.pupil else rows.none()


@requires(Permission.OUTREACH_WORK)
def open_support(request: Request, uid: str) -> HttpResponse:
    """Open the support of a pupil, with a baseline."""
    support = find(request, uid)
    assessments = _assessments(request, support)
    form = OpenForm(
        request.POST or None, instance=support, by=request.user, assessments=assessments
    )
    return fill_in(
        request,
        form,
        lambda form: actions.open_support(support, form.instance, by=request.user),
        title="Open the support",
        done="The support is open.",
        back=support.get_absolute_url(),
        caption=support.subject,
        lead="Scores are entered on the pupil's page, under Assessments, and chosen here.",
    )


@requires(Permission.OUTREACH_WORK)
def change(request: Request, uid: str) -> HttpResponse:
    """Change the aims, the worker and the days."""
    support = find(request, uid)
    form = ChangeForm(request.POST or None, instance=support, by=request.user)
    return fill_in(
        request,
        form,
        lambda form: actions.change(
            support, form.instance, seen=form.cleaned_data["seen"], by=request.user
        ),
        title="Change the support",
        done="The changes are saved.",
        back=support.get_absolute_url(),
        caption=support.subject,
    )


@requires(Permission.OUTREACH_WORK)
def close(request: Request, uid: str) -> HttpResponse:
    """Close support, with the exit scores."""
    support = find(request, uid)
    form = CloseForm(
        request.POST or None, support=support, assessments=_assessments(request, support)
    )

    def act(form: Any) -> None:
        said = {name: form.cleaned_data[name] for name in ("ended_on", "end_words")}
        actions.close(support, support, by=request.user, **said)

    return fill_in(
        request,
        form,
        act,
        title="Close the support",
        done="The support is closed. The school is asked how it was, and again after 3, 6 and 12 "
        "months."
        if support.pupil
        else "The work is closed. The school is asked how it was.",
        back=support.get_absolute_url(),
        caption=support.subject,
    )


@requires(Permission.OUTREACH_WORK)
def cancel(request: Request, uid: str) -> HttpResponse:
    """Cancel support: it counts as no intervention."""
    support = find(request, uid)
    form = CancelForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda form: actions.cancel(support, by=request.user, **form.cleaned_data),
        title="Cancel the support",
        done="The support is cancelled.",
        back=support.get_absolute_url(),
        caption=support.subject,
        lead="Cancelled support counts in no figure. What has taken place is closed instead.",
    )


@requires(Permission.OUTREACH_WORK)
def begin_cycle(request: Request, uid: str) -> HttpResponse:
    """Begin a round of assess, plan, do, review."""
    support = find(request, uid)
    form = CycleForm(request.POST or None, instance=Cycle())
    return fill_in(
        request,
        form,
        lambda form: actions.begin_cycle(support, form.instance, by=request.user),
        title="Begin a cycle",
        done="The cycle has begun.",
        back=support.get_absolute_url(),
        caption=support.subject,
        lead="Assess, plan, do, review.",
    )


@requires(Permission.OUTREACH_WORK)
def review_cycle(request: Request, uid: str, number: int) -> HttpResponse:
    """Record how a round went."""
    support = find(request, uid)
    rows = Cycle.objects.as_user(request.user).select_related("support")
    cycle = get_object_or_404(rows, support=support, number=number)
    form = CycleReviewForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda form: actions.review_cycle(cycle, by=request.user, **form.cleaned_data),
        title=f"Review cycle {number}",
        done="The review is saved.",
        back=support.get_absolute_url(),
        caption=support.subject,
        lead=f"Planned: {cycle.planned}",
    )
