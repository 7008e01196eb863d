"""Pages of part-time timetables: the list, the page of one, and what happens to it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.timetables import (
    TimetableEndForm,
    TimetableFilter,
    TimetableForm,
    TimetableReviewForm,
)
from attendance.models import PartTimeTimetable, TimetableReview, TimetableRule
from attendance.models.timetable import waits
from placements.models import RUNNING, Placement

Form = Any


@requires(Permission.TIMETABLE_VIEW)
def index(request: Request) -> HttpResponse:
    """List part-time timetables within reach: those that go on, or those that wait for something."""
    today, user = localdate(), request.user
    rule = TimetableRule.objects.as_user(user).on(today)
    form = TimetableFilter(request.GET)
    rows = PartTimeTimetable.objects.as_user(user).waiting_for(form.waits_for, today, rule)
    page = page_of(request, rows.with_names().order_by("full_time_on", "pk"))
    looked_at(request, [row.placement.pupil_id for row in page], act="list")
    return render(
        request,
        "attendance/timetables.html",
        {
            "title": "Part-time timetables",
            "page": page,
            "rows": [(row, row.hours(rule)) for row in page],
            "waits": waits(rule),
            "chosen": form.waits_for,
            "rule": rule,
            "today": today,
            "can_change_rule": user.can(Permission.RULE_CHANGE),
        },
    )


@requires(Permission.TIMETABLE_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show what was agreed, the hours beside full time, and the reviews."""
    timetable, user, today = _found(request, uid), request.user, localdate()
    reviews = TimetableReview.objects.as_user(user).filter(timetable=timetable).told()
    rule = TimetableRule.objects.as_user(user).on(today)
    is_open = timetable.placement.status in RUNNING and not timetable.outcome
    return render(
        request,
        "attendance/timetable.html",
        {
            "title": "Part-time timetable",
            "timetable": timetable,
            "placement": timetable.placement,
            "hours": timetable.hours(rule),
            "rule": rule,
            "reviews": reviews,
            "followed_by": getattr(timetable, "followed_by", None),
            "marked": timetable.marks.not_corrected().count(),
            "can_review": is_open and user.can(Permission.TIMETABLE_REVIEW),
            "can_agree": is_open and user.can(Permission.TIMETABLE_AGREE),
            "today": today,
        },
    )


def _found(request: Request, uid: str) -> PartTimeTimetable:
    rows = PartTimeTimetable.objects.as_user(request.user).with_names()
    found = get_object_or_404(rows.select_related("recorded_by", "follows"), uid=uid)
    looked_at(request, [found.placement.pupil_id])
    return found


@requires(Permission.TIMETABLE_AGREE)
def agree(request: Request, placement: str) -> HttpResponse:
    """Record a part-time timetable for a placement."""
    rows = Placement.objects.as_user(request.user).running().with_register().with_names()
    found = get_object_or_404(rows, uid=placement)
    looked_at(request, [found.pupil_id])
    return _agree(request, found, None, reverse("placements:detail", args=[found.uid]))


@requires(Permission.TIMETABLE_AGREE)
def renew(request: Request, uid: str) -> HttpResponse:
    """Record a new timetable that goes on from one, by new agreements."""
    before = _found(request, uid)
    return _agree(request, before.placement, before, _page(before))


def _agree(
    request: Request, placement: Placement, before: PartTimeTimetable | None, back: str
) -> HttpResponse:
    initial: dict[str, Any] = {}
    if before is not None:
        initial = {"starts_on": before.ends_on, "reason": before.reason}
    form = TimetableForm(
        request.POST or None,
        instance=PartTimeTimetable(),
        placement=placement,
        initial=initial,
    )

    def act() -> PartTimeTimetable:
        return actions.agree(
            form.instance,
            placement=placement,
            first_review_on=form.cleaned_data["first_review_on"],
            follows=before,
            by=request.user,
        )

    return _act(
        request,
        form,
        act,
        title="Agree a new timetable" if before else "Agree a part-time timetable",
        about=placement,
        back=back,
        done="The timetable is saved. From its first day on the register asks for its sessions.",
        form_page="attendance/timetable_form.html",
        before=before,
    )


@requires(Permission.TIMETABLE_REVIEW)
def review(request: Request, uid: str) -> HttpResponse:
    """Record a review of a timetable."""
    timetable = _found(request, uid)
    form = TimetableReviewForm(request.POST or None)

    def act() -> PartTimeTimetable:
        actions.review_timetable(timetable, by=request.user, **form.cleaned_data)
        return timetable

    return _act(
        request,
        form,
        act,
        title="Record a review",
        about=timetable.placement,
        back=_page(timetable),
        done="The review is recorded.",
    )


@requires(Permission.TIMETABLE_AGREE)
def end(request: Request, uid: str) -> HttpResponse:
    """Record how a timetable ended, or end it before the day agreed."""
    timetable = _found(request, uid)
    last = min(timetable.last_day, localdate() - timedelta(days=1))
    form = TimetableEndForm(request.POST or None, initial={"last_day": last})

    def act() -> PartTimeTimetable:
        return actions.end_timetable(timetable, by=request.user, **form.cleaned_data)

    return _act(
        request,
        form,
        act,
        title="Record how it ended",
        about=timetable.placement,
        back=_page(timetable),
        done="How the timetable ended is recorded.",
    )


def _page(timetable: PartTimeTimetable) -> str:
    return reverse("attendance:timetable", args=[timetable.uid])


def _act(
    request: Request,
    form: Form,
    act: Callable[[], PartTimeTimetable],
    *,
    title: str,
    about: Placement,
    back: str,
    done: str,
    form_page: str = "form_page.html",
    **shown: Any,
) -> HttpResponse:
    """Show a form about a timetable, and do what it asks."""
    if form.is_valid():
        try:
            timetable = act()
        except ValidationError as error:
            take_errors(form, error)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(_page(timetable))
    caption = f"{about.pupil}, {about.provider}"
    shown |= {"title": title, "caption": caption, "form": form, "back_url": back}
    return render(request, form_page, shown)
