"""What follows what happens to a placement: mail that names no child."""

from typing import Any

from django.urls import reverse

from accounts.models import Cover, Membership
from accounts.permissions import Permission
from accounts.work import handles
from apsystem.lib.mail import tell_people
from placements import actions
from placements.models import Placement
from placements.models.review import TO_COUNCIL, TO_PROVIDER, TO_SCHOOL
from referrals.tasks import holders

GATHER_SECONDS = 5


@handles("placement.changed")
def tell(payload: dict[str, Any]) -> None:
    """Mail the provider's leads, the officer who offered the placement, or who has the referral.

    Who covers for them is told, too; of a provider, all leads are.
    """
    rows = Placement.objects.select_related("opened_by", "referral__made_by", "referral__held_by")
    placement = rows.get(pk=payload["placement"])
    kind, referral = payload["told"], placement.referral
    people = []
    if kind in TO_COUNCIL:
        people.append(
            (
                TO_COUNCIL[kind],
                Cover.objects.addresses(placement.opened_by, Permission.PLACEMENT_OPEN),
            )
        )
    if kind in TO_SCHOOL and referral:
        words = f"{TO_SCHOOL[kind]} for referral {referral.reference}"
        people.append((words, holders(referral)))
    if kind in TO_PROVIDER:
        held = Membership.objects.filter(organisation=placement.provider_id)
        leads = held.people_who(Permission.PLACEMENT_ANSWER)
        people.append((TO_PROVIDER[kind], list(leads.values_list("email", flat=True))))
    page = reverse("placements:detail", args=[placement.uid])
    for words, addresses in people:
        subject = f"{words} ({placement.reference})"
        tell_people(subject, f"{subject}.", addresses, page=page)


@handles("calendar.changed", part="reviews", gather_seconds=GATHER_SECONDS)
def count_reviews_again(payload: dict[str, Any]) -> None:
    """Count when reviews are due, once for all the changes of the calendar written by now."""
    actions.count_reviews_again()
