"""Pages of home visits, rewards, consent to displays, the displays, and EBSA pathways."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.following import (
    ClosePathwayForm,
    ConsentForm,
    OutcomeForm,
    PathwayForm,
    RewardForm,
    StepFilter,
    StepForm,
    StepWentForm,
    VisitFilter,
    VisitForm,
    WeekForm,
    WithdrawForm,
    places_of,
)
from attendance.models import (
    DisplayConsent,
    EbsaPathway,
    HomeVisit,
    PartTimeTimetable,
    ReturnStep,
    Reward,
)
from attendance.models.display import WEEK, stars
from attendance.models.expected import week_of
from attendance.models.pathway import PathwayStatus
from attendance.views.register import read_day
from attendance.views.support import act_on, child
from pupils.models import Pupil


def _page_of(pupil: Pupil) -> str:
    return reverse("attendance:support-of-pupil", args=[pupil.uid])


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def visits(request: Request) -> HttpResponse:
    """List home visits within reach, the next ones on top."""
    form = VisitFilter(request.GET, by=request.user)
    rows = HomeVisit.objects.as_user(request.user).narrowed(**form.narrowing).with_names()
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    shown = {"title": "Home visits", "form": form, "page": page}
    return render(request, "attendance/visits.html", shown)


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def plan_visit(request: Request, pupil: str) -> HttpResponse:
    """Plan a home visit."""
    found = child(request, pupil)
    form = VisitForm(request.POST or None, instance=HomeVisit(), by=request.user)

    def act() -> str:
        actions.plan_visit(form.instance, pupil=found, by=request.user)
        return "The visit is planned. Record what came of it on the day."

    return act_on(
        request, form, act, title="Plan a home visit", caption=found, back=_page_of(found)
    )


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def record_visit(request: Request, uid: str) -> HttpResponse:
    """Record what came of a home visit."""
    rows = HomeVisit.objects.as_user(request.user).with_names()
    visit = get_object_or_404(rows, uid=uid)
    looked_at(request, [visit.pupil_id])
    form = OutcomeForm(request.POST or None, visit=visit)

    def act() -> str:
        saved = actions.record_visit(visit, by=request.user, **form.cleaned_data)
        return f"The visit is recorded: {saved.get_status_display().lower()}."

    return act_on(
        request,
        form,
        act,
        title="Record a home visit",
        caption=visit.pupil,
        back=_page_of(visit.pupil),
        lead=f"Planned for {visit.planned_on.day} {visit.planned_on:%B %Y}, {visit.visitor}",
    )


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def give_reward(request: Request, pupil: str) -> HttpResponse:
    """Record a reward."""
    found = child(request, pupil)
    form = RewardForm(request.POST or None, instance=Reward(), by=request.user)

    def act() -> str:
        actions.give_reward(form.instance, pupil=found, by=request.user)
        return "The reward is recorded."

    return act_on(request, form, act, title="Record a reward", caption=found, back=_page_of(found))


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def agree_display(request: Request, pupil: str) -> HttpResponse:
    """Record that a name may stand on displays."""
    found = child(request, pupil)
    form = ConsentForm(request.POST or None, instance=DisplayConsent(), by=request.user)

    def act() -> str:
        actions.agree_display(form.instance, pupil=found, by=request.user)
        return "The consent is recorded. It can be withdrawn at any time."

    return act_on(
        request,
        form,
        act,
        title="Consent to attendance displays",
        caption=found,
        back=_page_of(found),
        lead="Displays show first name, initial, and only what went well. Ask the young person "
        "and the parent: both have to agree.",
    )


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def withdraw_display(request: Request, pk: int) -> HttpResponse:
    """Record that a consent is withdrawn."""
    rows = DisplayConsent.objects.as_user(request.user).select_related("pupil", "provider")
    consent = get_object_or_404(rows, pk=pk)
    looked_at(request, [consent.pupil_id])
    form = WithdrawForm(request.POST or None)

    def act() -> str:
        actions.withdraw_display(consent, by=request.user, **form.cleaned_data)
        return "The consent is withdrawn. Take down the displays that hang."

    return act_on(
        request,
        form,
        act,
        title="Withdraw the consent",
        caption=f"{consent.pupil}, {consent.provider}",
        back=_page_of(consent.pupil),
    )


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def choose_display(request: Request) -> HttpResponse:
    """Choose the provider and the week of a display."""
    form = WeekForm(request.POST or None, by=request.user)
    if form.is_valid():
        place, monday = form.cleaned_data["provider"], form.cleaned_data["day"]
        return redirect("attendance:display", place.uid, monday.isoformat())
    lead = "A page to print, for the wall. Only pupils who agreed stand on it."
    shown = {"title": "Attendance displays", "form": form, "lead": lead}
    return render(request, "form_page.html", shown)


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def display(request: Request, provider: str, week: str) -> HttpResponse:
    """Show what a provider celebrates of a week, to be printed."""
    place = get_object_or_404(places_of(request.user), uid=provider)
    monday, today = _monday(week), localdate()
    found = stars(place, monday, request.user, today=today)
    looked_at(request, [star.pupil.pk for star in found], act="list")
    return render(
        request,
        "attendance/display.html",
        {
            "title": "Attendance display",
            "place": place,
            "monday": monday,
            "friday": monday + timedelta(days=4),
            "stars": found,
            "is_over": today >= monday + timedelta(days=5),
            "before": (monday - WEEK).isoformat(),
            "after": (monday + WEEK).isoformat() if monday + WEEK <= today else "",
        },
    )


def _monday(week: str) -> date:
    monday, _ = week_of(read_day(week))
    if monday > localdate():
        raise Http404
    return monday


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def open_pathway(request: Request, pupil: str) -> HttpResponse:
    """Begin a pathway for a young person who avoids school."""
    found = child(request, pupil)
    form = PathwayForm(request.POST or None, instance=EbsaPathway(), by=request.user, pupil=found)

    def act() -> str:
        actions.open_pathway(form.instance, pupil=found, by=request.user)
        return "The EBSA pathway is begun. Add the steps with the young person."

    return act_on(
        request,
        form,
        act,
        title="Begin an EBSA pathway",
        caption=found,
        back=_page_of(found),
        lead="For emotionally based school avoidance (EBSA).",
    )


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def return_steps(request: Request) -> HttpResponse:
    """List the steps within reach that nobody tried so far, the next ones on top."""
    form = StepFilter(request.GET, by=request.user)
    rows = ReturnStep.objects.as_user(request.user).narrowed(**form.narrowing).with_names()
    page = page_of(request, rows)
    looked_at(request, [row.pathway.pupil_id for row in page], act="list")
    shown = {"title": "Steps of a return", "form": form, "page": page, "today": localdate()}
    return render(request, "attendance/return_steps.html", shown)


def _pathway(request: Request, uid: str) -> EbsaPathway:
    found = get_object_or_404(EbsaPathway.objects.as_user(request.user).with_names(), uid=uid)
    looked_at(request, [found.pupil_id])
    return found


@requires(Permission.ATTENDANCE_SUPPORT_VIEW)
def pathway(request: Request, uid: str) -> HttpResponse:
    """Show a pathway: what is hard, what helps, and the steps in their order."""
    found = _pathway(request, uid)
    steps = ReturnStep.objects.as_user(request.user).filter(pathway=found)
    timetables = PartTimeTimetable.objects.as_user(request.user)
    can_record = request.user.can(Permission.ATTENDANCE_SUPPORT_RECORD)
    return render(
        request,
        "attendance/pathway.html",
        {
            "title": "EBSA pathway",
            "pathway": found,
            "timetable": timetables.filter(pathways=found).first(),
            "steps": steps.select_related("recorded_by"),
            "can_record": can_record and found.status == PathwayStatus.OPEN,
            "today": localdate(),
        },
    )


def _on_pathway(request: Request, found: EbsaPathway, form: Any, act: Any, title: str) -> Any:
    back = reverse("attendance:pathway", args=[found.uid])
    return act_on(request, form, act, title=title, caption=found.pupil, back=back)


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def change_pathway(request: Request, uid: str) -> HttpResponse:
    """Change what is hard and what helps."""
    found = _pathway(request, uid)
    form = PathwayForm(request.POST or None, instance=found, by=request.user, pupil=found.pupil)

    def act() -> str:
        seen = form.cleaned_data["seen"] or 0
        actions.change_pathway(form.instance, seen=seen, by=request.user)
        return "Saved."

    return _on_pathway(request, found, form, act, "Change the notes")


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def add_step(request: Request, uid: str) -> HttpResponse:
    """Add the next step."""
    found = _pathway(request, uid)
    form = StepForm(request.POST or None, instance=ReturnStep())

    def act() -> str:
        return f"Added. {actions.add_step(found, form.instance, by=request.user)}."

    return _on_pathway(request, found, form, act, "Add a step")


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def record_step(request: Request, pk: int) -> HttpResponse:
    """Record how a step went."""
    rows = ReturnStep.objects.as_user(request.user).select_related("pathway__pupil")
    step = get_object_or_404(rows, pk=pk)
    looked_at(request, [step.pathway.pupil_id])
    initial = {
        "tried_on": step.tried_on or localdate(),
        "went": step.went,
        "went_words": step.went_words,
    }
    form = StepWentForm(request.POST or None, initial=initial)

    def act() -> str:
        actions.record_step(step, by=request.user, **form.cleaned_data)
        return f"Saved how it went. {step}."

    return _on_pathway(request, step.pathway, form, act, f"How step {step.position} went")


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def close_pathway(request: Request, uid: str) -> HttpResponse:
    """Close a pathway."""
    found = _pathway(request, uid)
    form = ClosePathwayForm(request.POST or None)

    def act() -> str:
        actions.close_pathway(found, by=request.user, **form.cleaned_data)
        return "The EBSA pathway is closed. What was recorded stays."

    return _on_pathway(request, found, form, act, "Close the pathway")
