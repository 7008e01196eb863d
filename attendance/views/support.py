"""Pages of attendance contracts: the caseload, one contract, and all that happens to it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import SchoolCalendar
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.gds import day
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.support import (
    LONGEST_WHY,
    AgreeForm,
    AssignForm,
    CaseloadFilter,
    CloseForm,
    PlanForm,
    SupportReviewForm,
)
from attendance.models import (
    DisplayConsent,
    EbsaPathway,
    HomeVisit,
    Reward,
    SupportPlan,
    SupportReview,
)
from pupils.models import Pupil
from pupils.story import frame

CARRIED_OVER = [
    "pupil_will",
    "parent_will",
    "place_will",
    "council_will",
    "target_percent",
    "target_words",
    "review_school_days",
]


@requires(Permission.ATTENDANCE_SUPPORT_VIEW)
def caseload(request: Request) -> HttpResponse:
    """List the contracts within reach: the last review, the next one, attendance and target."""
    user, today = request.user, localdate()
    form = CaseloadFilter(request.GET, by=user)
    rows = SupportPlan.objects.as_user(user).narrowed(**form.narrowing).with_names()
    page = page_of(request, rows.with_attendance(user, today).by_due())
    looked_at(request, [row.pupil_id for row in page], act="list")
    calendar = SchoolCalendar(today, today)
    return render(
        request,
        "attendance/caseload.html",
        {
            "title": "Attendance support",
            "form": form,
            "page": page,
            "rows": [(row, row.next_clock(calendar, today)) for row in page],
            "can_assign": user.can(Permission.ATTENDANCE_SUPPORT_ASSIGN),
            "can_record": user.can(Permission.ATTENDANCE_SUPPORT_RECORD),
        },
    )


def find(request: Request, uid: str) -> SupportPlan:
    """Return a contract within reach, and write down the look."""
    rows = SupportPlan.objects.as_user(request.user).with_names().select_related("opened_by")
    rows = rows.with_reviews().with_attendance(request.user, localdate())
    found = get_object_or_404(rows, uid=uid)
    looked_at(request, [found.pupil_id])
    return found


def child(request: Request, uid: str) -> Pupil:
    """Return a pupil within reach, and write down the look."""
    found = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [found.pk])
    return found


@requires(Permission.ATTENDANCE_SUPPORT_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a contract: who does what, the target, where it stands, reviews and visits."""
    plan, user = find(request, uid), request.user
    today = localdate()
    clock = plan.next_clock(SchoolCalendar(plan.opened_on, today), today)
    return render(
        request,
        "attendance/support.html",
        {
            "title": "Attendance contract",
            "plan": plan,
            "clocks": [clock] if clock else [],
            "moves": plan.moves_open_to(user),
            "can_record": user.can(Permission.ATTENDANCE_SUPPORT_RECORD),
            "can_assign": user.can(Permission.ATTENDANCE_SUPPORT_ASSIGN),
            "reviews": SupportReview.objects.as_user(user).filter(plan=plan).held(),
            "missed": SupportReview.objects.as_user(user).open().filter(plan=plan).first()
            if not plan.is_running
            else None,
            "visits": HomeVisit.objects.as_user(user).filter(plan=plan).with_names(),
            "rewards": Reward.objects.as_user(user).filter(plan=plan).with_names(),
        },
    )


@requires(Permission.ATTENDANCE_SUPPORT_VIEW)
def of_pupil(request: Request, uid: str) -> HttpResponse:
    """Show all attendance support of a child."""
    found, user = child(request, uid), request.user
    plans = SupportPlan.objects.as_user(user).filter(pupil=found).with_names()
    plans = plans.with_reviews().with_attendance(user, localdate())
    can_record = user.can(Permission.ATTENDANCE_SUPPORT_RECORD)
    consents = DisplayConsent.objects.as_user(user).filter(pupil=found).with_names()
    pathways = EbsaPathway.objects.as_user(user).filter(pupil=found).with_names()
    return render(
        request,
        "attendance/support_of_pupil.html",
        {
            **frame(found, user, "support"),
            "title": "Attendance support of a pupil",
            "plans": list(plans),
            "visits": HomeVisit.objects.as_user(user).filter(pupil=found).with_names(),
            "rewards": Reward.objects.as_user(user).filter(pupil=found).with_names(),
            "consents": consents,
            "pathways": list(pathways),
            "can_open": user.can(Permission.ATTENDANCE_SUPPORT_OPEN)
            and not any(plan.is_running for plan in plans),
            "can_begin": can_record and not any(row.status == "open" for row in pathways),
            "can_record": can_record,
        },
    )


def act_on(
    request: Request,
    form: Any,
    act: Callable[[], str],
    *,
    title: str,
    caption: object,
    back: str,
    to: Callable[[], str] | None = None,
    lead: str = "",
) -> HttpResponse:
    """Show a form, and do what it asks; what happened is said on the next page."""
    if form.is_valid():
        try:
            done = act()
        except ValidationError as error:
            take_errors(form, error)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(to() if to else back)
    shown = {"title": title, "caption": caption, "form": form, "back_url": back, "lead": lead}
    return render(request, "form_page.html", shown)


def _page_of(plan: SupportPlan) -> str:
    return reverse("attendance:support", args=[plan.uid])


@requires(Permission.ATTENDANCE_SUPPORT_OPEN)
def open_support(request: Request, pupil: str) -> HttpResponse:
    """Begin a contract. `?why=` fills the reason; what an earlier one held is there already."""
    found, user = child(request, pupil), request.user
    plans = SupportPlan.objects.as_user(user).filter(pupil=found)
    if request.method == "GET" and (running := plans.running().first()):
        messages.info(request, "This pupil has a contract that is not over: it is this one.")
        return redirect(_page_of(running))
    earlier = plans.first()
    initial: dict[str, Any] = {
        "why": request.GET.get("why", "")[:LONGEST_WHY],
        "placement": actions.running_placement(found, user),
        "review_school_days": actions.usual_days(localdate()),
        "owner": user,
    }
    if earlier:
        initial |= {name: getattr(earlier, name) for name in CARRIED_OVER}
    form = PlanForm(
        request.POST or None, instance=SupportPlan(), initial=initial, by=user, pupil=found
    )

    def act() -> str:
        form.instance.uid = form.cleaned_data["uid"] or form.instance.uid
        actions.open_support(found, form.instance, by=user)
        return "The draft is saved. Agree it with the young person and the parent."

    return act_on(
        request,
        form,
        act,
        title="Open an attendance contract",
        caption=found,
        back=reverse("attendance:support-of-pupil", args=[found.uid]),
        to=lambda: _page_of(form.instance),
    )


@requires(Permission.ATTENDANCE_SUPPORT_OPEN)
def change(request: Request, uid: str) -> HttpResponse:
    """Change a draft."""
    plan = find(request, uid)
    form = PlanForm(request.POST or None, instance=plan, by=request.user, pupil=plan.pupil)

    def act() -> str:
        seen = form.cleaned_data["seen"] or 0
        actions.change_support(form.instance, seen=seen, by=request.user)
        return "The draft is saved."

    title, back = "Change the draft", _page_of(plan)
    return act_on(request, form, act, title=title, caption=plan.pupil, back=back)


@requires(Permission.ATTENDANCE_SUPPORT_OPEN)
def agree(request: Request, uid: str) -> HttpResponse:
    """Agree a draft with the young person and the parent."""
    plan = find(request, uid)
    form = AgreeForm(request.POST or None)

    def act() -> str:
        saved = actions.agree_support(plan, by=request.user, **form.cleaned_data)
        due = saved.reviews.get().due_on
        return f"The contract is agreed. The first review is due on {day(due)}."

    return act_on(
        request, form, act, title="Agree the contract", caption=plan.pupil, back=_page_of(plan)
    )


@requires(Permission.ATTENDANCE_SUPPORT_RECORD)
def review(request: Request, uid: str) -> HttpResponse:
    """Record a review. The sessions since the one before are counted from the registers."""
    plan = find(request, uid)
    form = SupportReviewForm(request.POST or None)

    def act() -> str:
        held = actions.review_support(plan, by=request.user, **form.cleaned_data)
        due = plan.reviews.open().get().due_on
        return f"The review is recorded: {held.attendance}. The next one is due on {day(due)}."

    return act_on(
        request,
        form,
        act,
        title="Record an attendance review",
        caption=plan.pupil,
        back=_page_of(plan),
        lead=f"Since the contract began: {plan.now}. The sessions since the last review are "
        "counted from the registers when you save.",
    )


def _close(
    request: Request, uid: str, doing: Callable[..., object], *, title: str, label: str
) -> HttpResponse:
    plan = find(request, uid)
    form = CloseForm(request.POST or None, label=label)

    def act() -> str:
        doing(plan, by=request.user, **form.cleaned_data)
        return "The contract is over. What was agreed and reviewed stays."

    return act_on(request, form, act, title=title, caption=plan.pupil, back=_page_of(plan))


@requires(Permission.ATTENDANCE_SUPPORT_OPEN)
def meet(request: Request, uid: str) -> HttpResponse:
    """Close a contract whose target is met."""
    title, label = "The target is met", "How it was met"
    return _close(request, uid, actions.meet_support, title=title, label=label)


@requires(Permission.ATTENDANCE_SUPPORT_OPEN)
def end(request: Request, uid: str) -> HttpResponse:
    """End a contract with the reason."""
    title, label = "End the contract", "Why it ends"
    return _close(request, uid, actions.end_support, title=title, label=label)


@requires(Permission.ATTENDANCE_SUPPORT_ASSIGN)
def assign(request: Request, uid: str) -> HttpResponse:
    """Put a contract onto another caseload."""
    plan = find(request, uid)
    form = AssignForm(request.POST or None, initial={"owner": plan.owner_id}, by=request.user)

    def act() -> str:
        saved = actions.assign_support(plan, owner=form.cleaned_data["owner"], by=request.user)
        return f"On the caseload of {saved.owner or 'nobody yet'}."

    title, back = "Assign the contract", _page_of(plan)
    return act_on(request, form, act, title=title, caption=plan.pupil, back=back)
