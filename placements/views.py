"""Pages of a placement: open it, follow it, end it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from placements import actions
from placements.forms import EndForm, PlacementForm, RuleForm
from placements.models import Placement, Status, TierRule
from referrals.models import Referral, Tier


@requires(Permission.PLACEMENT_VIEW)
def index(request: Request) -> HttpResponse:
    """List the placements within reach, the open ones first."""
    rows = (
        Placement.objects.as_user(request.user)
        .with_names()
        .narrowed(status=request.GET.get("status", ""), tier=request.GET.get("tier", ""))
    )
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "placements/list.html",
        {"title": "Placements", "page": page, "statuses": Status.choices},
    )


@requires(Permission.PLACEMENT_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a placement."""
    placement = get_object_or_404(
        Placement.objects.as_user(request.user).with_names().select_related("opened_by"),
        uid=uid,
    )
    looked_at(request, [placement.pupil_id])
    return render(
        request,
        "placements/detail.html",
        {
            "title": "Placement",
            "placement": placement,
            "moves": placement.moves_open_to(request.user),
        },
    )


@requires(Permission.PLACEMENT_OPEN)
def open_from(request: Request, referral: str) -> HttpResponse:
    """Open a placement for an accepted referral."""
    found = get_object_or_404(
        Referral.objects.as_user(request.user).with_names().exclude(tier=None),
        uid=referral,
    )
    looked_at(request, [found.pupil_id])
    if found.is_placed and request.method != "POST":
        raise Http404
    form = PlacementForm(
        request.POST or None,
        initial={"provider": found.provider},
        tier=found.tier or 0,
        providers=Organisation.objects.as_user(request.user).providers(),
    )
    if form.is_valid():
        form.instance.uid = form.cleaned_data["uid"] or form.instance.uid
        try:
            placement = actions.open_from(found, placement=form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The placement is open.")
            return redirect("placements:detail", placement.uid)
    return render(
        request,
        "form_page.html",
        {
            "title": "Open a placement",
            "heading": f"Open a placement for {found.pupil}",
            "caption": found.get_tier_display(),
            "form": form,
        },
    )


@requires(Permission.PLACEMENT_END)
def end(request: Request, uid: str) -> HttpResponse:
    """End a placement."""
    placement = get_object_or_404(Placement.objects.as_user(request.user).with_names(), uid=uid)
    looked_at(request, [placement.pupil_id])
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end(placement, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The placement is ended.")
            return redirect("placements:detail", uid)
    return render(
        request,
        "form_page.html",
        {
            "title": "End the placement",
            "heading": f"End the placement of {placement.pupil}",
            "form": form,
        },
    )


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
