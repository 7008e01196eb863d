"""For whom a person acts."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

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
