"""Pages of outreach that read across: the three questions to a school, and a school's own page."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, looked_at_by_link, opened_by_link, requires
from accounts.models import Organisation
from accounts.permissions import REACH_SCHOOL, Permission
from accounts.views.filling import fill_in
from apsystem.lib.calendar import academic_year, year_bounds, year_label
from apsystem.lib.forms import take_errors
from attendance.models.at_school import returned_of
from outreach import actions
from outreach.forms.asking import FollowUpForm, TakeDownForm
from outreach.models import Evaluation, FollowUp, Support
from outreach.models.follow_up import follow_up_of
from pupils.models import Census, Headcount, PermanentExclusion, Suspension
from pupils.models.codes import NOT_COUNTED, SuspensionKind
from reporting.kpis.arithmetic import rate
from reporting.kpis.outreach import OF_A_PHASE, TOTAL
from reporting.models import Comparator, Coverage


def _returned(follow_up: FollowUp) -> dict[str, int]:
    """Return the sessions that the school returned for the time that is asked about."""
    support = follow_up.support
    start = support.followed_from or localdate()
    end = min(follow_up.due_on, localdate() + timedelta(days=1))
    return returned_of(support.pupil_id, follow_up.school_id, start, end)


def _known(follow_up: FollowUp) -> tuple[dict[str, Any], str]:
    """Return what the form begins with, and where it comes from, in words."""
    known, returned = actions.prefill(follow_up), _returned(follow_up)
    initial: dict[str, Any] = dict(returned)
    said = []
    if known.suspensions:
        initial |= {"suspended": "yes", "suspensions": len(known.suspensions)}
        days = ", ".join(f"{day.day} {day:%B %Y}" for day in known.suspensions)
        said.append(f"Suspensions that the council knows of began on {days}.")
    if known.is_excluded:
        initial["excluded"] = "yes"
        said.append("The council knows of a permanent exclusion.")
    if returned:
        said.append("The sessions are those that your school returned. Please check them.")
    return initial, " ".join(said)


@opened_by_link("outreach-follow-up")
def follow_up(request: HttpRequest, token: str) -> HttpResponse:
    """Ask a school three questions about a pupil, without an account. The token is the credential.

    A token that is wrong, over, spent on another school or of a pupil who moved is the same 404.
    """
    found = follow_up_of(token, localdate())
    if found is None:
        raise Http404
    looked_at_by_link(request, [found.support.pupil_id])  # type: ignore[list-item]
    initial, said = ({}, "") if found.answered_at else _known(found)
    sent = request.POST if request.method == "POST" else None
    form = FollowUpForm(sent, initial=initial, about=found)
    if form.is_valid() and _answered(found, form):
        return _page(request, found, None, "")
    return _page(request, found, form, said)


def _answered(found: FollowUp, form: FollowUpForm) -> bool:
    """Record what was sent; tell on the form what the action refuses."""
    told = form.told
    try:
        if form.cleaned_data["still_here"] == "no":
            who = {name: told[name] for name in ("words", "name", "position")}
            actions.moved(found, **who)
        else:
            actions.answer(found, **told)
    except ValidationError as error:
        take_errors(form, error)
        return False
    return True


def _page(
    request: HttpRequest, found: FollowUp, form: FollowUpForm | None, said: str
) -> HttpResponse:
    shown = {"title": "Three questions", "row": found, "form": form, "said": said}
    return render(request, "outreach/follow_up.html", shown)


@requires(Permission.OUTREACH_WORK)
def take_down(request: Request, uid: str) -> HttpResponse:
    """Take down what somebody at the school says on the telephone."""
    rows = FollowUp.objects.as_user(request.user).to_take_down(localdate()).with_names()
    found = get_object_or_404(rows, uid=uid)
    looked_at(request, [found.support.pupil_id])  # type: ignore[list-item]
    initial, said = _known(found)
    form = TakeDownForm(request.POST or None, initial=initial, about=found)
    return fill_in(
        request,
        form,
        lambda form: actions.take_down(found, by=request.user, **form.told),
        title="Record what the school said",
        done="The answers are saved. The link in the mail is closed.",
        back=reverse("outreach:follow-ups"),
        caption=f"{found.support.pupil}, {found.school}, {found.reference}",
        lead=f"Not known is an answer. {said}".strip(),
    )


@requires(Permission.OUTREACH_ANSWER)
def schools(request: Request) -> HttpResponse:
    """Open the own school's page, or let those who work in several choose one."""
    rows = Organisation.objects.as_user(request.user).schools()
    own = request.user.organisations_as(REACH_SCHOOL)
    if own:
        return redirect("reporting:outreach-school", get_object_or_404(rows, pk=own[0]).uid)
    return render(request, "outreach/schools.html", {"title": "Schools", "schools": rows})


@dataclass(frozen=True)
class Rate:
    """A rate of a school beside that of its phase in England, or of all schools there."""

    title: str
    events: int
    pupils: int | None
    england: Comparator | None

    @property
    def value(self) -> Decimal | None:
        """Return events per 100 pupils on roll; None without a headcount."""
        return rate(self.events, self.pupils) if self.pupils else None

    @property
    def of_whom(self) -> str:
        """Say which schools of England stand beside it."""
        kind = self.england.school_type if self.england else TOTAL
        return "all schools together" if kind == TOTAL else f"{kind.lower()} schools"


def _rates(user: Any, school: Organisation, year: int) -> list[Rate]:
    start, end = year_bounds(year)
    headcounts = Headcount.objects.as_user(user).filter(
        school=school, year=year, census=Census.SPRING
    )
    pupils = headcounts.values_list("pupils", flat=True).first()
    known = Comparator.objects.as_user(user)
    suspended = (
        Suspension.objects.as_user(user)
        .filter(school=school, kind=SuspensionKind.SUSPENSION)
        .not_cancelled()
        .in_window(start, end)
        .count()
    )
    excluded = (
        PermanentExclusion.objects.as_user(user)
        .filter(school=school, effective_on__gte=start, effective_on__lt=end)
        .exclude(result__in=NOT_COUNTED)
        .count()
    )
    phase = OF_A_PHASE.get(Organisation.Phase(school.phase), TOTAL)
    return [
        Rate(
            title,
            events,
            pupils,
            known.newest(name, phase, Coverage.YEAR).get("England")
            or known.newest(name, TOTAL, Coverage.YEAR).get("England"),
        )
        for title, events, name in (
            ("Suspensions per 100 pupils", suspended, "suspension_rate"),
            ("Permanent exclusions per 100 pupils", excluded, "permanent_exclusion_rate"),
        )
    ]


@requires(Permission.OUTREACH_ANSWER)
def school(request: Request, uid: str) -> HttpResponse:
    """Show a school's outreach: what runs, what it bought, what it is asked, its own rates."""
    user, today = request.user, localdate()
    own = user.organisations_as(REACH_SCHOOL)
    rows = Organisation.objects.as_user(user).schools()
    found = get_object_or_404(rows, uid=uid)
    if own and found.pk not in own:
        raise Http404
    year = academic_year(today)
    supports = Support.objects.as_user(user).filter(school=found).with_names()
    running = list(supports.running())
    due = FollowUp.objects.as_user(user).filter(school=found).due(today)
    asked = list(due.with_names())
    shown = {row.pupil_id for row in running} | {row.support.pupil_id for row in asked}
    looked_at(request, [pk for pk in shown if pk], act="list")
    said = Evaluation.objects.as_user(user).filter(school=found)
    return render(
        request,
        "outreach/school.html",
        {
            "title": "Outreach in a school",
            "school": found,
            "running": running,
            "closed": supports.filter(status="closed").count(),
            "balances": [row for row in actions.balances(year, user) if row.deal.school == found],
            "year_words": year_label(year),
            "asked": asked,
            "rated": said.unanswered().filter(link_ends_on__gt=today).select_related("support"),
            "evaluations": said.answered()[:5],
            "rates": _rates(user, found, year - 1),
            "rates_year": year_label(year - 1),
            "is_own": bool(own),
        },
    )
