"""Finding support for a page."""

from django.shortcuts import get_object_or_404

from accounts.access import Request, looked_at
from outreach.models import Support


def find(request: Request, uid: str) -> Support:
    """Return support within reach, and write down the look where it is a pupil's."""
    rows = Support.objects.as_user(request.user).with_names()
    rows = rows.select_related(
        "semh_baseline__instrument",
        "semh_exit__instrument",
        "curriculum_baseline__instrument",
        "curriculum_exit__instrument",
        "placement",
    )
    found = get_object_or_404(rows, uid=uid)
    if found.pupil_id:
        looked_at(request, [found.pupil_id])
    return found
