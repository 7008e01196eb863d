"""Pages that do something to a placement: offer it, answer, run, review and end it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, looked_at, requires
from accounts.models import HalfTerm, Organisation
from accounts.permissions import Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from placements import actions
from placements.forms import (
    AcceptForm,
    AwardForm,
    EndForm,
    ExtendForm,
    ObjectiveForm,
    PauseForm,
    PlacementForm,
    ReasonForm,
    ResumeForm,
    ReviewForm,
)
from placements.models import (
    RUNNING,
    Assessment,
    Award,
    ClosedToNew,
    Ending,
    Hold,
    Placement,
    Rate,
    Review,
    series_of,
)
from placements.views.following import find, is_outsider
from referrals.models import Referral, Tier

Form = Any
Act = Callable[[Placement, Form], object]


def act_on(
    request: Request,
    placement: Placement,
    form: Form,
    act: Act,
    *,
    heading: str,
    done: str,
    to: str = "",
    template: str = "form_page.html",
    **page: Any,
) -> HttpResponse:
    """Show a form about a placement, and do what it asks: one page for all that happens to one."""
    if form.is_valid():
        try:
            act(placement, form)
        except actions.NeedsOverride as error:
            if error.may_be_set_aside(by=request.user):
                form.ask_override()
            take_errors(form, error)
        except ValidationError as error:
            take_errors(form, error)
        except WrongStatus as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(to or reverse("placements:detail", args=[placement.uid]))
    who = "an offer" if is_outsider(request.user, placement) else str(placement.pupil)
    return render(
        request,
        template,
        {
            "title": heading,
            "caption": f"{placement}: {who}",
            "form": form,
            "back_url": reverse("placements:detail", args=[placement.uid]),
            **page,
        },
    )


def _override(form: Form) -> str:
    return form.cleaned_data.get("override", "")


@requires(Permission.PLACEMENT_OPEN)
def open_from(request: Request, referral: str) -> HttpResponse:
    """Offer a placement for an accepted referral."""
    found = get_object_or_404(
        Referral.objects.as_user(request.user).with_names().exclude(tier=None),
        uid=referral,
    )
    looked_at(request, [found.pupil_id])
    if found.is_placed and request.method != "POST":
        raise Http404
    held = Hold.objects.as_user(request.user).live().filter(referral=found).first()
    return _propose(
        request,
        tier=found.tier or 0,
        initial={"provider": held.provider if held else found.provider},
        heading=f"Offer a placement for {found.pupil}",
        referral=found,
    )


@requires(Permission.PLACEMENT_OPEN)
def step(request: Request, uid: str, tier: int) -> HttpResponse:
    """Offer a placement of another tier that follows this one."""
    before = find(request, uid)
    if tier not in Tier.values or tier == before.tier or before.status not in RUNNING:
        raise Http404
    return _propose(
        request,
        tier=tier,
        initial={"provider": before.provider, "route": before.route, **_unmet(before)},
        heading=f"Step {before.pupil} {'up' if tier > before.tier else 'down'} to tier {tier}",
        follows=before,
    )


def _unmet(placement: Placement) -> dict[str, str]:
    """Carry over the objectives that are not met so far."""
    rows = [row for row in placement.objectives.all() if row.outcome != "met"][:3]
    found = {f"objective_{number}": row.words for number, row in enumerate(rows, start=1)}
    return found | {f"measure_{number}": row.measure for number, row in enumerate(rows, start=1)}


def _propose(
    request: Request, *, tier: int, initial: dict[str, Any], heading: str, **source: Any
) -> HttpResponse:
    form = PlacementForm(
        request.POST or None,
        initial=initial,
        tier=tier,
        providers=Organisation.objects.as_user(request.user).providers(),
        remarks=ClosedToNew.objects.as_user(request.user).said(localdate()),
        rates=Rate.objects.as_user(request.user).newest_first(),
        half_terms=HalfTerm.objects.as_user(request.user).not_over(localdate()),
    )
    if form.is_valid():
        form.instance.uid = form.cleaned_data["uid"] or form.instance.uid
        form.instance.tier = tier
        try:
            placement = actions.propose(
                form.instance,
                objectives=form.objectives,
                override=_override(form),
                by=request.user,
                **source,
            )
        except actions.NeedsOverride as error:
            if error.may_be_set_aside(by=request.user):
                form.ask_override()
            take_errors(form, error)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The placement is offered to the provider.")
            return redirect("placements:detail", placement.uid)
    return render(
        request,
        "form_page.html",
        {
            "title": "Offer a placement",
            "heading": heading,
            "caption": Tier(tier).label,
            "form": form,
        },
    )


@requires(Permission.PLACEMENT_ANSWER)
def accept(request: Request, uid: str) -> HttpResponse:
    """Accept an offer for the provider."""
    placement = find(request, uid)
    form = AcceptForm(
        request.POST or None,
        staff=placement.provider.memberships.people_who(Permission.REGISTER_MARK),
    )
    return act_on(
        request,
        placement,
        form,
        lambda row, form: actions.accept(row, by=request.user, **form.cleaned_data),
        heading="Accept the placement",
        done="The placement is accepted.",
    )


@requires(Permission.PLACEMENT_ANSWER)
def decline(request: Request, uid: str) -> HttpResponse:
    """Decline an offer for the provider."""
    return act_on(
        request,
        find(request, uid),
        ReasonForm(request.POST or None, label="Why the provider cannot take the pupil",
                   button="Decline the placement"),
        lambda row, form: actions.decline(row, by=request.user, **form.cleaned_data),
        heading="Decline the placement",
        done="The placement is declined, and the council is told.",
        to=reverse("placements:list"),
    )  # fmt: skip


@requires(Permission.PLACEMENT_OPEN)
def cancel(request: Request, uid: str) -> HttpResponse:
    """Take back an offer, or a placement that has not started."""
    placement = find(request, uid)
    after = "The referral waits for another one."
    if placement.has_shortened:
        after = "The one before it has its last day again, unless that was changed since."
    return act_on(
        request,
        placement,
        ReasonForm(request.POST or None, label="Why it is cancelled",
                   button="Cancel the placement"),
        lambda row, form: actions.cancel(row, by=request.user, **form.cleaned_data),
        heading="Cancel the placement",
        done=f"The placement is cancelled. {after}",
    )  # fmt: skip


@requires(Permission.PLACEMENT_ANSWER)
def name_lead(request: Request, uid: str) -> HttpResponse:
    """Name who leads a placement at the provider."""
    placement = find(request, uid)
    form = AcceptForm(
        request.POST or None,
        staff=placement.provider.memberships.people_who(Permission.REGISTER_MARK),
        initial={"lead": placement.lead_id},
    )
    form.submit_label = "Save"
    form.fields["lead"].required = True
    return act_on(
        request,
        placement,
        form,
        lambda row, form: actions.name_lead(row, by=request.user, **form.cleaned_data),
        heading="Name the lead",
        done="The lead is named.",
    )


@requires(Permission.PLACEMENT_END)
def pause(request: Request, uid: str) -> HttpResponse:
    """Pause a placement."""
    return act_on(
        request,
        find(request, uid),
        PauseForm(request.POST or None),
        lambda row, form: actions.pause(row, by=request.user, **form.cleaned_data),
        heading="Pause the placement",
        done="The placement is paused: from the first day without sessions on, the register does "
        "not ask for them.",
    )


@requires(Permission.PLACEMENT_END)
def resume(request: Request, uid: str) -> HttpResponse:
    """Resume a paused placement."""
    return act_on(
        request,
        find(request, uid),
        ResumeForm(request.POST or None),
        lambda row, form: actions.resume(row, by=request.user, **form.cleaned_data),
        heading="Resume the placement",
        done="The placement is open again.",
    )


@requires(Permission.PLACEMENT_END)
def extend(request: Request, uid: str) -> HttpResponse:
    """Change the last day of a placement."""
    placement = find(request, uid)
    return act_on(
        request,
        placement,
        ExtendForm(request.POST or None, initial={"last_day": placement.last_day}),
        lambda row, form: actions.extend(row, by=request.user, **form.cleaned_data),
        heading="Change the last day",
        done="The last day is changed.",
    )


@requires(Permission.PLACEMENT_REVIEW)
def add_objective(request: Request, uid: str) -> HttpResponse:
    """Agree a further objective."""
    return act_on(
        request,
        find(request, uid),
        ObjectiveForm(request.POST or None),
        lambda row, form: actions.add_objective(row, by=request.user, **form.cleaned_data),
        heading="Add an objective",
        done="The objective is added.",
    )


@requires(Permission.PLACEMENT_REVIEW)
def review(request: Request, uid: str) -> HttpResponse:
    """Record a review."""
    placement = find(request, uid)
    form = ReviewForm(
        request.POST or None,
        instance=Review(held_on=localdate()),
        objectives=placement.objectives.all(),
    )
    return act_on(
        request,
        placement,
        form,
        lambda row, form: actions.review(
            row, form.instance, outcomes=form.outcomes, by=request.user
        ),
        heading="Record a review",
        done="The review is recorded.",
    )


@requires(Permission.PLACEMENT_REVIEW)
def add_award(request: Request, uid: str) -> HttpResponse:
    """Record a qualification or accreditation."""
    return act_on(
        request,
        find(request, uid),
        AwardForm(request.POST or None, instance=Award(gained_on=localdate())),
        lambda row, form: actions.add_award(row, form.instance, by=request.user),
        heading="Record a qualification or accreditation",
        done="The award is recorded.",
    )


@requires(Permission.PLACEMENT_END)
def end(request: Request, uid: str) -> HttpResponse:
    """End a placement."""
    placement = find(request, uid)
    form = EndForm(request.POST or None, instance=Ending(), objectives=placement.objectives.all())
    scores = Assessment.objects.as_user(request.user).of_pupil(placement.pupil)
    return act_on(
        request,
        placement,
        form,
        lambda row, form: actions.end(
            row,
            ending=form.instance,
            outcomes=form.outcomes,
            by=request.user,
            **{name: form.cleaned_data[name] for name in ("last_day", "reason", "destination")},
        ),
        heading="End the placement",
        done="The placement is ended.",
        template="placements/end.html",
        series=series_of(scores),
    )
