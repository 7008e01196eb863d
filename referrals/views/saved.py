"""The filters of the desk that a person keeps."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import Request, requires
from accounts.permissions import Permission
from apsystem.lib.forms import take_errors
from referrals import actions
from referrals.forms import FilterNameForm
from referrals.models import SavedFilter
from referrals.views.desk import desk_filter, desk_filters


@requires(Permission.REFERRAL_DECIDE)
def index(request: Request) -> HttpResponse:
    """List the person's filters, each with what it shows, in words."""
    rows = list(SavedFilter.objects.as_user(request.user))
    forms = desk_filters(request, [QueryDict(row.query) for row in rows])
    return render(
        request,
        "referrals/filters.html",
        {
            "title": "Saved filters",
            "back_url": reverse("referrals:desk"),
            "rows": list(zip(rows, forms, strict=True)),
        },
    )


@requires(Permission.REFERRAL_DECIDE)
def add(request: Request) -> HttpResponse:
    """Keep what the desk shows now under a name: the address holds the filter."""
    asked = desk_filter(request)
    form = FilterNameForm(request.POST or None)
    desk = f"{reverse('referrals:desk')}?{asked.kept_query}"
    if form.is_valid():
        try:
            saved = actions.save_filter(
                name=form.cleaned_data["name"], query=asked.kept_query, by=request.user
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, f"The filter “{saved}” is saved.")
            return redirect(saved)
    return render(
        request,
        "form_page.html",
        {
            "title": "Save this filter",
            "form": form,
            "back_url": desk,
            "lead": asked.in_words or "Nothing is chosen on the desk yet.",
        },
    )


def _own(request: Request, uid: str) -> SavedFilter:
    return get_object_or_404(SavedFilter.objects.as_user(request.user), uid=uid)


@requires(Permission.REFERRAL_DECIDE)
def rename(request: Request, uid: str) -> HttpResponse:
    """Call a filter something else."""
    saved = _own(request, uid)
    form = FilterNameForm(request.POST or None, initial={"name": saved.name})
    if form.is_valid():
        try:
            actions.rename_filter(saved, name=form.cleaned_data["name"], by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("referrals:filters")
    context = {"title": "Rename a filter", "form": form, "back_url": reverse("referrals:filters")}
    return render(request, "form_page.html", context)


@requires(Permission.REFERRAL_DECIDE)
def delete(request: Request, uid: str) -> HttpResponse:
    """Ask, and delete a filter."""
    saved = _own(request, uid)
    if request.method == "POST":
        actions.delete_filter(saved, by=request.user)
        messages.success(request, f"The filter “{saved}” is deleted.")
        return redirect("referrals:filters")
    return render(
        request,
        "confirm_page.html",
        {
            "title": f"Delete the filter “{saved}”",
            "body": "No referral is touched. The filter can be saved again.",
            "action": "Delete the filter",
            "back_url": reverse("referrals:filters"),
        },
    )
