"""Pages of the panel's cases: put forward, the agenda, one case, an interest, what was decided."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import SchoolCalendar
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from apsystem.lib.pages import page_of
from pupils.models import Letter, Pupil
from reintegration import actions, letters
from reintegration.forms.agenda import act_on_agenda
from reintegration.forms.panel import (
    ChangeForm,
    ConflictForm,
    DisagreeForm,
    FairAccessForm,
    ModerationForm,
    WithdrawForm,
)
from reintegration.models import (
    CaseKind,
    FairAccessCategory,
    PanelCase,
    PanelMember,
)
from reintegration.models.readiness import conversations, own_words, parents_words, readiness
from reintegration.views.acting import act_on, find
from reintegration.views.panel import find_meeting, items_of, try_to


def find_case(request: Request, uid: str) -> PanelCase:
    """Return a case within reach, and write down the look."""
    found = get_object_or_404(PanelCase.objects.as_user(request.user).with_names(), uid=uid)
    looked_at(request, [found.pupil_id])
    return found


@requires(Permission.PANEL_PREPARE)
def candidates(request: Request) -> HttpResponse:
    """List the cases that wait for an agenda, each with what is missing and its clock."""
    rows = PanelCase.objects.as_user(request.user).candidates().with_names()
    page, today = page_of(request, rows), localdate()
    looked_at(request, [row.pupil_id for row in page], act="list")
    missing, calendar = readiness(page, today), SchoolCalendar(today, today)
    return render(
        request,
        "reintegration/panel_candidates.html",
        {
            "title": "Cases that wait for an agenda",
            "back_url": reverse("reintegration:panel-list"),
            "page": page,
            "rows": [(row, missing[row.pk], row.clock(calendar, today)) for row in page],
        },
    )


@requires(Permission.PANEL_PREPARE)
def agenda(request: Request, uid: str) -> HttpResponse:
    """Build an agenda: cases that are ready, their order, and the minutes for each."""
    meeting, user, today = find_meeting(request, uid), request.user, localdate()
    if request.method == "POST":
        reached = PanelCase.objects.as_user(user)
        try_to(
            request,
            lambda: act_on_agenda(request.POST, meeting, reached, by=user),
            "The agenda is saved.",
        )
        return redirect("reintegration:panel-agenda", meeting.uid)
    items = items_of(request, meeting)
    waiting = page_of(request, PanelCase.objects.as_user(user).candidates().with_names())
    looked_at(request, [row.pupil_id for row in waiting], act="list")
    missing, calendar = readiness(waiting, today), SchoolCalendar(today, today)
    planned = sum(item.minutes for item in items)
    return render(
        request,
        "reintegration/panel_agenda.html",
        {
            "title": "Build the agenda",
            "meeting": meeting,
            "items": items,
            "planned": planned,
            "over": max(planned - meeting.minutes, 0),
            "page": waiting,
            "rows": [(row, missing[row.pk], row.clock(calendar, today)) for row in waiting],
        },
    )


@requires(Permission.PANEL_PREPARE)
def ask_for_place(request: Request, uid: str) -> HttpResponse:
    """Put a pupil forward for a school place under the protocol."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    form = FairAccessForm(
        request.POST or None,
        instance=PanelCase(pupil=pupil, kind=CaseKind.FAIR_ACCESS),
        categories=FairAccessCategory.objects.as_user(request.user),
    )
    return fill_in(
        request,
        form,
        lambda form: actions.put_forward(form.instance, by=request.user),
        title="Put forward to the Fair Access Panel",
        caption=pupil,
        done="The case waits for an agenda.",
        to="reintegration:panel-candidates",
        back=reverse("reporting:pupil", args=[pupil.uid]),
    )


@requires(Permission.PANEL_PREPARE)
def ask_to_moderate(request: Request, uid: str) -> HttpResponse:
    """Ask the panel about a way back, with both sides' words."""
    plan = find(request, uid)
    case = PanelCase(pupil=plan.pupil, plan=plan, kind=CaseKind.MODERATION, agreed_on=localdate())
    answered = plan.versions.exclude(refused_because="").order_by("number").last()
    form = ModerationForm(
        request.POST or None,
        instance=case,
        initial={"school_words": answered.refused_because if answered else ""},
    )
    return fill_in(
        request,
        form,
        lambda form: actions.put_forward(form.instance, by=request.user),
        title="Ask the Fair Access Panel about this way back",
        caption=plan.pupil,
        done="The case waits for an agenda.",
        back=plan.get_absolute_url(),
    )


@requires(Permission.PLAN_DISAGREE)
def disagree(request: Request, uid: str) -> HttpResponse:
    """Let the school say why it does not agree with a return."""
    return act_on(
        request,
        find(request, uid),
        DisagreeForm(request.POST or None),
        lambda plan, form: actions.disagree(plan, by=request.user, **form.cleaned_data),
        heading="Your school does not agree",
        done="The Fair Access Panel is asked. You read what it decided once its meeting is closed.",
        lead="The Fair Access Panel hears both sides and decides. The plan goes on until then.",
    )


@requires(Permission.PANEL_VIEW)
def case(request: Request, uid: str) -> HttpResponse:
    """Show a case: what the panel is asked, in whose words, what is missing, what was decided."""
    found, user, today = find_case(request, uid), request.user, localdate()
    spoken = conversations([found])
    return render(
        request,
        "reintegration/panel_case.html",
        {
            "title": "Case of the panel",
            "case": found,
            "clock": found.clock(SchoolCalendar(today, today), today),
            "missing": readiness([found], today)[found.pk],
            "own_words": own_words(found, spoken),
            "parents_words": parents_words(found, spoken),
            "disagreements": spoken[found.pupil_id].against(found),
            "moves": found.moves_open_to(user),
            "letters": Letter.objects.as_user(user).of_case(found.uid),
            "can_write": user.can(Permission.LETTER_WRITE),
            "can_open_pupil": user.can(Permission.PUPIL_VIEW),
            "letter_kind": letters.DECISION.slug,
        },
    )


@requires(Permission.PANEL_PREPARE)
def change(request: Request, uid: str) -> HttpResponse:
    """Change what a case says."""
    found = find_case(request, uid)
    return fill_in(
        request,
        ChangeForm(request.POST or None, instance=found),
        lambda form: actions.change_case(form.instance, by=request.user),
        title="Change the case",
        caption=found.pupil,
        done="The case is saved.",
        back=found.get_absolute_url(),
    )


@requires(Permission.PANEL_PREPARE)
def withdraw(request: Request, uid: str) -> HttpResponse:
    """Withdraw a case."""
    found = find_case(request, uid)
    return fill_in(
        request,
        WithdrawForm(request.POST or None),
        lambda form: actions.withdraw_case(found, by=request.user, **form.cleaned_data),
        title="Withdraw the case",
        caption=found.pupil,
        done="The case is withdrawn.",
        back=found.get_absolute_url(),
    )


@requires(Permission.PANEL_VIEW)
def declare(request: Request, uid: str) -> HttpResponse:
    """Declare an interest in a case. A member who does loses sight of it at once."""
    found, user = find_case(request, uid), request.user
    if found.meeting is None:
        raise Http404
    members = None
    if user.can(Permission.PANEL_PREPARE):
        members = PanelMember.objects.as_user(user).on(found.meeting.held_on).with_names()
    return fill_in(
        request,
        ConflictForm(request.POST or None, members=members),
        lambda form: actions.declare(found, by=user, **form.cleaned_data),
        title="Declare an interest",
        caption=f"Item {found.position}, {found.pupil}",
        lead="Who declares an interest no longer sees the case: not on the screen, in the pack or "
        "in the minutes. It cannot be taken back.",
        done="The interest is declared. It stands in the minutes.",
        back=found.meeting.get_absolute_url(),
    )


@requires(Permission.PANEL_CHAIR)
def reopen(request: Request, uid: str) -> HttpResponse:
    """Ask, and take up a decided case again."""
    found = find_case(request, uid)
    if found.meeting is None:
        raise Http404
    if request.method == "POST":
        try_to(
            request,
            lambda: actions.reopen(found, by=request.user),
            f"Item {found.position} is taken up again.",
        )
        page = reverse("reporting:panel-present", args=[found.meeting.uid])
        return redirect(f"{page}?item={found.position}")
    return render(
        request,
        "confirm_page.html",
        {
            "title": f"Take up item {found.position} again?",
            "caption": found.pupil,
            "body": "What was decided is undone, and the case is decided anew.",
            "action": "Take it up again",
            "back_url": reverse("reporting:panel-present", args=[found.meeting.uid]),
        },
    )


@requires(Permission.PANEL_DECISION_VIEW)
def decisions(request: Request) -> HttpResponse:
    """List what the panel decided on pupils within reach, the newest first."""
    page = page_of(request, PanelCase.objects.as_user(request.user).told().with_names())
    looked_at(request, [row.pupil_id for row in page], act="list")
    context = {
        "title": "Decisions of the Fair Access Panel",
        "page": page,
        "can_read_ledger": request.user.can(Permission.LEDGER_VIEW),
    }
    return render(request, "reintegration/panel_decisions.html", context)


@requires(Permission.PANEL_DECISION_VIEW)
def decision(request: Request, uid: str) -> HttpResponse:
    """Show what the panel decided on a pupil, and why: nothing of what was discussed."""
    rows = PanelCase.objects.as_user(request.user).told().with_names()
    found = get_object_or_404(rows, uid=uid)
    looked_at(request, [found.pupil_id])
    context = {
        "title": "Decision of the Fair Access Panel",
        "case": found,
        "back_url": reverse("reintegration:panel-decisions"),
    }
    return render(request, "reintegration/panel_decision.html", context)
