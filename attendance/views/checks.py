"""Pages that check marks: sessions that do not fit, and marks outside the expected sessions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from attendance import actions
from attendance.forms.outside import OutsideForm
from attendance.models import Mark, PartTimeTimetable
from attendance.models.checks import Fault, checked, faults
from attendance.views.register import SESSIONS, read_day
from placements.models import Placement

SPANS = [("2", "2 weeks"), ("6", "6 weeks"), ("12", "12 weeks")]


class CheckFilter(forms.Form):
    """What the list of faults can be narrowed to. Its state is in the address."""

    fault = forms.ChoiceField(choices=[("", "All"), *Fault.choices], required=False)
    weeks = forms.ChoiceField(choices=SPANS, required=False)

    @property
    def chosen(self) -> tuple[str, int]:
        """Return the fault and the weeks; what cannot be understood is left at its start."""
        self.is_valid()
        found: dict[str, Any] = self.cleaned_data
        return found.get("fault", ""), int(found.get("weeks") or SPANS[0][0])


@requires(Permission.REGISTER_CHECK)
def index(request: Request) -> HttpResponse:
    """List the sessions before today whose marks do not fit, the newest first."""
    form, today = CheckFilter(request.GET), localdate()
    fault, weeks = form.chosen
    start = today - timedelta(weeks=weeks)
    rows = faults(checked(request.user, start, today), start, today)
    page = page_of(request, [row for row in rows if fault in ("", row.fault)])
    shown = Placement.objects.as_user(request.user).with_names()
    placements = shown.in_bulk({row.placement_id for row in page})
    looked_at(request, [row.pupil_id for row in placements.values()], act="list")
    return render(
        request,
        "attendance/checks.html",
        {
            "title": "Sessions to check",
            "page": page,
            "rows": [(row, placements[row.placement_id]) for row in page],
            "faults": Fault.choices,
            "spans": SPANS,
            "chosen": fault,
            "weeks": str(weeks),
            "back_url": reverse("attendance:today"),
        },
    )


@requires(Permission.REGISTER_MARK)
def mark_outside(request: Request, placement: str, on: str, half: str) -> HttpResponse:
    """Mark a pupil at a session for which the register does not ask, with the reason."""
    day = read_day(on)
    rows = Placement.objects.as_user(request.user).in_force(day).with_register()
    found = get_object_or_404(rows.with_names(), uid=placement)  # an offer names no child
    if half not in SESSIONS:
        raise Http404
    looked_at(request, [found.pupil_id])
    session, user = SESSIONS[half], request.user
    known = Mark.objects.as_user(user).filter(placement=found, date=day, session=session)
    mark = known.select_related("marked_by", "code").first()
    seen = mark.version if mark else 0
    form = OutsideForm(
        request.POST or None, on=day, session=session, user=user, initial={"seen": seen}
    )
    back = reverse("attendance:register", args=[found.provider.uid, day.isoformat(), half])
    if form.is_valid():
        try:
            actions.mark_outside(found, day, session, by=user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
            form.see(seen)
        else:
            messages.success(request, f"{found.pupil} is marked.")
            return redirect(back)
    leaving = PartTimeTimetable.objects.as_user(user).leaving_out(day, session)
    return render(
        request,
        "attendance/outside.html",
        {
            "title": "Mark a pupil who is not expected",
            "caption": f"{found.pupil}, {found.provider}",
            "placement": found,
            "mark": mark,
            "timetable": leaving.filter(placement=found).first(),
            "on": day,
            "half": half,
            "form": form,
            "back_url": back,
        },
    )
