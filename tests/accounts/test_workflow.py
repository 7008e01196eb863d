"""The moves of referrals and placements: every status, every verb, every role."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.permissions import GRANTS, Role
from accounts.workflow import WrongStatus, make_move
from placements.models import Placement
from placements.models import Status as PlacementStatus
from pupils.models import Enrolment
from referrals.models import DECIDED, Referral
from referrals.models import Status as ReferralStatus
from tests import factories

pytestmark = pytest.mark.django_db

SCHOOL, SEND_TEAM = {"school staff", "school lead"}, {"caseworker", "manager"}
REFERRAL_TABLE = {
    # The moves as the strategy has them: what each verb starts from, and where it leads.
    "submit": ({"draft"}, "submitted", SCHOOL),
    "ask": ({"submitted"}, "waiting", SEND_TEAM),
    "answer": ({"waiting"}, "submitted", SCHOOL),
    "withdraw": ({"draft", "submitted", "waiting"}, "withdrawn", SCHOOL),
    "accept": ({"submitted", "waiting"}, "accepted", SEND_TEAM),
    "decline": ({"submitted", "waiting"}, "declined", SEND_TEAM),
    "undo": ({"accepted", "declined"}, "submitted", SEND_TEAM),
}
PLACEMENT_TABLE = {
    "accept": ({"proposed"}, "open", SEND_TEAM | {"provider lead"}),
    "decline": ({"proposed"}, "declined", SEND_TEAM | {"provider lead"}),
    "cancel": ({"proposed", "open"}, "cancelled", SEND_TEAM),
    "pause": ({"open"}, "paused", SEND_TEAM),
    "resume": ({"paused"}, "open", SEND_TEAM),
    "end": ({"open", "paused"}, "ended", SEND_TEAM),
}


def cases(statuses, table):
    return [(status, verb, role) for status in statuses for verb in table for role in Role]


def changes_for(referral, verb, user):
    if verb == "submit":
        return {"submitted_at": referral.made_at}
    if verb in {"accept", "decline"}:
        tier = 3 if verb == "accept" else None
        day = referral.made_at.date()
        return {"decided_on": day, "decided_by": user, "decision_reason": "So.", "tier": tier}
    if verb == "undo":
        return {"decided_on": None, "decided_by": None, "decision_reason": "", "tier": None}
    return {}


@pytest.mark.parametrize(("status", "verb", "role"), cases(ReferralStatus, REFERRAL_TABLE))
def test_a_referral_moves_only_as_the_table_of_moves_says(person, school, status, verb, role):
    sources, target, roles = REFERRAL_TABLE[verb]
    referral = factories.ReferralFactory(status=status, school=school)
    factories.EnrolmentFactory(pupil=referral.pupil, organisation=school)
    user = person(role)

    def move():
        make_move(referral, verb, by=user, **changes_for(referral, verb, user))

    is_open = status in sources and role in roles
    assert (verb in referral.moves_open_to(user)) == is_open
    if is_open:
        move()
    else:
        with pytest.raises(WrongStatus if role in roles else PermissionDenied):
            move()
    referral.refresh_from_db()
    assert referral.status == (target if is_open else status)


@pytest.mark.parametrize(("status", "verb", "role"), cases(PlacementStatus, PLACEMENT_TABLE))
def test_a_placement_moves_only_as_the_table_of_moves_says(person, provider, status, verb, role):
    sources, target, roles = PLACEMENT_TABLE[verb]
    placement = factories.PlacementFactory(status=status, provider=provider)
    user = person(role)
    changes = {"end_reason": "Moved."} if verb in {"decline", "cancel", "end"} else {}
    if verb == "end":
        changes |= {"ends_on": placement.ends_on or placement.starts_on, "destination": "moved"}

    is_open = status in sources and role in roles
    assert (verb in placement.moves_open_to(user)) == is_open
    if is_open:
        make_move(placement, verb, by=user, **changes)
    elif status == "proposed" or role in roles & SEND_TEAM or role not in roles:
        with pytest.raises(WrongStatus if role in roles else PermissionDenied):
            make_move(placement, verb, by=user, **changes)
    else:  # a provider does not reach what ended long ago, or was never its own
        with pytest.raises((WrongStatus, Placement.DoesNotExist)):
            make_move(placement, verb, by=user, **changes)
    placement.refresh_from_db()
    assert placement.status == (target if is_open else status)


def test_the_tables_here_hold_every_move():
    assert set(Referral.MOVES) == set(REFERRAL_TABLE)
    assert set(Placement.MOVES) == set(PLACEMENT_TABLE)


@pytest.mark.parametrize("verb", Referral.MOVES)
def test_every_move_is_open_to_somebody(verb):
    assert any(Referral.MOVES[verb].permission in held for held in GRANTS.values())


def test_a_move_reaches_no_child_of_another_school(person, school, other_school):
    referral = factories.ReferralFactory(school=school)
    factories.EnrolmentFactory(pupil=referral.pupil, organisation=school)
    stranger = person(Role.SCHOOL_STAFF, other_school)

    with pytest.raises(Referral.DoesNotExist):
        make_move(referral, "withdraw", by=stranger)


def test_a_move_reaches_no_child_who_left_the_school(school, school_staff):
    referral = factories.ReferralFactory(school=school)
    factories.EnrolmentFactory(
        pupil=referral.pupil, organisation=school, ends_on=factories.LONG_AGO.replace(year=2021)
    )

    assert Enrolment.objects.count() == 1
    with pytest.raises(Referral.DoesNotExist):
        make_move(referral, "withdraw", by=school_staff)


def test_a_stale_copy_is_moved_by_what_the_database_holds(caseworker):
    stale = factories.ReferralFactory(status=ReferralStatus.SUBMITTED)
    Referral.objects.filter(pk=stale.pk).update(status=ReferralStatus.WITHDRAWN)

    with pytest.raises(WrongStatus, match="withdrawn already"):
        make_move(stale, "decline", by=caseworker, **changes_for(stale, "decline", caseworker))


def test_a_move_does_not_write_what_a_stale_copy_holds(caseworker):
    stale = factories.ReferralFactory(status=ReferralStatus.SUBMITTED)
    Referral.objects.filter(pk=stale.pk).update(concern="Newer words.")
    stale.concern = "Old words."

    make_move(stale, "decline", by=caseworker, **changes_for(stale, "decline", caseworker))

    stale.refresh_from_db()
    assert stale.concern == "Newer words."
    assert stale.status in DECIDED
