"""The page of absence that needs a step: patterns in words, and marks of N to replace."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import SchoolCalendar
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.absence import ReplaceForm, codes_for
from attendance.models import Mark, Threshold
from attendance.models.patterns import FINDERS, findings, unexplained
from attendance.models.threshold import Kind
from attendance.views.absence import tabs
from pupils.models import Pupil


@requires(Permission.ABSENCE_VIEW)
def index(request: Request) -> HttpResponse:
    """Show how many pupils each pattern finds, and those of one, with why in words."""
    user, today = request.user, localdate()
    kind = request.GET.get("show", "")
    kind = kind if kind in FINDERS else Kind.UNAUTHORISED.value
    marks, rules = Mark.objects.as_user(user), Threshold.objects.as_user(user).on(today)
    calendar = SchoolCalendar(today, today)
    found = {key: findings(key, marks, rules.get(key), today, calendar) for key in FINDERS}
    page = page_of(request, found[kind])
    pupils = Pupil.objects.as_user(user).in_bulk([row.pupil_id for row in page])
    looked_at(request, pupils, act="list")
    rule = rules.get(Kind.UNEXPLAINED)
    return render(
        request,
        "attendance/steps.html",
        {
            "title": "Absence that needs a step",
            "tabs": tabs(request, "steps"),
            "kinds": [(key, Kind(key).label, len(found[key]), key == kind) for key in FINDERS],
            "kind": kind,
            "rule": rules.get(kind),
            "page": page,
            "rows": [(pupils[row.pupil_id], row.words) for row in page if row.pupil_id in pupils],
            "unexplained": unexplained(marks, rule, today, calendar).count() if rule else 0,
            "today": today,
        },
    )


@requires(Permission.ABSENCE_VIEW)
def replace(request: Request) -> HttpResponse:
    """Show the marks of N that are too old, and replace them where the reason is known."""
    user, today = request.user, localdate()
    rule = Threshold.objects.as_user(user).on(today).get(Kind.UNEXPLAINED)
    marks = Mark.objects.as_user(user)
    calendar = SchoolCalendar(today, today)
    rows = unexplained(marks, rule, today, calendar) if rule else marks.none()
    page = page_of(request, rows.with_names())
    looked_at(request, {row.pupil_id for row in page}, act="list")
    codes = [code for code in codes_for(today, 0, user) if code.kind != "attending"]
    can_mark = user.can(Permission.REGISTER_MARK)
    form = ReplaceForm(request.POST if request.method == "POST" else None, list(page))
    if request.method == "POST":
        if not can_mark:
            raise Http404
        if form.is_valid() and _replaced(request, form):
            return redirect(request.get_full_path())
    return render(
        request,
        "attendance/replace.html",
        {
            "title": "N to be replaced",
            "rule": rule,
            "page": page,
            "lines": form.lines,
            "codes": codes,
            "form": form,
            "can_mark": can_mark,
            "back_url": reverse("attendance:steps"),
        },
    )


def _replaced(request: Request, form: ReplaceForm) -> bool:
    try:
        problems = actions.replace_unexplained(
            form.replacements,
            marks=Mark.objects.as_user(request.user),
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except ValidationError as error:
        take_errors(form, error)
        return False
    changed = len(form.replacements) - len(problems)
    messages.success(request, f"{changed} mark{'' if changed == 1 else 's'} replaced.")
    form.show(problems)
    return not problems
