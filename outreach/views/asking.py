"""Pages of what is asked after support: the list, asking elsewhere, and the evaluation's own page."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, looked_at_by_link, opened_by_link, requires
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from outreach import actions
from outreach.forms.asking import AskAgainForm, EvaluationForm, FollowUpFilter
from outreach.models import Evaluation, FollowUp
from outreach.models.evaluation import evaluation_of


@requires(Permission.OUTREACH_VIEW)
def follow_ups(request: Request) -> HttpResponse:
    """List the questions to schools, those that are due on top."""
    user, today = request.user, localdate()
    form = FollowUpFilter(request.GET)
    rows = FollowUp.objects.as_user(user).narrowed(**form.narrowing, today=today)
    page = page_of(request, rows.with_names())
    shown = [row.support.pupil_id for row in page]
    looked_at(request, [pk for pk in shown if pk], act="list")
    return render(
        request,
        "outreach/follow_ups.html",
        {
            "title": "Follow-ups",
            "form": form,
            "page": page,
            "today": today,
            "can_work": user.can(Permission.OUTREACH_WORK),
        },
    )


@requires(Permission.OUTREACH_WORK)
def ask_again(request: Request, uid: str) -> HttpResponse:
    """Ask another school, or another address."""
    rows = FollowUp.objects.as_user(request.user).with_names()
    row = get_object_or_404(rows, uid=uid, answered_at=None)
    looked_at(request, [pk for pk in [row.support.pupil_id] if pk])
    form = AskAgainForm(request.POST or None, by=request.user, initial={"school": row.school})
    return fill_in(
        request,
        form,
        lambda form: actions.ask_again(row, by=request.user, **form.cleaned_data),
        title="Ask somebody else",
        done="The questions are sent. The earlier link is closed.",
        back=reverse("outreach:follow-ups"),
        caption=f"{row}, {row.support.subject}",
        lead="The mail names no child.",
    )


@requires(Permission.OUTREACH_VIEW)
def evaluations(request: Request) -> HttpResponse:
    """List what schools said of support, the newest first."""
    page = page_of(request, Evaluation.objects.as_user(request.user).answered())
    shown = [row.support.pupil_id for row in page]
    looked_at(request, [pk for pk in shown if pk], act="list")
    return render(
        request, "outreach/evaluations.html", {"title": "What schools say", "page": page}
    )


@opened_by_link("outreach-evaluation")
def evaluation(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the school how helpful support was. No account; no child is named on the page."""
    found = evaluation_of(token, localdate())
    if found is None:
        raise Http404
    if found.support.pupil_id:
        looked_at_by_link(request, [found.support.pupil_id])
    form = EvaluationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.evaluate(found, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("outreach:evaluation", token)
    return render(
        request,
        "outreach/evaluation.html",
        {"title": "How helpful was outreach?", "evaluation": found, "form": form},
    )
