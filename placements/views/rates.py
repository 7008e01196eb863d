"""Pages of the rate cards, and of the rate that a placement keeps."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import Request, requires
from accounts.models import Organisation
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from placements import actions
from placements.forms.places import AgreeRateForm, RateForm
from placements.models import Rate
from placements.views.following import find
from placements.views.running import act_on


@requires(Permission.COST_VIEW)
def index(request: Request) -> HttpResponse:
    """List what the providers charge, the latest rate of each package on top."""
    page = page_of(request, Rate.objects.as_user(request.user).newest_first())
    return render(
        request,
        "placements/rates.html",
        {
            "title": "Rates",
            "page": page,
            "can_change": request.user.can(Permission.PLACES_CHANGE),
            "back_url": reverse("placements:places"),
        },
    )


@requires(Permission.PLACES_CHANGE)
def add(request: Request) -> HttpResponse:
    """Enter what a provider charges for a package from a day on."""
    form = RateForm(
        request.POST or None,
        instance=Rate(),
        providers=Organisation.objects.as_user(request.user).providers(),
    )
    if form.is_valid():
        try:
            row = actions.enter_rate(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"Saved: {row}.")
            return redirect("placements:rates")
    back = reverse("placements:rates")
    return render(
        request, "form_page.html", {"title": "Enter a rate", "form": form, "back_url": back}
    )


@requires(Permission.PLACEMENT_OPEN)
def choose(request: Request, uid: str) -> HttpResponse:
    """Choose the rate that a placement is paid at."""
    placement = find(request, uid)
    rates = Rate.objects.as_user(request.user).newest_first().filter(provider=placement.provider)
    form = AgreeRateForm(request.POST or None, initial={"rate": placement.rate_id}, rates=rates)
    return act_on(
        request,
        placement,
        form,
        lambda row, form: actions.agree_rate(row, by=request.user, **form.cleaned_data),
        heading="Agree the rate",
        done="The rate is saved.",
    )
