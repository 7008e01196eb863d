"""The presenter's page of a meeting, one case at a time, and the pack of papers as a PDF.

It reads across: attendance stands beside what the panel is asked. The chair stays on this page from
the first item to the last.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import HalfTerm, Organisation
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import attachment
from pupils.letters import Unprintable
from reintegration import actions, letters
from reintegration.forms.decision import DecisionForm, keys
from reintegration.models import (
    CaseKind,
    CaseStatus,
    MeetingStatus,
    PanelCase,
    PanelMeeting,
    next_in_turn,
    year_group_of,
)
from reintegration.models.ledger import schools_for
from reintegration.views.panel import find_meeting, items_of
from reporting.papers import paper, shown


def _chosen(request: Request, items: list[PanelCase]) -> PanelCase | None:
    """Return the item that a decision is about, or that the address asks for, else the next one.

    A page that was opened before somebody else decided would else record on the case after it.
    """
    about = request.POST.get("case")
    for row in items:
        if str(row.uid) == about:
            return row
    asked = request.GET.get("item")
    if asked is None:
        return next((row for row in items if row.status == CaseStatus.ON_AGENDA), None)
    for row in items:
        if str(row.position) == asked:
            return row
    raise Http404


def _form(request: Request, meeting: PanelMeeting, case: PanelCase) -> DecisionForm:
    user, today = request.user, localdate()
    schools = Organisation.objects.as_user(user).schools()
    if case.kind == CaseKind.FAIR_ACCESS:
        schools = schools_for(year_group_of(case.pupil, today))
    return DecisionForm(
        request.POST or None,
        case=case,
        schools=schools,
        providers=Organisation.objects.as_user(user).providers(),
        half_terms=HalfTerm.objects.as_user(user).not_over(today),
        meetings=meeting.following(),
    )


def _record(request: Request, meeting: PanelMeeting, case: PanelCase, form: DecisionForm) -> bool:
    """Record what the form says. False where the form has something to say."""
    by = request.user
    try:
        if form.is_deferral:
            read = form.cleaned_data
            actions.defer(
                case, missing=read["missing"], booked=read["booked"], by=by, task=form.task
            )
        else:
            actions.decide(case, form.decision, by=by, task=form.task)
    except ValidationError as error:
        take_errors(form, error)
        return False
    except WrongStatus as error:
        form.add_error(None, str(error))
        return False
    done = "deferred" if form.is_deferral else "recorded"
    messages.success(request, f"Item {case.position} is {done}.")
    return True


def _clock(meeting: PanelMeeting, items: list[PanelCase]) -> dict[str, Any]:
    """Return what is planned, for the clock that shares out what is left."""
    opened: datetime | None = meeting.opened_at
    left = [row for row in items if row.status == CaseStatus.ON_AGENDA]
    return {
        "until": opened + timedelta(minutes=meeting.minutes) if opened else None,
        "rest": sum(row.minutes for row in left),
        "left": len(left),
    }


@requires(Permission.PANEL_VIEW)
def present(request: Request, uid: str) -> HttpResponse:
    """Show a case of a meeting, and record what the panel decides. Members read only."""
    meeting, user, today = find_meeting(request, uid), request.user, localdate()
    items = items_of(request, meeting)
    case = _chosen(request, items)
    is_chaired = user.can(Permission.PANEL_CHAIR) and meeting.status == MeetingStatus.IN_SESSION
    if request.method == "POST" and not user.can(Permission.PANEL_CHAIR):
        raise PermissionDenied("this asks for panel.chair")
    form = None
    if case is not None:
        looked_at(request, [case.pupil_id])
        if request.method == "POST" or (is_chaired and case.status == CaseStatus.ON_AGENDA):
            form = _form(request, meeting, case)
            if form.is_valid() and _record(request, meeting, case, form):
                return redirect("reporting:panel-present", meeting.uid)
    found = shown(case, today) if case else None
    return render(
        request,
        "reporting/panel_present.html",
        {
            "title": "Presenter's page",
            "meeting": meeting,
            "items": items,
            "hidden": meeting.hidden_from(user),
            "case": case,
            "shown": found,
            "turn": next_in_turn(found.entries) if found else None,
            "aside": case.conflicts.select_related("member__user", "member__organisation")
            if case
            else [],
            "actions": case.actions.all() if case else [],
            "form": form,
            "keys": keys(case) if form and case else [],
            "is_chaired": is_chaired,
            "no_quorum": actions.quorum_words(meeting, case) if form and case else "",
            "clock": _clock(meeting, items),
            "can_open_pupil": user.can(Permission.PUPIL_VIEW),
        },
    )


@requires(Permission.PANEL_VIEW)
def pack(request: Request, uid: str) -> HttpResponse:
    """Hand out the papers as one PDF, with the reader's name on each page."""
    meeting, user = find_meeting(request, uid), request.user
    items = items_of(request, meeting)
    looked_at(request, [row.pupil_id for row in items], act="file")
    numbers = ", ".join(str(number) for number in meeting.hidden_from(user))
    data = {
        "when": meeting.when,
        "items": paper(items, localdate()),
        "hidden": f"Left out, because you declared an interest: item {numbers}."
        if numbers
        else "",
    }
    try:
        content = letters.pack(str(meeting), data, viewer=user, at=timezone.now())
    except Unprintable as error:
        messages.error(request, str(error))
        return redirect(meeting)
    return attachment(content, "application/pdf", f"panel-{meeting.held_on.isoformat()}.pdf")
