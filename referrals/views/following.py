"""Following a referral: where it stands, what was decided, and what the school still adds."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import SchoolCalendar
from accounts.permissions import REACH_SCHOOL, Permission
from accounts.workflow import WrongStatus
from apsystem.lib.pages import page_of
from pupils.letters import kinds_open
from pupils.models import Letter
from referrals import actions
from referrals.forms import AddForm, AmendForm, AnswerForm, ReferralFilterForm
from referrals.models import (
    ANSWERS,
    DECIDED,
    UNDECIDED,
    DecisionRead,
    Entry,
    Referral,
    RequestForMore,
    Status,
)
from referrals.views.writing import answers_of, find, kept, saved_by_others, tasks_of


@requires(Permission.REFERRAL_VIEW)
def index(request: Request) -> HttpResponse:
    """List the referrals within reach."""
    form = ReferralFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = Referral.objects.as_user(request.user).with_names().narrowed(**chosen)
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "referrals/list.html",
        {
            "title": "Referrals",
            "page": page,
            "form": form,
            "can_make": request.user.can(Permission.REFERRAL_MAKE),
            "can_decide": request.user.can(Permission.REFERRAL_DECIDE),
        },
    )


@requires(Permission.REFERRAL_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a draft as its task list, and what was sent with all that happened to it."""
    referral = find(request, uid)
    user = request.user
    if referral.status in DECIDED and user.organisations_as(REACH_SCHOOL):
        actions.note_read(referral, by=user)
    calendar = SchoolCalendar(localdate(), localdate())
    asked = RequestForMore.objects.as_user(user).filter(referral=referral, answered_at=None)
    return render(
        request,
        "referrals/task_list.html" if _is_to_write(referral, user) else "referrals/detail.html",
        {
            "title": f"Referral {referral.reference}",
            "referral": referral,
            "moves": referral.moves_open_to(user),
            "tasks": tasks_of(referral),
            "answers": answers_of(referral),
            "attachments": kept(referral),
            "clocks": referral.clocks(calendar),
            "entries": Entry.objects.as_user(user).filter(referral=referral).told(),
            "asked": asked.select_related("asked_by").first(),
            "letters": Letter.objects.as_user(user).of_case(referral.uid),
            "letter_kinds": kinds_open("referral", referral)
            if user.can(Permission.LETTER_WRITE)
            else [],
            "is_read": "undo" in referral.moves_open_to(user)
            and DecisionRead.objects.as_user(user).filter(referral=referral).exists(),
            "can_place": user.can(Permission.PLACEMENT_OPEN),
            "can_hold": referral.awaits_a_place,
            "can_add": referral.status in UNDECIDED and user.can(Permission.REFERRAL_MAKE),
        },
    )


def _is_to_write(referral: Referral, user: Any) -> bool:
    return referral.status == Status.DRAFT and user.can(Permission.REFERRAL_MAKE)


@requires(Permission.REFERRAL_MAKE)
def withdraw(request: Request, uid: str) -> HttpResponse:
    """Ask, and take a referral back."""
    referral = find(request, uid)
    if request.method == "POST":
        try:
            actions.withdraw(referral, by=request.user)
        except WrongStatus as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Referral {referral.reference} is withdrawn.")
        return redirect(referral)
    return render(
        request,
        "confirm_page.html",
        {
            "title": f"Withdraw referral {referral.reference}?",
            "body": "The SEND team will not decide it. You can refer the pupil again at any time.",
            "action": "Withdraw the referral",
            "back_url": referral.get_absolute_url(),
        },
    )


@requires(Permission.REFERRAL_MAKE)
def add(request: Request, uid: str) -> HttpResponse:
    """Add information to a sent referral."""
    referral = _undecided(request, uid)
    form = AddForm(request.POST or None)
    if form.is_valid():
        try:
            actions.add(referral, words=form.cleaned_data["words"], by=request.user)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The information is with the SEND team.")
            return redirect(referral)
    return _page(request, referral, form, "Add information")


@requires(Permission.REFERRAL_MAKE)
def amend(request: Request, uid: str, name: str) -> HttpResponse:
    """Change one answer of a sent referral; the old answer stays beside the new one."""
    if name not in ANSWERS:
        raise Http404
    referral = _undecided(request, uid)
    form = AmendForm(request.POST or None, referral=referral, names=[name])
    theirs: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            actions.amend(
                referral,
                by=request.user,
                revision=form.cleaned_data["revision"],
                **form.answers(referral),
            )
        except actions.Stale as error:
            theirs = saved_by_others(form, error)
        except (WrongStatus, ValidationError) as error:
            form.add_error(None, _words(error))
        else:
            messages.success(request, "The new answer is with the SEND team, beside the old one.")
            return redirect(referral)
    return _page(request, referral, form, f"Amend: {ANSWERS[name]}", theirs=theirs)


@requires(Permission.REFERRAL_MAKE)
def answer(request: Request, uid: str) -> HttpResponse:
    """Answer exactly what the SEND team asked for."""
    referral = find(request, uid)
    open_requests = RequestForMore.objects.as_user(request.user).filter(answered_at=None)
    asked = get_object_or_404(open_requests.select_related("asked_by"), referral=referral)
    form = AnswerForm(
        request.POST or None,
        referral=referral,
        names=asked.questions,
        is_question=bool(asked.words),
    )
    theirs: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            actions.answer(
                referral,
                words=form.cleaned_data["words"],
                by=request.user,
                revision=form.cleaned_data["revision"],
                **form.answers(referral),
            )
        except actions.Stale as error:
            theirs = saved_by_others(form, error)
        except (WrongStatus, ValidationError) as error:
            form.add_error(None, _words(error))
        else:
            messages.success(request, "Your answers are with the SEND team.")
            return redirect(referral)
    title = "Answer the SEND team"
    lead = asked.words or "The SEND team needs these answers before it can decide."
    return _page(request, referral, form, title, lead=lead, theirs=theirs)


def _undecided(request: Request, uid: str) -> Referral:
    referral = find(request, uid)
    if referral.status not in UNDECIDED:
        raise Http404
    return referral


def _words(error: WrongStatus | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _page(
    request: Request, referral: Referral, form: Any, title: str, **more: Any
) -> HttpResponse:
    context = {"title": title, "form": form, "caption": str(referral.pupil)}
    return render(
        request, "form_page.html", context | {"back_url": referral.get_absolute_url(), **more}
    )
