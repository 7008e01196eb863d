"""What follows what happens to a referral: mail that names no child."""

from typing import Any

from django.urls import reverse

from accounts.models import Cover, Membership
from accounts.permissions import Permission
from accounts.work import handles
from apsystem.lib.mail import tell_people
from pupils.models import PermanentExclusion
from referrals import actions
from referrals.models import DECIDED, Referral

GATHER_SECONDS = 5


def _referral(payload: dict[str, Any]) -> Referral:
    rows = Referral.objects.select_related("made_by", "held_by", "assigned_to", "school")
    return rows.get(pk=payload["referral"])


def _officers(referral: Referral) -> list[str]:
    """Return whom to tell at the council: the officer who has it, and who covers, or all."""
    if referral.assigned_to:
        return Cover.objects.addresses(referral.assigned_to, Permission.REFERRAL_DECIDE)
    people = Membership.objects.people_who(Permission.REFERRAL_DECIDE)
    return sorted(people.values_list("email", flat=True))


def holders(referral: Referral) -> list[str]:
    """Return whom to tell at the school: who has it there, and who covers for that person."""
    return Cover.objects.addresses(referral.holder, Permission.REFERRAL_MAKE, at=referral.school)


@handles("referral.submitted")
def tell_the_send_team(payload: dict[str, Any]) -> None:
    """Mail the people who decide that a referral waits."""
    referral = _referral(payload)
    tell_people(
        f"Referral {referral.reference} waits for a decision",
        f"Referral {referral.reference} was submitted.",
        _officers(referral),
        page=referral.get_absolute_url(),
    )


@handles("referral.added")
def tell_of_more(payload: dict[str, Any]) -> None:
    """Mail the council that the school added to a referral or amended it."""
    referral = _referral(payload)
    tell_people(
        f"Referral {referral.reference} holds something new",
        f"The school added to referral {referral.reference}, or amended an answer.",
        _officers(referral),
        page=referral.get_absolute_url(),
    )


@handles("referral.answered")
def tell_of_the_answer(payload: dict[str, Any]) -> None:
    """Mail the council that the school answered."""
    referral = _referral(payload)
    tell_people(
        f"Referral {referral.reference} is answered",
        f"The school answered what was asked about referral {referral.reference}.",
        _officers(referral),
        page=referral.get_absolute_url(),
    )


@handles("referral.withdrawn")
def tell_of_the_withdrawal(payload: dict[str, Any]) -> None:
    """Mail the council that a referral needs no decision any more, where it was sent."""
    referral = _referral(payload)
    if referral.submitted_at:
        tell_people(
            f"Referral {referral.reference} is withdrawn",
            f"The school withdrew referral {referral.reference}.",
            _officers(referral),
            page=referral.get_absolute_url(),
        )


@handles("referral.handed over")
def tell_the_colleague(payload: dict[str, Any]) -> None:
    """Mail the person who has the referral now."""
    referral = _referral(payload)
    tell_people(
        f"Referral {referral.reference} is handed over",
        f"Referral {referral.reference} was handed over to {referral.holder}.",
        holders(referral),
        page=referral.get_absolute_url(),
    )


@handles("referral.asked")
def ask_the_school(payload: dict[str, Any]) -> None:
    """Mail the person who has the referral at the school what the council asks.

    The link leads to exactly these questions.
    """
    referral = _referral(payload)
    tell_people(
        f"Referral {referral.reference} needs an answer",
        f"The SEND team asks for more about referral {referral.reference}.",
        holders(referral),
        page=reverse("referrals:answer", args=[referral.uid]),
    )


@handles("referral.decided")
def tell_the_referrer(payload: dict[str, Any]) -> None:
    """Mail the person who has the referral at the school that it is decided."""
    referral = _referral(payload)
    if referral.status in DECIDED:  # it may be taken back before this runs
        tell_people(
            f"Referral {referral.reference} is decided",
            f"Referral {referral.reference} is {referral.get_status_display().lower()}.",
            holders(referral),
            page=referral.get_absolute_url(),
        )


def _exclusion(payload: dict[str, Any]) -> PermanentExclusion:
    rows = PermanentExclusion.objects.select_related("pupil", "school", "recorded_by")
    return rows.get(pk=payload["exclusion"])


@handles("pupil.excluded")
def refer_after_exclusion(payload: dict[str, Any]) -> None:
    """Open a referral for the council's day-6 duty, unless the exclusion was withdrawn by now."""
    exclusion = _exclusion(payload)
    if exclusion.is_standing:
        actions.open_for_exclusion(exclusion)


@handles("pupil.exclusion withdrawn")
def note_that_it_was_withdrawn(payload: dict[str, Any]) -> None:
    """Say in the referral that the exclusion does not stand any more."""
    actions.note_withdrawal(_exclusion(payload))


@handles("calendar.changed", part="due dates", gather_seconds=GATHER_SECONDS)
def count_due_dates_again(payload: dict[str, Any]) -> None:
    """Count when undecided referrals are due, once for all the changes written by now."""
    actions.count_again()
