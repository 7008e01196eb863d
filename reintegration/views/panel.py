"""Pages of the panel's meetings: the list, one meeting, its life, the minutes, who sits there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from accounts.access import Request, looked_at, requires
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from accounts.workflow import WrongStatus
from apsystem.lib.pages import page_of
from reintegration import actions
from reintegration.forms.panel import AttendForm, EndSeatForm, PlanMeetingForm, SeatForm
from reintegration.models import (
    PANEL_ROLES,
    MeetingStatus,
    PanelAction,
    PanelCase,
    PanelConflict,
    PanelMeeting,
    PanelMember,
    papers_of,
)


def find_meeting(request: Request, uid: str) -> PanelMeeting:
    """Return a meeting within reach."""
    return get_object_or_404(PanelMeeting.objects.as_user(request.user), uid=uid)


def items_of(request: Request, meeting: PanelMeeting) -> list[PanelCase]:
    """Return the items that the person may see, in their order, and write down the look."""
    rows = PanelCase.objects.as_user(request.user).agenda_of(meeting)
    found = list(rows.with_names().select_related("followed_by__meeting"))
    looked_at(request, [row.pupil_id for row in found], act="list")
    return found


def said(error: Exception) -> str:
    """Return the words of what went wrong."""
    return " ".join(getattr(error, "messages", [str(error)]))


def try_to(request: Request, act: Callable[[], Any], done: str) -> bool:
    """Do one thing, and say on the next page how it went."""
    try:
        act()
    except (WrongStatus, ValidationError) as error:
        messages.error(request, said(error))
        return False
    messages.success(request, done)
    return True


@requires(Permission.PANEL_VIEW)
def index(request: Request) -> HttpResponse:
    """List the meetings within reach, the newest first, and what waits for an agenda."""
    user = request.user
    waiting = PanelCase.objects.as_user(user).candidates()
    rows = PanelMeeting.objects.as_user(user)
    shown = request.GET.get("show")
    rows = {"open": rows.not_closed, "planned": rows.planned}.get(str(shown), rows.all)()
    page = page_of(request, rows)
    return render(
        request,
        "reintegration/panel_list.html",
        {
            "title": "Fair Access Panel",
            "page": page,
            "rows": papers_of(page),
            "can_prepare": user.can(Permission.PANEL_PREPARE),
            "can_set": user.can(Permission.PANEL_SET),
            "waiting": waiting.count() if user.can(Permission.PANEL_PREPARE) else 0,
        },
    )


@requires(Permission.PANEL_PREPARE)
def plan(request: Request) -> HttpResponse:
    """Plan a meeting."""
    form = PlanMeetingForm(request.POST or None, instance=PanelMeeting())
    return fill_in(
        request,
        form,
        lambda form: actions.plan_meeting(form.instance, by=request.user),
        title="Plan a meeting of the panel",
        done="The meeting is planned. Put cases on its agenda next.",
        back=reverse("reintegration:panel-list"),
    )


@requires(Permission.PANEL_VIEW)
def meeting(request: Request, uid: str) -> HttpResponse:
    """Show a meeting: where it stands, the agenda, who is there."""
    found, user = find_meeting(request, uid), request.user
    items = items_of(request, found)
    return render(
        request,
        "reintegration/panel_meeting.html",
        {
            "title": "Meeting of the panel",
            "meeting": found,
            "items": items,
            "clocks": [clock for _, clock in papers_of([found]) if clock],
            "minutes": sum(item.minutes for item in items),
            "hidden": found.hidden_from(user),
            "attended": found.attended.select_related("user", "organisation"),
            "moves": found.moves_open_to(user),
            "can_build": user.can(Permission.PANEL_PREPARE) and found.is_built,
            "can_declare": found.status != MeetingStatus.CLOSED,
        },
    )


@requires(Permission.PANEL_PREPARE)
@require_POST
def publish(request: Request, uid: str) -> HttpResponse:
    """Publish the agenda to the members."""
    found = find_meeting(request, uid)
    done = "The agenda is published. The members are told by mail."
    try_to(request, lambda: actions.publish(found, by=request.user), done)
    return redirect(found)


@requires(Permission.PANEL_CHAIR)
def open_meeting(request: Request, uid: str) -> HttpResponse:
    """Open a meeting with who is there, or say anew who is there."""
    found = find_meeting(request, uid)
    is_open = found.status == MeetingStatus.IN_SESSION
    seats = PanelMember.objects.as_user(request.user).on(found.held_on).with_names()
    form = AttendForm(
        request.POST or None, members=seats, initial={"attended": found.attended.all()}
    )
    form.submit_label = "Save who is there" if is_open else "Open the meeting"
    act = actions.attend if is_open else actions.open_meeting
    return fill_in(
        request,
        form,
        lambda form: act(found, attended=form.cleaned_data["attended"], by=request.user),
        title="Who is there",
        done="Who is there is saved." if is_open else "The meeting is open.",
        to=reverse("reporting:panel-present", args=[found.uid]),
        lead=f"For a decision there must be {found.quorum} or more, without those who step aside.",
        back=found.get_absolute_url(),
    )


@requires(Permission.PANEL_CHAIR)
@require_POST
def close(request: Request, uid: str) -> HttpResponse:
    """Close a meeting, and go to its minutes."""
    found = find_meeting(request, uid)
    done = "The meeting is closed. Letters are drafted, and those who referred are told."
    is_done = try_to(request, lambda: actions.close_meeting(found, by=request.user), done)
    page = "reintegration:panel-minutes" if is_done else "reporting:panel-present"
    return redirect(page, found.uid)


@requires(Permission.PANEL_VIEW)
def minutes(request: Request, uid: str) -> HttpResponse:
    """Show the minutes: who was there, who stepped aside, each decision, and what follows."""
    found, user = find_meeting(request, uid), request.user
    items = items_of(request, found)
    aside = PanelConflict.objects.as_user(user).filter(case__meeting=found)
    follow = PanelAction.objects.as_user(user).filter(case__meeting=found)
    return render(
        request,
        "reintegration/panel_minutes.html",
        {
            "title": "Minutes of the panel",
            "meeting": found,
            "items": items,
            "attended": found.attended.select_related("user", "organisation"),
            "aside": aside.select_related("case", "member__user", "member__organisation"),
            "hidden": found.hidden_from(user),
            "actions": follow.select_related("case", "done_by"),
            "can_finish": user.can(Permission.PANEL_PREPARE),
        },
    )


@requires(Permission.PANEL_PREPARE)
@require_POST
def finish(request: Request, uid: str) -> HttpResponse:
    """Say that an action of the minutes is done."""
    rows = PanelAction.objects.as_user(request.user).select_related("case__meeting")
    found = get_object_or_404(rows, uid=uid)
    looked_at(request, [found.case.pupil_id])
    try_to(request, lambda: actions.finish(found, by=request.user), "It is marked as done.")
    meeting = found.case.meeting
    return redirect("reintegration:panel-minutes", meeting.uid if meeting else "")


@requires(Permission.PANEL_PREPARE)
def todo(request: Request) -> HttpResponse:
    """List what is to be done after meetings and is not, the first due on top."""
    today, rows = localdate(), PanelAction.objects.as_user(request.user)
    is_due = request.GET.get("waits") == "due"
    rows = rows.due(today) if is_due else rows.undone()
    page = page_of(request, rows.select_related("case__pupil", "case__meeting"))
    looked_at(request, [row.case.pupil_id for row in page], act="list")
    return render(
        request,
        "reintegration/panel_todo.html",
        {
            "title": "What is to be done after the panel",
            "back_url": reverse("reintegration:panel-list"),
            "page": page,
            "today": today,
        },
    )


@requires(Permission.PANEL_SET)
def members(request: Request) -> HttpResponse:
    """List who sits on the panel, and give a seat."""
    user = request.user
    people = Membership.objects.as_user(user).in_force(localdate())
    people = people.filter(role__in=PANEL_ROLES).select_related("user", "organisation")
    form = SeatForm(request.POST or None, people=people.order_by("user__name"))
    return fill_in(
        request,
        form,
        lambda form: actions.seat(_seat(form.cleaned_data), by=user),
        title="Seats on the panel",
        done="The seat is given.",
        to="reintegration:panel-members",
        template="reintegration/panel_members.html",
        back=reverse("reintegration:panel-list"),
        page=page_of(request, PanelMember.objects.as_user(user).with_names()),
        today=localdate(),
    )


def _seat(read: dict[str, Any]) -> PanelMember:
    held, last = read["person"], read["last_day"]
    return PanelMember(
        user=held.user,
        organisation=held.organisation,
        starts_on=read["starts_on"],
        ends_on=last + timedelta(days=1) if last else None,
    )


@requires(Permission.PANEL_SET)
def end_seat(request: Request, pk: int) -> HttpResponse:
    """End a seat."""
    found = get_object_or_404(PanelMember.objects.as_user(request.user), pk=pk)
    return fill_in(
        request,
        EndSeatForm(request.POST or None),
        lambda form: actions.end_seat(found, by=request.user, **form.cleaned_data),
        title="End the seat",
        caption=str(found),
        done="The seat ends. From the day after, the person reads no meeting.",
        back=reverse("reintegration:panel-members"),
    )
