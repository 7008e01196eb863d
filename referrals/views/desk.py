"""The triage desk: the queue and the referral side by side, decided from the keyboard."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from accounts.access import Request, looked_at, requires
from accounts.models import Cover, Organisation, SchoolCalendar
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.pages import page_in_one
from pupils.models import Pupil
from referrals import actions
from referrals.forms import AskForm, AssignForm, DecisionForm, DeskFilterForm
from referrals.models import Entry, Referral, SavedFilter
from referrals.story import remarks_for
from referrals.views.writing import answers_of, find, kept

ROWS = 25
NAMED_ONE_BY_ONE = 10


def desk_filter(request: Request) -> DeskFilterForm:
    """Return the form of the desk as the address fills it."""
    return next(desk_filters(request, [request.GET]))


def desk_filters(request: Request, asked: Iterable[QueryDict]) -> Iterator[DeskFilterForm]:
    """Yield the form for each of some queries. What it offers is asked for once."""
    covers = Cover.objects.as_user(request.user)
    officers, covered = covers.beside(request.user, Permission.REFERRAL_DECIDE, localdate())
    places = list(Organisation.objects.as_user(request.user).of_pupils())
    for query in asked:
        yield DeskFilterForm(
            query, officers=officers, places=places, covered=covered, by=request.user
        )


def _queue(request: Request, form: DeskFilterForm) -> Any:
    rows = Referral.objects.as_user(request.user).narrowed(**form.narrowing)
    return rows.sorted_by(form.order)


@requires(Permission.REFERRAL_DECIDE)
def desk(request: Request) -> HttpResponse:
    """Show the queue, and beside it the referral that is chosen."""
    form = desk_filter(request)
    seen = Referral.objects.as_user(request.user)
    told = seen.with_names().with_hints().with_earlier(seen).sorted_by(form.order)
    page = page_in_one(request, told, ROWS, counted=_queue(request, form))
    calendar = SchoolCalendar(localdate(), localdate())
    wanted = request.GET.get("chosen", "")
    chosen = next((row for row in page if str(row.uid) == wanted), None)
    if chosen is None and page.object_list:
        chosen = page.object_list[0]
    context: dict[str, Any] = {
        "title": "Triage desk",
        "page": page,
        "form": form,
        "officers": form.officers,
        "saved": SavedFilter.objects.as_user(request.user),
        "rows": [
            {"referral": row, "age": row.age(calendar), "clock": next(iter(row.clocks(calendar)), None),
             "is_chosen": row is chosen,
             "covered": row.assigned_to if row.assigned_to in form.covered else None}
            for row in page
        ],
    }  # fmt: skip
    if chosen:
        context |= _chosen(request, page, chosen, calendar, form.places)
    return render(request, "referrals/desk.html", context)


def _chosen(
    request: Request,
    page: Any,
    chosen: Referral,
    calendar: SchoolCalendar,
    places: list[Organisation],
) -> Any:
    rows = list(page)
    twins, siblings = Pupil.objects.as_user(request.user).around(chosen.pupil)
    beside = [pupil.pk for pupil in (*twins, *siblings)]
    looked_at(request, [chosen.pupil_id, *beside], listed=[row.pupil_id for row in rows])
    following = rows[(rows.index(chosen) + 1) % len(rows)]
    state = _state(request, desk="1", chosen=str(following.uid))
    form = _decision_form(request, chosen, places)
    form.action = f"{reverse('referrals:decide', args=[chosen.uid])}?{state}"
    return {
        "chosen": chosen,
        "state": state,
        "here": _state(request, desk="1", chosen=str(chosen.uid)),
        "can_hold": request.user.can(Permission.PLACEMENT_OPEN) and chosen.awaits_a_place,
        "twins": twins,
        "siblings": siblings,
        "earlier": chosen.earlier,
        "clocks": chosen.clocks(calendar),
        "answers": answers_of(chosen),
        "attachments": kept(chosen),
        "entries": Entry.objects.as_user(request.user).filter(referral=chosen).told(),
        "moves": chosen.moves_open_to(request.user),
        "decision": form,
    }


def _decision_form(
    request: Request, referral: Referral, known: Iterable[Organisation] = ()
) -> DecisionForm:
    places = Organisation.objects.as_user(request.user).where_pupils_go(referral.school_id)
    listed = Organisation.where_one_goes(known, referral.school_id)
    remarks = remarks_for(request.user)
    return DecisionForm(request.POST or None, places=places, listed=listed, remarks=remarks)


def _state(request: Request, **changes: str) -> str:
    """Return the address's own state, changed: filter, sort and page survive every step."""
    kept_state = {key: value for key, value in request.GET.items() if key not in changes}
    return urlencode({**kept_state, **{key: value for key, value in changes.items() if value}})


def _back(request: Request) -> HttpResponse:
    """Go back to the desk as it was."""
    return redirect(f"{reverse('referrals:desk')}?{_state(request, desk='')}")


@requires(Permission.REFERRAL_DECIDE)
def decide(request: Request, uid: str) -> HttpResponse:
    """Decide a referral beside what the school wrote."""
    referral = find(request, uid)
    seen = Referral.objects.as_user(request.user)
    twins, siblings = Pupil.objects.as_user(request.user).around(referral.pupil)
    looked_at(request, [pupil.pk for pupil in (*twins, *siblings)])
    form = _decision_form(request, referral)
    if form.is_valid():
        try:
            actions.decide(
                referral,
                verb=form.verb,
                reason=form.cleaned_data["reason"],
                tier=form.tier,
                provider=form.cleaned_data["provider"],
                by=request.user,
            )
        except (WrongStatus, ValidationError) as error:
            referral.refresh_from_db()
            if referral.is_decided_by(request.user, form.verb, form.tier):
                return _after(request, referral)  # the same decision, sent twice
            form.add_error(None, _who_was_first(referral, error))
        else:
            return _after(request, referral)
    return render(
        request,
        "referrals/decide.html",
        {
            "title": f"Decide referral {referral.reference}",
            "referral": referral,
            "twins": twins,
            "siblings": siblings,
            "earlier": seen.filter(pupil=referral.pupil).exclude(pk=referral.pk),
            "answers": answers_of(referral),
            "attachments": kept(referral),
            "form": form,
        },
    )


def _who_was_first(referral: Referral, error: WrongStatus | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if referral.decided_by:
        return (
            f"{referral.decided_by} was first: {referral.get_status_display().lower()}"
            f"{', ' + referral.get_tier_display().lower() if referral.tier else ''}. "
            "Your text is kept below, and nothing of it is recorded."
        )
    return str(error)


def _after(request: Request, referral: Referral) -> HttpResponse:
    messages.success(
        request,
        f"Referral {referral.reference} is decided. You can take it back on its page until the "
        "school has read it.",
    )
    return _back(request) if "desk" in request.GET else redirect(referral)


@requires(Permission.REFERRAL_DECIDE)
@require_POST
def undo(request: Request, uid: str) -> HttpResponse:
    """Take a decision back that the school has not read."""
    referral = find(request, uid)
    try:
        actions.undo(referral, by=request.user)
    except WrongStatus as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The decision on {referral.reference} is taken back.")
    return redirect(referral)


@requires(Permission.REFERRAL_DECIDE)
def ask(request: Request, uid: str) -> HttpResponse:
    """Ask the school for what is missing."""
    referral = find(request, uid)
    missing = [name for name in referral.missing if name != "reason"]
    form = AskForm(request.POST or None, initial={"questions": missing})
    if form.is_valid():
        try:
            actions.ask(
                referral,
                questions=form.cleaned_data["questions"],
                words=form.cleaned_data["words"],
                by=request.user,
            )
        except (WrongStatus, ValidationError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"{referral.school} is asked. The referral comes back by itself."
            )
            return _back(request) if "desk" in request.GET else redirect(referral)
    context = {"title": "Ask for what is missing", "form": form, "caption": str(referral.pupil)}
    return render(request, "form_page.html", context | {"back_url": referral.get_absolute_url()})


@requires(Permission.REFERRAL_DECIDE)
@require_POST
def assign(request: Request) -> HttpResponse:
    """Assign the ticked referrals, or all that the filter keeps, with a result for each."""
    people = request.user.colleagues_who(Permission.REFERRAL_DECIDE)
    form = AssignForm(request.POST, officers=people)
    officer = form.cleaned_data["to"] if form.is_valid() else None
    if officer is None and not form.cleaned_data.get("nobody"):
        messages.error(request, "Choose an officer. Nothing was assigned.")
        return _back(request)
    rows = _queue(request, desk_filter(request)).with_names()
    if "all" not in request.POST:
        rows = rows.filter(uid__in=filter(_is_uid, request.POST.getlist("referral")))
    found = list(rows)
    looked_at(request, [row.pupil_id for row in found], act="list")
    problems = actions.assign_all(found, to=officer, by=request.user)
    refused = {referral.pk for referral, _ in problems}
    given = [referral.reference for referral in found if referral.pk not in refused]
    told = f": {', '.join(given)}" if 0 < len(given) <= NAMED_ONE_BY_ONE else ""
    messages.success(request, f"{len(given)} assigned to {officer or 'nobody'}{told}.")
    for referral, words in problems:
        messages.error(request, f"{referral.reference} was not assigned: {words}")
    return _back(request)


def _is_uid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
