"""For whom a person acts, and whether the person is still here."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Request, requires
from accounts.permissions import Permission


@requires(Permission.HOME_VIEW)
@require_POST
def switch(request: Request) -> HttpResponse:
    """Act for another of the person's organisations from here on."""
    chosen = request.POST.get("organisation", "")
    held = {str(entry.organisation_id) for entry in request.user.memberships_in_force}
    if chosen in held:
        request.session["organisation"] = int(chosen)
    return redirect("reporting:my-day")


@requires(Permission.HOME_VIEW)
@require_safe
def stay(request: Request) -> HttpResponse:
    """Renew the sign-in, as any page does, and hand out a fresh token for the forms of the page.

    Who is signed out, or signed in as somebody else, is told apart by `user`.
    """
    return JsonResponse(
        {
            "seconds": settings.IDLE_SECONDS,
            "token": get_token(request),
            "user": str(request.user.uid),
        }
    )
