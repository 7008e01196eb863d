"""Pages of the clocks: how many school days something may take, and since when."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts import actions
from accounts.access import Request, requires
from accounts.forms import ClockForm
from accounts.models import ClockRule
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors

KINDS = {kind.value.replace(" ", "-"): kind for kind in ClockRule.Kind}


@requires(Permission.CALENDAR_VIEW)
def index(request: Request) -> HttpResponse:
    """Show what is timed, by which rule, and what held before."""
    rows = list(ClockRule.objects.as_user(request.user).newest_first())
    begun = [row for row in rows if row.starts_on <= localdate()]
    return render(
        request,
        "accounts/clocks.html",
        {
            "title": "Clocks",
            "rows": rows,
            "begun": begun,
            "in_force": {row.kind: row for row in reversed(begun)}.values(),
            "unset": [kind for kind in ClockRule.Kind if kind not in {row.kind for row in begun}],
            "kinds": KINDS,
            "can_change": request.user.can(Permission.RULE_CHANGE),
            "back_url": reverse("attendance:calendar"),
        },
    )


@requires(Permission.RULE_CHANGE)
def change(request: Request, kind: str) -> HttpResponse:
    """Change how long something may take, from a day on."""
    if kind not in KINDS:
        raise Http404
    form = ClockForm(request.POST or None, instance=ClockRule(kind=KINDS[kind]))
    if form.is_valid():
        try:
            rule = actions.change_clock(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"Saved: {rule}.")
            return redirect("accounts:clocks")
    return render(
        request,
        "form_page.html",
        {
            "title": "Change a clock from a day on",
            "caption": KINDS[kind].label,
            "form": form,
            "back_url": reverse("accounts:clocks"),
        },
    )
