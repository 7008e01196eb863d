"""Referrals: what is true of their rows."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError

from accounts.models import SchoolCalendar
from pupils.models import Pupil
from referrals.models import Referral, Status
from tests import factories
from tests.constraints import assert_refused, constraints_of

pytestmark = pytest.mark.django_db

MOMENT = datetime(2024, 9, 3, 9, tzinfo=UTC)


def make(**details):
    return lambda: factories.ReferralFactory(**details)


def two_open():
    first = factories.ReferralFactory(status=Status.SUBMITTED)
    factories.ReferralFactory(pupil=first.pupil)


def two_requests():
    first = factories.RequestForMoreFactory()
    factories.RequestForMoreFactory(referral=first.referral)


BREAKERS = {
    "referrals_savedfilter_one_of_a_name": lambda: [
        factories.SavedFilterFactory(user=one.user, name="LATE")
        for one in [factories.SavedFilterFactory(name="Late")]
    ],
    "referrals_savedfilter_has_name_and_filter": lambda: factories.SavedFilterFactory(query=""),
    "referrals_referral_status_is_known": make(status="lost"),
    "referrals_referral_reason_is_known": make(reason="no reason"),
    "referrals_referral_decision_is_whole": make(status=Status.DECLINED, decision_reason=""),
    "referrals_referral_tier_with_acceptance": make(status=Status.ACCEPTED, tier=None),
    "referrals_referral_submitted_at_with_submission": make(
        status=Status.SUBMITTED, submitted_at=None
    ),
    "referrals_referral_exclusion_has_its_date": make(
        status=Status.SUBMITTED, reason="permanent exclusion"
    ),
    "referrals_referral_one_open_for_a_pupil": two_open,
    "referrals_referral_education_follows_a_placement": make(
        status=Status.ACCEPTED, education_from=date(2024, 9, 9)
    ),
    "referrals_referral_sent_with_its_reason": make(status=Status.SUBMITTED, reason=""),
    "referrals_referral_sent_with_its_concern": make(status=Status.SUBMITTED, concern=""),
    "referrals_referral_basis_is_known": make(basis="a feeling"),
    "referrals_referral_consent_is_whole": make(status=Status.SUBMITTED, basis="consent"),
    "referrals_entry_kind_is_known": lambda: factories.EntryFactory(kind="sung"),
    "referrals_entry_amends_an_answer": lambda: factories.EntryFactory(kind="amended"),
    "referrals_requestformore_one_open": two_requests,
    "referrals_requestformore_asks_something": lambda: factories.RequestForMoreFactory(
        questions=[]
    ),
}


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_a_row_that_breaks_a_constraint(name):
    assert_refused(name, BREAKERS[name])


def test_every_constraint_has_a_row_that_breaks_it():
    assert constraints_of("referrals") == set(BREAKERS)


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("decision_is_whole", {"status": "accepted", "decided_on": None}),
        ("decision_is_whole", {"status": "accepted", "decided_by": None}),
        ("decision_is_whole", {"status": "submitted", "decided_on": date(2024, 9, 5)}),
        ("decision_is_whole", {"status": "draft", "decision_reason": "So."}),
        ("tier_with_acceptance", {"status": "accepted", "tier": 4}),
        ("tier_with_acceptance", {"status": "declined", "tier": 2}),
        ("tier_with_acceptance", {"status": "submitted", "tier": 2}),
        ("submitted_at_with_submission", {"status": "draft", "submitted_at": MOMENT}),
        ("submitted_at_with_submission", {"status": "accepted", "submitted_at": None}),
        ("education_follows_a_placement", {"status": "submitted", "education_from": "2024-09-09"}),
    ],
)
def test_every_half_of_a_decision_is_refused(name, details):
    assert_refused(f"referrals_referral_{name}", make(**details))


@pytest.mark.parametrize("status", Status)
def test_a_referral_may_stand_in_every_status(status):
    assert factories.ReferralFactory(status=status).next_step


def test_a_draft_may_leave_the_date_of_an_exclusion_open():
    factories.ReferralFactory(reason="permanent exclusion")


def test_a_submitted_referral_may_be_withdrawn_with_its_moment():
    factories.ReferralFactory(status=Status.WITHDRAWN, submitted_at=MOMENT)


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN])
def test_a_pupil_may_be_referred_again_after_a_closed_referral(status):
    closed = factories.ReferralFactory(status=status)

    factories.ReferralFactory(pupil=closed.pupil)

    assert closed.pupil.referrals.count() == 2


def test_the_longest_wait_comes_first():
    late = factories.ReferralFactory(status="submitted", submitted_at=MOMENT)
    early = factories.ReferralFactory(
        status="submitted", submitted_at=datetime(2024, 9, 2, tzinfo=UTC)
    )
    factories.ReferralFactory()

    assert list(Referral.objects.waiting()) == [early, late]


def test_the_nearer_of_two_clocks_counts_where_the_next_one_comes_first():
    def due(decide_by, day_six_on=None, status=Status.SUBMITTED):
        return factories.ReferralFactory(status=status, decide_by=decide_by, day_six_on=day_six_on)

    neither = due(None)
    both = due(date(2024, 10, 2), date(2024, 10, 4))
    late_duty = due(date(2024, 10, 8), date(2024, 10, 3))
    decision = due(date(2024, 10, 1))
    decided = due(date(2024, 9, 2), date(2024, 10, 7), Status.ACCEPTED)

    rows = Referral.objects.sorted_by("due")

    assert list(rows) == [decision, both, late_duty, decided, neither]


def test_accepted_referrals_wait_for_a_placement_until_they_are_placed():
    waiting = factories.ReferralFactory(status="accepted")
    factories.ReferralFactory(status="accepted", is_placed=True)
    factories.ReferralFactory(status="declined")

    assert list(Referral.objects.accepted_without_placement()) == [waiting]


def test_a_filter_keeps_status_reason_and_every_word_of_a_name():
    pupil = factories.PupilFactory(forename="Zoë", surname="O'Brien")
    sought = factories.ReferralFactory(pupil=pupil, reason="medical")
    factories.ReferralFactory(reason="medical")

    assert list(Referral.objects.narrowed(q="brien zoe")) == [sought]
    assert list(Referral.objects.narrowed(q="brien ann")) == []
    assert Referral.objects.narrowed(reason="medical", status="draft").count() == 2
    assert Referral.objects.narrowed(status="submitted").count() == 0


@pytest.mark.parametrize(
    ("is_placed", "starts_on", "words"),
    [
        (False, None, "offers a placement to a provider"),
        (True, None, "The provider accepts or declines it next."),
        (True, date(2024, 9, 9), "The placement began on 9 September 2024."),
        (True, date(2999, 9, 9), "The placement begins on 9 September 2999."),
    ],
)
def test_the_next_step_of_an_accepted_referral_says_where_the_placement_stands(
    is_placed, starts_on, words
):
    referral = factories.ReferralFactory(
        status="accepted", is_placed=is_placed, education_from=starts_on
    )

    assert words in referral.next_step


SIXTH, TODAY = date(2024, 9, 10), date(2024, 9, 20)


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize(
    ("details", "is_owed"),
    [
        ({"status": "submitted"}, True),
        ({"status": "accepted"}, True),
        ({"status": "accepted", "is_placed": True}, True),  # offered, not accepted
        ({"status": "accepted", "is_placed": True, "education_from": SIXTH}, False),
        ({"status": "accepted", "is_placed": True, "education_from": TODAY}, False),  # late, begun
        ({"status": "accepted", "is_placed": True, "education_from": date(2024, 9, 23)}, True),
        ({"status": "withdrawn"}, False),
    ],
)
def test_the_day_six_duty_runs_until_education_begins(details, is_owed):
    row = factories.ReferralFactory(
        reason="permanent exclusion", event_on=date(2024, 9, 2), day_six_on=SIXTH, **details
    )
    clocks = row.clocks(SchoolCalendar(TODAY, TODAY), TODAY)

    assert ("Day-6 duty" in [clock.title for clock in clocks]) is is_owed
    assert Referral.objects.owed_education(TODAY).exists() is is_owed
    assert Referral.objects.late(TODAY).exists() is is_owed


def test_what_is_missing_is_neither_given_nor_said_to_be_unknown():
    referral = factories.ReferralFactory(tried="A mentor.", not_known=["hoped"])

    assert referral.missing == ["pupil_view", "parent_view", "basis"]


@pytest.mark.parametrize(
    ("details", "found"),
    [
        ({"surname": "Ash"}, True),
        ({"forename": "Kim"}, True),
        ({"forename": "KIM", "surname": "Birch"}, True),
        ({"surname": "ASH", "forename": "Lee"}, True),
        ({"surname": "Ash", "date_of_birth": date(2011, 1, 1)}, False),
        ({"surname": "Birch", "forename": "Lee"}, False),
    ],
)
def test_the_desk_hints_at_a_record_of_the_same_child(details, found):
    child = factories.PupilFactory(forename="Kim", surname="Ash", date_of_birth=date(2012, 1, 1))
    factories.PupilFactory(
        **{"forename": "Lee", "surname": "Birch", "date_of_birth": date(2012, 1, 1)} | details
    )
    factories.ReferralFactory(pupil=child)

    assert Referral.objects.with_hints().get().has_twin is found
    assert bool(Pupil.objects.around(child)[0]) is found


@pytest.mark.parametrize(
    ("address", "postcode", "found"),
    [("1 Elm Road", "DE1 0MO", True), ("2 Elm Road", "DE1 0MO", False), ("", "", False)],
)
def test_the_desk_hints_at_children_of_one_home(address, postcode, found):
    child = factories.PupilFactory(address=address and "1 Elm Road", postcode=postcode)
    factories.PupilFactory(address=address, postcode=postcode)
    factories.ReferralFactory(pupil=child)

    assert Referral.objects.with_hints().get().has_sibling is found
    assert bool(Pupil.objects.around(child)[1]) is found


def test_what_was_written_down_is_not_rewritten():
    entry = factories.EntryFactory()
    entry.after = "Something else."

    with pytest.raises(DatabaseError, match="append_only"):
        entry.save()
