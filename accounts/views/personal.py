"""Your settings: the calendar feed, the summary by mail, and who covers for whom."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.access import Request, requires
from accounts.forms import DigestForm
from accounts.models import Cover, Digest, Feed
from accounts.permissions import Permission


@requires(Permission.HOME_VIEW)
def index(request: Request) -> HttpResponse:
    """Show what the person has set, and every cover within reach."""
    user = request.user
    covers = Cover.objects.as_user(user).not_over(localdate())
    return render(
        request,
        "accounts/settings.html",
        {
            "title": "Your settings",
            "feed": Feed.objects.as_user(user).valid().first(),
            "digest": Digest.objects.as_user(user).exclude(hour=None).first(),
            "covers": covers.select_related("person", "colleague", "organisation"),
        },
    )


@requires(Permission.HOME_VIEW)
@require_POST
def make_feed(request: Request) -> HttpResponse:
    """Make the address of the person's due dates, and show it this one time."""
    token = actions.make_feed(by=request.user)
    return render(
        request,
        "accounts/feed.html",
        {
            "title": "Your calendar address",
            "address": request.build_absolute_uri(reverse("reporting:feed", args=[token])),
            "back_url": reverse("accounts:settings"),
        },
    )


@requires(Permission.HOME_VIEW)
@require_POST
def revoke_feed(request: Request) -> HttpResponse:
    """Take the address back: it is a 404 from now on."""
    actions.revoke_feed(by=request.user)
    messages.success(request, "The calendar address does not work any more.")
    return redirect("accounts:settings")


@requires(Permission.HOME_VIEW)
def digest(request: Request) -> HttpResponse:
    """Choose when a summary comes by mail, or that none comes."""
    kept = Digest.objects.as_user(request.user).first()
    form = DigestForm(request.POST or None, instance=kept)
    if form.is_valid():
        actions.set_digest(form.instance, by=request.user)
        messages.success(request, "Your choice is saved.")
        return redirect("accounts:settings")
    back = reverse("accounts:settings")
    context = {"title": "Summary by mail", "form": form, "back_url": back}
    return render(request, "form_page.html", context)


@requires(Permission.HOME_VIEW)
def end_cover(request: Request, pk: int) -> HttpResponse:
    """Ask, and end a cover before its time."""
    rows = Cover.objects.as_user(request.user).not_over(localdate())
    cover = get_object_or_404(rows.select_related("person", "colleague"), pk=pk)
    if request.method == "POST":
        actions.end_cover(cover, by=request.user)
        messages.success(request, "The cover has ended.")
        return redirect("accounts:settings")
    return render(
        request,
        "confirm_page.html",
        {
            "title": "End a cover?",
            "body": f"{cover}. From now on the work stands on the page of {cover.person} only.",
            "action": "End the cover",
            "back_url": reverse("accounts:settings"),
        },
    )
