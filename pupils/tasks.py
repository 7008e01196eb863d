"""What follows: mail about letters that names no child, and due dates after a new calendar."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.work import handles
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
    message = (
        f"Letter {letter.reference} is for you.\n\n"
        f"Sign in to {settings.SERVICE_NAME} and open Letters to read it.\n\n"
        "This message holds no child's details on purpose."
    )
    for person in people.people_who(Permission.LETTER_VIEW):
        send_mail(f"Letter {letter.reference} is for you", message, None, [person.email])
