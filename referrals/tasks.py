"""What follows a submission and a decision: mail that names no child."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.utils.timezone import localdate

from accounts.models import Membership, User
from accounts.permissions import GRANTS, Permission
from accounts.work import handles
from referrals.models import Referral


def _mail(subject: str, line: str, recipients: list[str]) -> None:
    message = (
        f"{line}\n\nSign in to {settings.SERVICE_NAME} to read it.\n\n"
        "This message holds no child's details on purpose."
    )
    for address in recipients:
        send_mail(subject, message, None, [address])


@handles("referral.submitted")
def tell_the_send_team(payload: dict[str, Any]) -> None:
    """Mail the people who decide that a referral waits."""
    referral = Referral.objects.get(pk=payload["referral"])
    roles = [role for role, held in GRANTS.items() if Permission.REFERRAL_DECIDE in held]
    memberships = Membership.objects.in_force(localdate()).filter(role__in=roles)
    people = User.objects.filter(is_active=True, memberships__in=memberships).distinct()
    _mail(
        f"Referral {referral.reference} waits for a decision",
        f"Referral {referral.reference} was submitted.",
        sorted(people.values_list("email", flat=True)),
    )


@handles("referral.decided")
def tell_the_referrer(payload: dict[str, Any]) -> None:
    """Mail the person who made a referral that it is decided."""
    referral = Referral.objects.select_related("made_by").get(pk=payload["referral"])
    _mail(
        f"Referral {referral.reference} is decided",
        f"Referral {referral.reference} is {referral.get_status_display().lower()}.",
        [referral.made_by.email],
    )
