"""Pages of what holds for part-time timetables."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from attendance import actions
from attendance.forms.timetables import TimetableRuleForm
from attendance.models import TimetableRule


@requires(Permission.TIMETABLE_VIEW)
def rules(request: Request) -> HttpResponse:
    """Show what holds for part-time timetables, and what held before."""
    rows = TimetableRule.objects.as_user(request.user)
    return render(
        request,
        "attendance/timetable_rules.html",
        {
            "title": "Rules of part-time timetables",
            "rows": rows.newest_first(),
            "in_force": rows.on(localdate()),
            "today": localdate(),
            "can_change": request.user.can(Permission.RULE_CHANGE),
        },
    )


@requires(Permission.RULE_CHANGE)
def change_rule(request: Request) -> HttpResponse:
    """Change what holds for part-time timetables, from a day on."""
    known = TimetableRule.objects.as_user(request.user).on(localdate())
    names = TimetableRuleForm.Meta.fields[1:-1]
    initial = {name: getattr(known, name) for name in names} if known else {}
    form = TimetableRuleForm(request.POST or None, instance=TimetableRule(), initial=initial)
    if form.is_valid():
        try:
            rule = actions.change_timetable_rule(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"Saved: {rule}.")
            return redirect("attendance:timetable-rules")
    return render(
        request,
        "form_page.html",
        {
            "title": "Change the rules from a day on",
            "form": form,
            "back_url": reverse("attendance:timetable-rules"),
        },
    )
