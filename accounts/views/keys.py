"""Keys with which the systems of providers send marks on their own."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts import actions
from accounts.access import Request, requires
from accounts.forms import KeyForm
from accounts.models import ApiKey
from accounts.permissions import Permission
from apsystem.lib.gds import day
from apsystem.lib.pages import page_of


@requires(Permission.KEY_CHANGE)
def index(request: Request) -> HttpResponse:
    """List the keys within reach; with `ending`, those that end soon."""
    rows, is_ending = ApiKey.objects.as_user(request.user), request.GET.get("show") == "ending"
    page = page_of(request, (rows.ending_soon() if is_ending else rows).with_names())
    context = {"title": "Keys for other systems", "page": page, "is_ending": is_ending}
    return render(request, "accounts/keys.html", context)


@requires(Permission.KEY_CHANGE)
def add(request: Request) -> HttpResponse:
    """Make a key, and show it this one time."""
    form = KeyForm(request.POST or None, by=request.user)
    if form.is_valid():
        lasts = timedelta(days=int(form.cleaned_data["days"]))
        name = form.cleaned_data["name"]
        token = actions.make_key(form.place, name=name, lasts=lasts, by=request.user)
        return render(
            request,
            "accounts/key.html",
            {
                "title": "The key",
                "token": token,
                "place": form.place,
                "endpoint": request.build_absolute_uri("/api/v1/marks"),
                "document": request.build_absolute_uri("/api/v1/openapi.json"),
            },
        )
    return render(
        request,
        "form_page.html",
        {
            "title": "Make a key",
            "caption": form.only_place,
            "lead": "With a key, your system sends marks by itself, under the rules that hold for "
            "an imported file. What it writes carries your name. It works while you hold your "
            "role, and until its last day.",
            "form": form,
            "back_url": reverse("accounts:keys"),
        },
    )


@requires(Permission.KEY_CHANGE)
def revoke(request: Request, pk: int) -> HttpResponse:
    """Ask, and take a key back."""
    rows = ApiKey.objects.as_user(request.user).filter(revoked_at=None)
    key = get_object_or_404(rows.with_names(), pk=pk)
    if request.method == "POST":
        actions.revoke_key(key, by=request.user)
        messages.success(request, "The key does not work any more.")
        return redirect("accounts:keys")
    used = f"last used on {day(key.used_at)}" if key.used_at else "never used"
    return render(
        request,
        "confirm_page.html",
        {
            "title": "Take a key back?",
            "body": f"{key}: made by {key.made_by} on {day(key.made_at)}, {used}. The system that "
            "holds it can send no more marks. What it sent stays.",
            "action": "Take the key back",
            "back_url": reverse("accounts:keys"),
        },
    )
