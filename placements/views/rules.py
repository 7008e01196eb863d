"""Pages of the rules of the tiers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from placements import actions
from placements.forms import RuleForm
from placements.models import TierRule
from referrals.models import Tier


@requires(Permission.PLACEMENT_VIEW)
def rules(request: Request) -> HttpResponse:
    """Show what holds for each tier, and what held before."""
    rows = TierRule.objects.as_user(request.user)
    return render(
        request,
        "placements/rules.html",
        {
            "title": "Rules of the tiers",
            "rows": rows.newest_first(),
            "in_force": rows.on(localdate()).values(),
            "tiers": Tier.choices,
            "can_change": request.user.can(Permission.RULE_CHANGE),
        },
    )


@requires(Permission.RULE_CHANGE)
def change_rule(request: Request, tier: int) -> HttpResponse:
    """Change what holds for a tier, from a day on."""
    if tier not in Tier.values:
        raise Http404
    form = RuleForm(request.POST or None, instance=TierRule(tier=tier))
    if form.is_valid():
        try:
            rule = actions.change_rule(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"Saved: {rule}.")
            return redirect("placements:rules")
    return render(
        request,
        "form_page.html",
        {
            "title": "Change a rule from a day on",
            "caption": Tier(tier).label,
            "form": form,
            "back_url": reverse("placements:rules"),
        },
    )
