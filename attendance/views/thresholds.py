"""Pages of the times and thresholds of absence, and of a school's address for notices."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.models import Organisation
from accounts.permissions import Permission
from apsystem.lib.forms import RowForm, take_errors
from attendance import actions
from attendance.forms.thresholds import AddressForm, ThresholdForm, TimesForm
from attendance.models import RegisterTimes, Threshold
from attendance.models.threshold import Kind
from attendance.views.absence import tabs


@requires(Permission.ABSENCE_VIEW)
def index(request: Request) -> HttpResponse:
    """Show what holds, since when and by whose word, and the times of each provider."""
    user, today = request.user, localdate()
    thresholds, times = Threshold.objects.as_user(user), RegisterTimes.objects.as_user(user)
    return render(
        request,
        "attendance/thresholds.html",
        {
            "title": "Times and thresholds",
            "tabs": tabs(request, "thresholds"),
            "rows": thresholds.newest_first(),
            "in_force": set(thresholds.on(today).values()),
            "times": times.newest_first(),
            "times_in_force": set(times.on(today).values()),
            "kinds": Kind.choices,
            "providers": Organisation.objects.as_user(user).providers(),
            "can_change": user.can(Permission.ABSENCE_SET),
            "can_address": user.can(Permission.ABSENCE_ADDRESS),
            "today": today,
        },
    )


@requires(Permission.ABSENCE_SET)
def change(request: Request, kind: str) -> HttpResponse:
    """Change from when on absence of a kind asks for a step."""
    if kind not in Kind.values:
        raise Http404
    now = Threshold.objects.as_user(request.user).on(localdate()).get(kind)
    initial = {"number": now.number, "within": now.within} if now else {}
    form = ThresholdForm(request.POST or None, instance=Threshold(kind=kind), initial=initial)
    return _form(request, form, "Change a threshold from a day on", Kind(kind).label)


@requires(Permission.ABSENCE_SET)
def times(request: Request, provider: str) -> HttpResponse:
    """Change by which times a provider marks and accounts, from a day on."""
    place = get_object_or_404(Organisation.objects.as_user(request.user).providers(), uid=provider)
    now = RegisterTimes.objects.as_user(request.user).on(localdate()).get(place.pk)
    names = ("am_mark_by", "am_account_by", "pm_mark_by", "pm_account_by")
    initial = {name: getattr(now, name) for name in names} if now else {}
    row = RegisterTimes(provider=place)
    form = TimesForm(request.POST or None, instance=row, initial=initial)
    return _form(request, form, "Set the times of the registers", place.name)


def _form(
    request: Request, form: ThresholdForm | TimesForm, title: str, caption: str
) -> HttpResponse:
    if form.is_valid():
        try:
            _save(form, request)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("attendance:thresholds")
    back = reverse("attendance:thresholds")
    context = {"title": title, "caption": caption, "form": form, "back_url": back}
    return render(request, "form_page.html", context)


def _save(form: RowForm, request: Request) -> None:
    if isinstance(form.instance, Threshold):
        actions.set_threshold(form.instance, by=request.user)
    else:
        actions.set_times(form.instance, by=request.user)


@requires(Permission.ABSENCE_ADDRESS)
def address(request: Request) -> HttpResponse:
    """Say where the own school wants to hear of absence."""
    own = request.user.organisations_with(Permission.ABSENCE_ADDRESS)
    school = get_object_or_404(Organisation.objects.as_user(request.user), pk=own[0])
    form = AddressForm(request.POST or None, initial={"email": school.absence_email})
    if form.is_valid():
        try:
            actions.set_absence_email(school, email=form.cleaned_data["email"], by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("attendance:thresholds")
    return render(
        request,
        "form_page.html",
        {
            "title": "Where to hear of absence",
            "caption": school,
            "lead": "The message names no pupil. It says how many of yours are away without a "
            "reason, and where to see who.",
            "form": form,
            "back_url": reverse("attendance:thresholds"),
        },
    )
