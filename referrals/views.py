"""Pages of a referral: write it, send it, decide it, follow it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import Request, looked_at, requires
from accounts.models import Organisation
from accounts.permissions import REACH_SCHOOL, Permission
from accounts.workflow import WrongStatus
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of
from pupils.models import Pupil
from referrals import actions
from referrals.forms import (
    ChoosePupilForm,
    DecisionForm,
    ReferralFilterForm,
    ReferralForm,
)
from referrals.models import Referral


def _find(request: Request, uid: str) -> Referral:
    return get_object_or_404(Referral.objects.as_user(request.user).with_names(), uid=uid)


@requires(Permission.REFERRAL_VIEW)
def index(request: Request) -> HttpResponse:
    """List the referrals within reach."""
    form = ReferralFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = Referral.objects.as_user(request.user).with_names().narrowed(**chosen)
    page = page_of(request, rows)
    looked_at(request, [row.pupil_id for row in page], act="list")
    return render(
        request,
        "referrals/list.html",
        {
            "title": "Referrals",
            "page": page,
            "form": form,
            "can_make": request.user.can(Permission.REFERRAL_MAKE),
        },
    )


@requires(Permission.REFERRAL_MAKE)
def choose(request: Request) -> HttpResponse:
    """Choose the pupil to refer."""
    form = ChoosePupilForm(request.POST or None, user=request.user)
    offered = list(form.pupils.values_list("pk", flat=True))
    looked_at(request, offered, act="list")
    if form.is_valid():
        return redirect("referrals:make", form.cleaned_data["pupil"].uid)
    return render(
        request,
        "referrals/choose.html",
        {"title": "Refer a pupil", "form": form, "has_pupils": bool(offered)},
    )


@requires(Permission.REFERRAL_MAKE)
def make(request: Request, pupil: str) -> HttpResponse:
    """Write a new referral."""
    found = get_object_or_404(Pupil.objects.as_user(request.user), uid=pupil)
    looked_at(request, [found.pk])
    school = Organisation.objects.as_user(request.user).get(
        pk=request.user.organisations_as(REACH_SCHOOL)[0]
    )
    blank = Referral(pupil=found, school=school, made_by=request.user)
    form = ReferralForm(request.POST or None, instance=blank)
    if form.is_valid():
        try:
            blank.uid = form.cleaned_data["uid"] or blank.uid
            referral = actions.make(form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("referrals:detail", referral.uid)
    title = f"Refer {found.forename} {found.surname}"
    return render(request, "form_page.html", {"heading": title, "title": "Refer a pupil",
                                              "form": form})  # fmt: skip


@requires(Permission.REFERRAL_MAKE)
def change(request: Request, uid: str) -> HttpResponse:
    """Change the answers of a draft."""
    referral = _find(request, uid)
    looked_at(request, [referral.pupil_id])
    form = ReferralForm(request.POST or None, instance=referral)
    if form.is_valid():
        answers = {name: form.cleaned_data[name] for name in form.Meta.fields}
        try:
            actions.change(referral, by=request.user, **answers)
        except (ValidationError, WrongStatus) as error:
            take_errors(form, ValidationError(str(error)))
        else:
            return redirect("referrals:detail", uid)
    return render(request, "form_page.html", {"title": "Change the referral", "form": form})


@requires(Permission.REFERRAL_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a referral: where it stands, what happens next, and all its answers."""
    referral = _find(request, uid)
    looked_at(request, [referral.pupil_id])
    return render(
        request,
        "referrals/detail.html",
        {
            "title": f"Referral {referral.reference}",
            "referral": referral,
            "moves": referral.moves_open_to(request.user),
            "can_place": request.user.can(Permission.PLACEMENT_OPEN),
        },
    )


@requires(Permission.REFERRAL_MAKE)
@require_POST
def submit(request: Request, uid: str) -> HttpResponse:
    """Send a draft to the SEND team."""
    referral = _find(request, uid)
    try:
        actions.submit(referral, by=request.user)
    except (WrongStatus, ValidationError) as error:
        messages.error(request, "; ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, f"Referral {referral.reference} is with the SEND team.")
    return redirect("referrals:detail", uid)


@requires(Permission.REFERRAL_MAKE)
def withdraw(request: Request, uid: str) -> HttpResponse:
    """Ask, and take a referral back."""
    referral = _find(request, uid)
    looked_at(request, [referral.pupil_id])
    if request.method == "POST":
        try:
            actions.withdraw(referral, by=request.user)
        except WrongStatus as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Referral {referral.reference} is withdrawn.")
        return redirect("referrals:detail", uid)
    return render(
        request,
        "confirm_page.html",
        {
            "title": f"Withdraw referral {referral.reference}?",
            "body": "The SEND team will not decide it. You can refer the pupil again at any time.",
            "action": "Withdraw the referral",
            "back_url": referral.get_absolute_url(),
        },
    )


@requires(Permission.REFERRAL_DECIDE)
def decide(request: Request, uid: str) -> HttpResponse:
    """Decide a referral beside what the school wrote."""
    referral = _find(request, uid)
    looked_at(request, [referral.pupil_id])
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        try:
            actions.decide(
                referral,
                verb=form.verb,
                reason=form.cleaned_data["reason"],
                tier=form.tier,
                by=request.user,
            )
        except (WrongStatus, ValidationError) as error:
            referral.refresh_from_db()
            if referral.is_decided_by(request.user, form.verb, form.tier):
                return redirect("referrals:detail", uid)  # the same decision, sent twice
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Referral {referral.reference} is decided.")
            return redirect("referrals:detail", uid)
    return render(
        request,
        "referrals/decide.html",
        {
            "title": f"Decide referral {referral.reference}",
            "referral": referral,
            "form": form,
        },
    )
