"""Pages of plans before the weeks of return: the list, changes, the gates, the end."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import HalfTerm, Organisation
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from apsystem.lib.pages import page_of
from placements.models import RUNNING, Assessment, Placement
from pupils.models import Pupil
from pupils.story import frame
from reintegration import actions
from reintegration.forms.plans import (
    ROUTES,
    CloseForm,
    ConversationForm,
    GateForm,
    MeetingForm,
    PlanFilter,
    PlanForm,
    ProgressForm,
    SendForm,
    SetUpForm,
    TargetForm,
)
from reintegration.models import Gate, Plan, Status, Week
from reintegration.models.gate import Kind
from reintegration.views.acting import act_on, find

WAITS = [
    ("target", "The half term of return is over"),
    ("review", "A week to review"),
    ("check", "A check after the return"),
    ("close", "The placement has ended"),
]


@requires(Permission.PLAN_VIEW)
def index(request: Request) -> HttpResponse:
    """List the plans within reach, by the half term of return."""
    form = PlanFilter(request.GET)
    rows = Plan.objects.as_user(request.user).with_names()
    page = page_of(request, rows.narrowed(**form.narrowing, today=localdate()))
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "reintegration/list.html",
        {
            "title": "Way back",
            "page": page,
            "today": localdate(),
            "statuses": Status.choices,
            "routes": ROUTES,
            "waits": WAITS,
        },
    )


@requires(Permission.PLAN_VIEW)
def of_pupil(request: Request, uid: str) -> HttpResponse:
    """List the plans of a pupil, the newest first."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    rows = Plan.objects.as_user(request.user).filter(pupil=pupil).with_names()
    return render(
        request,
        "reintegration/of_pupil.html",
        {
            **frame(pupil, request.user, "way-back"),
            "title": "Way back of a pupil",
            "page": page_of(request, rows.order_by("-made_at", "-pk")),
        },
    )


@requires(Permission.PLAN_WORK)
def set_up(request: Request, uid: str) -> HttpResponse:
    """Set up the plan of a running placement by hand, where its offer named no half term."""
    today = localdate()
    rows = Placement.objects.as_user(request.user).filter(status__in=RUNNING)
    placement = get_object_or_404(
        rows.exclude(sessions=0).with_names(), uid=uid, starts_on__lte=today
    )
    looked_at(request, [placement.pupil_id])
    half_terms = HalfTerm.objects.as_user(request.user).not_over(today)
    return fill_in(
        request,
        SetUpForm(request.POST or None, half_terms=half_terms),
        lambda form: actions.set_up_by_hand(placement, by=request.user, **form.cleaned_data),
        title="Set up the plan of the way back",
        caption=placement.pupil,
        done="The plan is set up.",
        back=reverse("placements:detail", args=[placement.uid]),
    )


@requires(Permission.PLAN_WORK)
def change(request: Request, uid: str) -> HttpResponse:
    """Change what a plan says."""
    plan = find(request, uid)
    form = PlanForm(
        request.POST or None,
        instance=plan,
        schools=Organisation.objects.as_user(request.user).schools(),
        staff=plan.placement.provider.memberships.people_who(Permission.PLAN_WORK),
    )
    return act_on(
        request,
        plan,
        form,
        lambda row, form: actions.change(
            row, form.instance, seen=form.cleaned_data["seen"], by=request.user
        ),
        heading="Change the plan",
        done="The plan is saved.",
    )


@requires(Permission.PLAN_WORK)
def move_target(request: Request, uid: str) -> HttpResponse:
    """Move the half term of return."""
    half_terms = HalfTerm.objects.as_user(request.user).not_over(localdate())
    return act_on(
        request,
        plan := find(request, uid),
        TargetForm(request.POST or None, half_terms=half_terms),
        lambda row, form: actions.move_target(row, by=request.user, **form.cleaned_data),
        heading="Move the half term of return",
        done="The half term of return is moved. The first one stays visible.",
        lead=f"Now: {plan.target}",
    )


def _gate_form(request: Request, plan: Plan, kind: str) -> GateForm:
    given = request.POST or None
    if kind == Kind.PROGRESS:
        assessments = Assessment.objects.as_user(request.user).of_pupil(plan.pupil)
        return ProgressForm(given, instance=Gate(), assessments=assessments)
    forms = {Kind.CONVERSATION: ConversationForm, Kind.MEETING: MeetingForm}
    return forms[Kind(kind)](given, instance=Gate())


@requires(Permission.PLAN_WORK)
def gate(request: Request, uid: str, kind: str) -> HttpResponse:
    """Record the evidence of a gate."""
    if kind not in Kind.values:
        raise Http404
    plan = find(request, uid)
    return act_on(
        request,
        plan,
        _gate_form(request, plan, kind),
        lambda row, form: actions.pass_gate(row, form.instance, by=request.user),
        heading=Kind(kind).label,
        done="The evidence is recorded.",
    )


@requires(Permission.PLAN_WORK)
def close(request: Request, uid: str) -> HttpResponse:
    """Close a plan whose weeks do not run."""
    return act_on(
        request,
        find(request, uid),
        CloseForm(request.POST or None),
        lambda row, form: actions.close(row, by=request.user, **form.cleaned_data),
        heading="Close the plan",
        done="The plan is closed.",
        lead="A pupil who is back after the six weeks has the return completed instead.",
    )


@requires(Permission.PLAN_VIEW)
def family(request: Request, uid: str) -> HttpResponse:
    """Show what is agreed on one page, in plain words, to print for the family."""
    plan = find(request, uid)
    return render(
        request,
        "reintegration/family.html",
        {
            "title": "One page for the family",
            "plan": plan,
            "weeks": Week.objects.as_user(request.user).of(plan),
            "today": localdate(),
            "back_url": plan.get_absolute_url(),
        },
    )


@requires(Permission.PLAN_WORK)
def send(request: Request, uid: str) -> HttpResponse:
    """Send the plan as it stands to the receiving school."""
    return act_on(
        request,
        find(request, uid),
        SendForm(request.POST or None),
        lambda row, form: actions.send(row, by=request.user, **form.cleaned_data),
        heading="Send the plan to the receiving school",
        done="The link is sent. The plan shows the answer when it comes.",
        lead="The mail names no child. Its link opens this version, and no other page.",
    )
