"""What follows what happens to a placement: mail that names no child."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.work import handles
from placements.models import Placement
from placements.models.review import TO_COUNCIL, TO_PROVIDER


def _mail(subject: str, recipients: list[str]) -> None:
    message = (
        f"{subject}.\n\nSign in to {settings.SERVICE_NAME} to read it.\n\n"
        "This message holds no child's details on purpose."
    )
    for address in recipients:
        send_mail(subject, message, None, [address])


@handles("placement.changed")
def tell(payload: dict[str, Any]) -> None:
    """Mail the provider's leads, or the officer who offered the placement."""
    placement = Placement.objects.select_related("opened_by").get(pk=payload["placement"])
    kind = payload["told"]
    if kind in TO_COUNCIL:
        _mail(TO_COUNCIL[kind], [placement.opened_by.email])
        return
    held = Membership.objects.filter(organisation=placement.provider_id)
    leads = held.people_who(Permission.PLACEMENT_ANSWER)
    _mail(TO_PROVIDER[kind], list(leads.values_list("email", flat=True)))
