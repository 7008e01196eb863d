"""Suspensions: the list, a pupil's, and what is recorded of one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation, SchoolCalendar
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from pupils import actions
from pupils.forms.exclusion import (
    ALL_OPTIONAL,
    CancelForm,
    ExclusionFilterForm,
    SuspensionFollowForm,
    SuspensionForm,
)
from pupils.models import PermanentExclusion, Pupil, Suspension
from pupils.models.suspension import MOST_DAYS, MOST_SESSIONS, days_words
from pupils.story import frame

YEARS_SHOWN = 4


def filter_context(request: Request) -> dict[str, Any]:
    """Return what a list of suspensions or exclusions offers to narrow it."""
    this_year = academic_year(localdate())
    years = range(this_year, this_year - YEARS_SHOWN, -1)
    sees_all = bool(request.user.roles & REACH_ALL)
    return {
        "schools": Organisation.objects.as_user(request.user).with_roll() if sees_all else [],
        "years": [(str(year), year_label(year)) for year in years],
        "can_record": request.user.can(Permission.EXCLUSION_RECORD),
        "can_import": request.user.can(Permission.EXCLUSION_IMPORT),
        "sees_leavers": request.user.can(Permission.LEAVER_VIEW),
        "enters_headcounts": request.user.can(Permission.HEADCOUNT_CHANGE),
    }


@requires(Permission.EXCLUSION_VIEW)
def index(request: Request) -> HttpResponse:
    """List the suspensions within reach, the newest first."""
    asked = ExclusionFilterForm(request.GET).narrowing("school", "year", "waits", "state")
    rows = Suspension.objects.as_user(request.user).narrowed(request.user, **asked)
    page = page_of(request, rows.whole(request.user))
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "pupils/suspensions.html",
        {"title": "Suspensions", "page": page, **filter_context(request)},
    )


@requires(Permission.EXCLUSION_VIEW)
def of_pupil(request: Request, uid: str) -> HttpResponse:
    """Show a child's suspensions and permanent exclusions, and how much of the 45 days is used."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    rows = Suspension.objects.as_user(request.user).filter(pupil=pupil)
    this_year = academic_year(localdate())
    used = rows.in_year(this_year).sessions_counted()
    return render(
        request,
        "pupils/suspensions_of_pupil.html",
        {
            **frame(pupil, request.user, "suspensions"),
            "title": "Suspensions",
            "page": page_of(request, rows.whole(request.user)),
            "exclusions": PermanentExclusion.objects.as_user(request.user)
            .filter(pupil=pupil)
            .whole(request.user),
            "year": year_label(this_year),
            "used": days_words(used) if used else "none",
            "left": days_words(MOST_SESSIONS - used) if used < MOST_SESSIONS else "none",
            "most": MOST_DAYS,
            "can_record": request.user.can(Permission.EXCLUSION_RECORD),
        },
    )


def _found(request: Request, uid: str, *, to_change: bool = False) -> Suspension:
    rows = Suspension.objects.as_user(request.user)
    rows = rows.changeable_by(request.user) if to_change else rows
    row = get_object_or_404(rows.whole(request.user), uid=uid)
    looked_at(request, [row.pupil_id])
    return row


@requires(Permission.EXCLUSION_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a suspension: what was decided, what runs, and what followed."""
    row, user = _found(request, uid), request.user
    calendar = SchoolCalendar(row.starts_on, row.starts_on)
    has_social_worker = row.has_social_worker  # type: ignore[attr-defined]
    is_own = Suspension.objects.as_user(user).changeable_by(user).filter(pk=row.pk).exists()
    return render(
        request,
        "pupils/suspension.html",
        {
            "title": "Suspension",
            "row": row,
            "has_social_worker": has_social_worker,
            "clocks": row.clocks(calendar, has_social_worker=has_social_worker),
            "may_change": is_own
            and user.can(Permission.EXCLUSION_RECORD)
            and row.cancelled_on is None,
        },
    )


def act_and_return(
    request: Request,
    form: Any,
    *,
    pupil: Pupil,
    title: str,
    back: str,
    act: Callable[[], Any],
    done: str,
    lead: str = "",
) -> HttpResponse:
    """Show a form about a child, act when it is filled in rightly, and show what was saved."""
    if form.is_valid():
        try:
            saved = act()
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(saved)
    return render(
        request,
        "form_page.html",
        {"title": title, "caption": pupil, "form": form, "back_url": back, "lead": lead},
    )


@requires(Permission.EXCLUSION_RECORD)
def add(request: Request, uid: str) -> HttpResponse:
    """Record a suspension."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    form = SuspensionForm(request.POST or None, by=request.user, pupil=pupil)

    def act() -> Suspension:
        form.instance.uid = form.cleaned_data["uid"] or form.instance.uid
        return actions.suspend(form.instance, pupil=pupil, by=request.user)

    return act_and_return(
        request,
        form,
        pupil=pupil,
        title="Record a suspension",
        back=reverse("pupils:pupil-suspensions", args=[uid]),
        act=act,
        done="The suspension is recorded.",
    )


@requires(Permission.EXCLUSION_RECORD)
def change(request: Request, uid: str) -> HttpResponse:
    """Put right what was recorded of a suspension."""
    row = _found(request, uid, to_change=True)
    form = SuspensionForm(request.POST or None, instance=row, by=request.user, pupil=row.pupil)
    return _change(request, row, form, "Put the suspension right", "The suspension is put right.")


@requires(Permission.EXCLUSION_RECORD)
def follow(request: Request, uid: str) -> HttpResponse:
    """Record what followed a suspension."""
    row = _found(request, uid, to_change=True)
    form = SuspensionFollowForm(request.POST or None, instance=row)
    title = "What followed the suspension"
    return _change(request, row, form, title, "Saved.", lead=ALL_OPTIONAL)


def _change(
    request: Request, row: Suspension, form: Any, title: str, done: str, *, lead: str = ""
) -> HttpResponse:
    def act() -> Suspension:
        seen = form.cleaned_data["seen"] or 0
        return actions.change_suspension(form.instance, seen=seen, by=request.user)

    back = row.get_absolute_url()
    return act_and_return(
        request, form, pupil=row.pupil, title=title, back=back, act=act, done=done, lead=lead
    )


@requires(Permission.EXCLUSION_RECORD)
def cancel(request: Request, uid: str) -> HttpResponse:
    """Cancel a suspension before the governing board has met."""
    row = _found(request, uid, to_change=True)
    form = CancelForm(request.POST or None)
    return act_and_return(
        request,
        form,
        pupil=row.pupil,
        title="Cancel the suspension",
        back=row.get_absolute_url(),
        act=lambda: actions.cancel_suspension(row, by=request.user, **form.cleaned_data),
        done="The suspension is cancelled. It is kept, and no figure counts it.",
        lead="A cancelled suspension is kept and left out of the counts. Tell the parents, the "
        "governing board and the council, and offer the parents a meeting. The pupil returns "
        "without delay.",
    )
