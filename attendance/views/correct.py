"""The page on which a lead corrects many marks at once."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import Request, looked_at, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from attendance import actions
from attendance.forms.correct import MOST_SHOWN, CorrectForm, WhichForm, read_ticks


@requires(Permission.REGISTER_CORRECT)
def correct(request: Request) -> HttpResponse:
    """Choose marks by provider, days and session, and give them another code with one reason."""
    which = WhichForm(request.GET or None, by=request.user)
    form = CorrectForm(request.POST or None, by=request.user)
    ticked = read_ticks(request.POST)
    left: list[str] = []
    if form.is_valid():
        try:
            done = actions.correct(ticked, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            said = f"{done.written} changed."
            if done.unchanged:
                said += f" {done.unchanged} said so already."
            messages.success(request, said)
            if not done.problems:
                return redirect(f"{reverse('attendance:correct')}?{request.GET.urlencode()}")
            left = done.problems
    rows = list(which.rows()[: MOST_SHOWN + 1])
    looked_at(request, [row.pupil_id for row in rows], act="list")
    return render(
        request,
        "attendance/correct.html",
        {
            "title": "Correct many marks",
            "which": which,
            "form": form,
            "rows": rows[:MOST_SHOWN],
            "is_cut": len(rows) > MOST_SHOWN,
            "most": MOST_SHOWN,
            "ticked": ticked,
            "left": left,
            "back_url": reverse("attendance:today"),
        },
    )
