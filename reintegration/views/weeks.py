"""Pages of the weeks of return."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.access import Request, requires
from accounts.permissions import Permission
from reintegration import actions
from reintegration.forms.weeks import (
    AgreedForm,
    BeginForm,
    CompleteForm,
    ExtendForm,
    SessionsForm,
    StayForm,
    WeekChangeForm,
    WeekReviewForm,
)
from reintegration.models import Plan, StayCheck, Week
from reintegration.views.acting import act_on, find


@requires(Permission.PLAN_WORK)
def begin(request: Request, uid: str) -> HttpResponse:
    """Begin the six weeks."""
    plan = find(request, uid)
    return act_on(
        request,
        plan,
        BeginForm(request.POST or None, placement=plan.placement),
        lambda row, form: actions.begin(
            row, starts_on=form.cleaned_data["starts_on"], weeks=form.weeks, by=request.user
        ),
        heading="Begin the six weeks",
        done="The six weeks are set, on the receiving school's calendar.",
    )


def _find_week(request: Request, uid: str, number: int) -> tuple[Plan, Week]:
    plan = find(request, uid)
    weeks = Week.objects.as_user(request.user).of(plan)
    return plan, get_object_or_404(weeks, number=number)


@requires(Permission.PLAN_WORK)
def review(request: Request, uid: str, number: int) -> HttpResponse:
    """Record how a week went."""
    plan, week = _find_week(request, uid, number)
    initial = {"judgement": week.judgement, "note": week.review_note}
    return act_on(
        request,
        plan,
        WeekReviewForm(request.POST or None, initial=initial),
        lambda row, form: actions.review_week(
            row, number=number, by=request.user, **form.cleaned_data
        ),
        heading=f"How week {number} went",
        done=f"Week {number} is reviewed.",
        lead=week.dates,
    )


@requires(Permission.PLAN_WORK)
def sessions(request: Request, uid: str, number: int) -> HttpResponse:
    """Choose at which sessions of a week the pupil is at the provider."""
    plan, week = _find_week(request, uid, number)
    return act_on(
        request,
        plan,
        SessionsForm(request.POST or None, week=week),
        lambda row, form: actions.choose_sessions(
            row, number=number, sessions=form.pattern(), by=request.user
        ),
        heading=f"Sessions of week {number}",
        done=f"The register asks for these sessions in week {number}.",
        lead=f"{week.dates}. At the school: {week.school_sessions} of 10 sessions.",
    )


@requires(Permission.PLAN_WORK)
def agree(request: Request, uid: str, number: int) -> HttpResponse:
    """Change what is agreed for a week: the sessions at both places, the goal, who leads."""
    plan, week = _find_week(request, uid, number)
    return act_on(
        request,
        plan,
        AgreedForm(request.POST or None, week=week),
        lambda row, form: actions.agree_anew(
            row,
            number=number,
            agreed=form.agreed,
            reason=form.cleaned_data["reason"],
            by=request.user,
        ),
        heading=f"Change what is agreed for week {number}",
        done=f"Week {number} is changed. What was agreed before stays on the plan.",
        lead=week.dates,
    )


CHANGES: dict[str, tuple[Callable[..., Any], str, str]] = {
    "hold": (actions.hold, "Hold week {}: do it once more", "The later weeks move on."),
    "skip": (
        actions.skip,
        "Skip week {}",
        "Its line stays visible. The week before goes on at the provider.",
    ),
    "support": (actions.support, "Agree extra support in week {}", "The support is recorded."),
}


@requires(Permission.PLAN_WORK)
def change(request: Request, uid: str, number: int, what: str) -> HttpResponse:
    """Hold a week, skip it, or agree extra support in it."""
    if what not in CHANGES:
        raise Http404
    act, heading, done = CHANGES[what]
    plan, week = _find_week(request, uid, number)
    form = WeekChangeForm(request.POST or None)
    if what == "support":
        form.fields["reason"].label = "Which support, and why"
    return act_on(
        request,
        plan,
        form,
        lambda row, form: act(row, number=number, by=request.user, **form.cleaned_data),
        heading=heading.format(number),
        done=done,
        lead=week.dates,
    )


@requires(Permission.PLAN_WORK)
def extend(request: Request, uid: str) -> HttpResponse:
    """Add a week at the end."""
    plan = find(request, uid)
    return act_on(
        request,
        plan,
        ExtendForm(request.POST or None, placement=plan.placement),
        lambda row, form: actions.extend(
            row, agreed=form.agreed, reason=form.cleaned_data["reason"], by=request.user
        ),
        heading="Add a week",
        done="A week is added at the end.",
    )


@requires(Permission.PLAN_WORK)
def stop(request: Request, uid: str) -> HttpResponse:
    """Stop the return."""
    form = WeekChangeForm(request.POST or None)
    form.submit_label = "Stop the return"
    return act_on(
        request,
        find(request, uid),
        form,
        lambda row, form: actions.stop(row, by=request.user, **form.cleaned_data),
        heading="Stop the return",
        done="The return is stopped. The plan is prepared again, and the weeks stay visible.",
        lead="A new return passes its own three gates.",
    )


@requires(Permission.PLAN_WORK)
def complete(request: Request, uid: str) -> HttpResponse:
    """Complete the return."""
    return act_on(
        request,
        find(request, uid),
        CompleteForm(request.POST or None),
        lambda row, form: actions.complete(row, by=request.user, **form.cleaned_data),
        heading="Complete the return",
        done="The return is complete. You will be asked at 6 and at 12 weeks whether it held.",
    )


@requires(Permission.PLAN_WORK)
def check(request: Request, uid: str, weeks: int) -> HttpResponse:
    """Answer whether the return held."""
    plan = find(request, uid)
    rows = StayCheck.objects.as_user(request.user).select_related("plan")
    row = get_object_or_404(rows, plan=plan, weeks=weeks)
    return act_on(
        request,
        plan,
        StayForm(request.POST or None),
        lambda _plan, form: actions.answer_check(row, by=request.user, **form.cleaned_data),
        heading=f"{weeks} weeks after the return",
        done="The answer is saved.",
    )
