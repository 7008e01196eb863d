"""Finding support, and doing something: one page for all that happens."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import Request, looked_at
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from outreach.models import Support


def find(request: Request, uid: str) -> Support:
    """Return support within reach, and write down the look where it is a pupil's."""
    rows = Support.objects.as_user(request.user).with_names()
    rows = rows.select_related(
        "semh_baseline__instrument",
        "semh_exit__instrument",
        "curriculum_baseline__instrument",
        "curriculum_exit__instrument",
        "placement",
    )
    found = get_object_or_404(rows, uid=uid)
    if found.pupil_id:
        looked_at(request, [found.pupil_id])
    return found


def act_on(
    request: Request,
    form: Any,
    act: Callable[[], object],
    *,
    title: str,
    done: str,
    back: str,
    caption: object = "",
    lead: str = "",
) -> HttpResponse:
    """Show a form, and do what it asks; what the action refuses stands beside its field."""
    if form.is_valid():
        try:
            act()
        except ValidationError as error:
            take_errors(form, error)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(back)
    shown = {"title": title, "caption": caption, "lead": lead, "form": form, "back_url": back}
    return render(request, "form_page.html", shown)
