"""Finding a plan, and doing something to it: one page for all that happens to one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import Request, looked_at
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from reintegration.models import Plan

Act = Callable[[Plan, Any], object]


def find(request: Request, uid: str) -> Plan:
    """Return a plan within reach, and write down the look."""
    found = get_object_or_404(Plan.objects.as_user(request.user).with_names(), uid=uid)
    looked_at(request, [found.pupil_id])
    return found


def act_on(
    request: Request,
    plan: Plan,
    form: Any,
    act: Act,
    *,
    heading: str,
    done: str,
    lead: str = "",
) -> HttpResponse:
    """Show a form about a plan, and do what it asks."""
    if form.is_valid():
        try:
            act(plan, form)
        except ValidationError as error:
            take_errors(form, error)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(plan)
    return render(
        request,
        "form_page.html",
        {
            "title": heading,
            "caption": f"Way back of {plan.pupil}",
            "lead": lead,
            "form": form,
            "back_url": plan.get_absolute_url(),
        },
    )
