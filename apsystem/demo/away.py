"""A caseworker of the demo borough who is on leave, and the colleague who covers."""

from datetime import date, timedelta

from accounts import actions
from accounts.models import Cover
from accounts.permissions import Role
from apsystem.demo.borough import Borough, person
from referrals import actions as referral_actions
from referrals.models import UNDECIDED, Referral

DAYS = timedelta(days=10)
CASES = 4


def seed(borough: Borough, today: date) -> None:
    """Share the open referrals between two caseworkers, one of whom is away from today."""
    here, manager = borough.people[Role.CASEWORKER], borough.people[Role.MANAGER]
    away = person(
        "caseworker.2@demo.example",
        "Ali Away",
        [(borough.council, Role.CASEWORKER)],
        today - DAYS,
        here.password,
    )
    undecided = Referral.objects.filter(status__in=UNDECIDED).order_by("-submitted_at", "-pk")
    for number, referral in enumerate(undecided[: 2 * CASES]):
        referral_actions.assign(referral, to=away if number % 2 else here, by=manager)
    cover = Cover(
        person=away,
        colleague=here,
        organisation=borough.council,
        starts_on=today,
        ends_on=today + DAYS,
    )
    actions.arrange_cover(cover, by=manager)
