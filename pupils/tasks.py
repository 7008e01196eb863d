"""What follows: mail about letters that names no child, and due dates after a new calendar."""

from typing import Any

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.work import handles
from apsystem.lib.mail import tell_people
from pupils import actions
from pupils.models import Letter
from pupils.models.letter import Channel

GATHER_SECONDS = 5


@handles("calendar.changed", part="exclusion dates", gather_seconds=GATHER_SECONDS)
def count_exclusion_dates_again(payload: dict[str, Any]) -> None:
    """Count what is due after suspensions and exclusions, once for all the changes by now."""
    actions.count_due_again()


@handles("letter.issued")
def send_the_link(payload: dict[str, Any]) -> None:
    """Mail a link to the people of the place that a letter is for, where it goes by e-mail."""
    letter = Letter.objects.get(pk=payload["letter"])
    if letter.channel != Channel.EMAIL or letter.organisation_id is None:
        return
    people = Membership.objects.filter(organisation=letter.organisation_id)
    tell_people(
        f"Letter {letter.reference} is for you",
        f"Letter {letter.reference} is for you.",
        people.people_who(Permission.LETTER_VIEW).values_list("email", flat=True),
        page=reverse("pupils:letter", args=[letter.uid]),
    )
