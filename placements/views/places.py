"""Pages of the places: the board, who takes a place, and what is held."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import HalfTerm, Organisation, User
from accounts.permissions import REACH_PROVIDER, Permission
from apsystem.lib.forms import take_errors
from placements import actions, places
from placements.forms.places import ClosedToNewForm, CommissionForm, HoldForm
from placements.models import TAKEN_UP, ClosedToNew, Commission, Hold, Placement, Status
from referrals.models import Referral


def providers_of(user: User) -> Any:
    """Return the providers whose places a person may see."""
    rows = Organisation.objects.as_user(user).providers()
    if own := user.organisations_as(REACH_PROVIDER):
        return rows.filter(pk__in=own)
    return rows


@requires(Permission.PLACES_VIEW)
def board(request: Request) -> HttpResponse:
    """Show how many places each provider has left, half term by half term."""
    user, today = request.user, localdate()
    coming = HalfTerm.objects.as_user(user).not_over(today)[: places.HALF_TERMS_SHOWN]
    holds = list(Hold.objects.as_user(user).live())
    looked_at(request, [row.referral.pupil_id for row in holds], act="list")
    return render(
        request,
        "placements/places.html",
        {
            "title": "Places",
            "lines": places.board(providers_of(user), places.spans(coming, today), today),
            "half_terms": coming,
            "holds": holds,
            "closed": ClosedToNew.objects.as_user(user).not_over(today).with_names(),
            "can_change": user.can(Permission.PLACES_CHANGE),
            "can_hold": user.can(Permission.PLACEMENT_OPEN),
            "can_see_costs": user.can(Permission.COST_VIEW),
            "back_url": reverse("placements:list"),
        },
    )


@requires(Permission.PLACES_VIEW)
def cell(request: Request, provider: str, half_term: int) -> HttpResponse:
    """Name who takes the places of a provider in a half term, as far as the person may see them."""
    user, today = request.user, localdate()
    place = get_object_or_404(providers_of(user), uid=provider)
    row = get_object_or_404(HalfTerm.objects.as_user(user).not_over(today), pk=half_term)
    (span,) = places.spans([row], today)
    rows = Placement.objects.as_user(user).with_register().filter(provider=place)
    rows = rows.lying_in(span.start, span.end).filter(status__in=[*TAKEN_UP, Status.PROPOSED])
    found = list(rows.by_pupil().nameless_to(user))
    holds = list(
        Hold.objects.as_user(user).live(today).filter(provider=place, starts_on__lt=span.end)
    )
    pupils = [one.pupil_id for one in found] + [one.referral.pupil_id for one in holds]
    looked_at(request, pupils, act="list")
    (line,) = places.board([place], [span], today)
    return render(
        request,
        "placements/places_cell.html",
        {
            "title": f"Places at {place}",
            "caption": str(row),
            "cell": line.cells[0],
            "span": span,
            "rows": found,
            "holds": holds,
            "back_url": reverse("placements:places"),
        },
    )


def _enter(
    request: Request, form: Any, act: Any, *, title: str, done: str, to: str = "", **page: Any
) -> HttpResponse:
    """Show a form about the places of a provider, and do what it asks; then open `to`, or the board."""
    if form.is_valid():
        try:
            act(form)
        except actions.NeedsOverride as error:
            if error.may_be_set_aside(by=request.user):
                form.ask_override()
            take_errors(form, error)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(to or reverse("placements:places"))
    shown = {"title": title, "form": form, "back_url": reverse("placements:places"), **page}
    return render(request, "form_page.html", shown)


@requires(Permission.PLACES_CHANGE)
def commission(request: Request) -> HttpResponse:
    """Enter how many places a provider has from a day on."""
    form = CommissionForm(
        request.POST or None, instance=Commission(), providers=providers_of(request.user)
    )
    return _enter(
        request,
        form,
        lambda form: actions.commission(form.instance, by=request.user),
        title="Enter commissioned places",
        done="The places are saved.",
    )


@requires(Permission.PLACES_CHANGE)
def close_to_new(request: Request) -> HttpResponse:
    """Enter a time in which a provider takes no new placements."""
    form = ClosedToNewForm(
        request.POST or None, instance=ClosedToNew(), providers=providers_of(request.user)
    )
    return _enter(
        request,
        form,
        lambda form: actions.close_to_new(form.instance, by=request.user),
        title="Close a provider to new placements",
        done="Saved. Who is there stays; nobody new is offered without a manager's reason.",
    )


@requires(Permission.PLACES_CHANGE)
def open_to_new(request: Request, pk: int) -> HttpResponse:
    """Let a provider take new placements again, after a question."""
    rows = ClosedToNew.objects.as_user(request.user).not_over(localdate())
    row = get_object_or_404(rows.select_related("provider"), pk=pk)
    back = reverse("placements:places")
    if request.method == "POST":
        actions.open_to_new(row, by=request.user)
        messages.success(request, f"{row.provider} takes new placements again.")
        return redirect(back)
    return render(
        request,
        "confirm_page.html",
        {"title": "Open to new placements", "action": "Open to new placements",
         "body": f"{row.provider} is closed to new placements: {row.reason}. From today on "
         "placements are offered there again.", "back_url": back},
    )  # fmt: skip


@requires(Permission.PLACEMENT_OPEN)
def hold(request: Request, referral: str) -> HttpResponse:
    """Hold a place for the pupil of a referral."""
    rows = Referral.objects.as_user(request.user).with_names().filter(is_placed=False)
    found = get_object_or_404(rows, uid=referral)
    looked_at(request, [found.pupil_id])
    held = Hold.objects.as_user(request.user).live().filter(referral=found).first()
    desk = request.GET.copy()
    is_from_desk = bool(desk.pop("desk", None))
    back = f"{reverse('referrals:desk')}?{desk.urlencode()}" if is_from_desk else ""
    form = HoldForm(
        request.POST or None,
        instance=Hold(referral=found),
        initial={"provider": found.provider},
        providers=providers_of(request.user),
        remarks=ClosedToNew.objects.as_user(request.user).said(localdate()),
    )
    return _enter(
        request,
        form,
        lambda form: actions.hold(
            form.instance, override=form.cleaned_data.get("override", ""), by=request.user
        ),
        title="Hold a place",
        heading=f"Hold a place for {found.pupil}",
        caption=f"Referral {found.reference}",
        lead=f"{held}. Release it first to hold another one." if held else "",
        done="The place is held.",
        to=back,
        back_url=back or reverse("referrals:detail", args=[found.uid]),
    )


@requires(Permission.PLACEMENT_OPEN)
def release(request: Request, pk: int) -> HttpResponse:
    """Give a held place free, after a question."""
    row = get_object_or_404(Hold.objects.as_user(request.user).live(), pk=pk)
    looked_at(request, [row.referral.pupil_id])
    back = reverse("placements:places")
    if request.method == "POST":
        actions.release(row, by=request.user)
        messages.success(request, "The place is free again.")
        return redirect(back)
    return render(
        request,
        "confirm_page.html",
        {"title": "Release a held place", "action": "Release the place",
         "body": f"{row}, for {row.referral.pupil}. It is free for others then.",
         "back_url": back},
    )  # fmt: skip
