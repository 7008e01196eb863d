"""Permanent exclusions: the list, one of them, and what followed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.access import Request, looked_at, requires
from accounts.models import SchoolCalendar
from accounts.permissions import Permission
from apsystem.lib.pages import page_of
from pupils import actions
from pupils.forms.exclusion import (
    ALL_OPTIONAL,
    ExclusionFilterForm,
    ExclusionFollowForm,
    ExclusionForm,
    WithdrawForm,
)
from pupils.models import PermanentExclusion, Pupil
from pupils.views.suspensions import act_and_return, filter_context


@requires(Permission.EXCLUSION_VIEW)
def index(request: Request) -> HttpResponse:
    """List the permanent exclusions within reach, the newest first."""
    asked = ExclusionFilterForm(request.GET).narrowing("school", "year", "waits")
    rows = PermanentExclusion.objects.as_user(request.user).narrowed(**asked).whole(request.user)
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "pupils/exclusions.html",
        {"title": "Permanent exclusions", "page": page, **filter_context(request)},
    )


def _found(request: Request, uid: str, *, to_change: bool = False) -> PermanentExclusion:
    rows = PermanentExclusion.objects.as_user(request.user)
    rows = rows.changeable_by(request.user) if to_change else rows
    row = get_object_or_404(rows.whole(request.user), uid=uid)
    looked_at(request, [row.pupil_id])
    return row


@requires(Permission.EXCLUSION_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a permanent exclusion: what was decided, what runs, where the review stands."""
    row, user = _found(request, uid), request.user
    calendar = SchoolCalendar(row.decided_on, row.effective_on)
    has_social_worker = row.has_social_worker  # type: ignore[attr-defined]
    own = PermanentExclusion.objects.as_user(user).changeable_by(user).filter(pk=row.pk)
    return render(
        request,
        "pupils/exclusion.html",
        {
            "title": "Permanent exclusion",
            "row": row,
            "has_social_worker": has_social_worker,
            "clocks": row.clocks(calendar, has_social_worker=has_social_worker),
            "may_change": user.can(Permission.EXCLUSION_RECORD)
            and row.rescinded_on is None
            and own.exists(),
        },
    )


@requires(Permission.EXCLUSION_RECORD)
def add(request: Request, uid: str) -> HttpResponse:
    """Record a permanent exclusion."""
    pupil = get_object_or_404(Pupil.objects.as_user(request.user), uid=uid)
    looked_at(request, [pupil.pk])
    form = ExclusionForm(request.POST or None, by=request.user, pupil=pupil)

    def act() -> PermanentExclusion:
        form.instance.uid = form.cleaned_data["uid"] or form.instance.uid
        return actions.exclude(form.instance, pupil=pupil, by=request.user)

    return act_and_return(
        request,
        form,
        pupil=pupil,
        title="Record a permanent exclusion",
        back=reverse("pupils:pupil-suspensions", args=[uid]),
        act=act,
        done="The permanent exclusion is recorded. The council has a referral with the day-6 "
        "duty in a moment.",
        lead="The council must provide education from the sixth school day. A referral opens by "
        "itself, so that the SEND team can begin today.",
    )


def _change(
    request: Request, row: PermanentExclusion, form: Any, title: str, *, lead: str = ""
) -> HttpResponse:
    def act() -> PermanentExclusion:
        seen = form.cleaned_data["seen"] or 0
        return actions.change_exclusion(form.instance, seen=seen, by=request.user)

    back = row.get_absolute_url()
    return act_and_return(
        request, form, pupil=row.pupil, title=title, back=back, act=act, done="Saved.", lead=lead
    )


@requires(Permission.EXCLUSION_RECORD)
def change(request: Request, uid: str) -> HttpResponse:
    """Put right what was recorded of a permanent exclusion."""
    row = _found(request, uid, to_change=True)
    form = ExclusionForm(request.POST or None, instance=row, by=request.user, pupil=row.pupil)
    return _change(request, row, form, "Put the permanent exclusion right")


@requires(Permission.EXCLUSION_RECORD)
def follow(request: Request, uid: str) -> HttpResponse:
    """Record what followed a permanent exclusion."""
    row = _found(request, uid, to_change=True)
    form = ExclusionFollowForm(request.POST or None, instance=row)
    title = "What followed the permanent exclusion"
    return _change(request, row, form, title, lead=ALL_OPTIONAL)


@requires(Permission.EXCLUSION_RECORD)
def withdraw(request: Request, uid: str) -> HttpResponse:
    """Withdraw a permanent exclusion before the governing board has met."""
    row = _found(request, uid, to_change=True)
    form = WithdrawForm(request.POST or None)
    return act_and_return(
        request,
        form,
        pupil=row.pupil,
        title="Withdraw the permanent exclusion",
        back=row.get_absolute_url(),
        act=lambda: actions.withdraw_exclusion(row, by=request.user, **form.cleaned_data),
        done="The permanent exclusion is withdrawn. It is kept, and no figure counts it.",
        lead="The head may withdraw it until the governing board has met. Tell the parents, the "
        "governing board and the council. The pupil returns without delay.",
    )
