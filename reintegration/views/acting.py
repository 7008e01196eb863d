"""Finding a plan, and doing something to it: one page for all that happens to one."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.access import Request, looked_at
from accounts.views.filling import fill_in
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
    return fill_in(
        request,
        form,
        lambda form: act(plan, form),
        title=heading,
        done=done,
        back=plan.get_absolute_url(),
        caption=f"Way back of {plan.pupil}",
        lead=lead,
    )
