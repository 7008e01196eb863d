"""Permanent exclusions, the referral that follows by itself, and leaving a roll without a trace."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from accounts import work
from accounts.models import OutboxMessage
from pupils import actions
from pupils.models import Enrolment, ExclusionReason, PermanentExclusion
from referrals import actions as referral_actions
from referrals.models import Referral, Status
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
DAY = timedelta(days=1)


@pytest.fixture
def pupil(school):
    child = factories.PupilFactory()
    factories.EnrolmentFactory(pupil=child, organisation=school)
    return child


@pytest.fixture
def exclude(pupil, school, school_staff):
    def exclude(**details):
        row = PermanentExclusion(
            **{
                "school": school,
                "decided_on": MONDAY,
                "effective_on": MONDAY,
                "reason_1": ExclusionReason.objects.get(pk="PA"),
                "given_by": "The head",
            }
            | details
        )
        return actions.exclude(row, pupil=pupil, by=school_staff)

    return exclude


def deliver(kind, times=1):
    """Deliver every message of a kind, each as often as asked."""
    for message in OutboxMessage.objects.filter(kind=kind).order_by("pk"):
        for _ in range(times):
            work.work(message.pk)


def test_what_is_due_is_counted_in_school_days(exclude):
    row = exclude()

    # The sixth school day after Monday 16 September is Tuesday 24; the fifteenth is 7 October.
    assert (row.day_six_on, row.board_by, row.review_by) == (
        date(2024, 9, 24),
        date(2024, 10, 7),
        None,
    )


def test_the_parents_time_to_ask_for_a_review_runs_from_the_board(exclude, school_staff):
    row = exclude()
    row.result, row.board_met_on = "DNO", date(2024, 10, 3)

    row = actions.change_exclusion(row, seen=1, by=school_staff)

    assert row.review_by == date(2024, 10, 24)
    with pytest.raises(ValidationError, match="Somebody else changed"):
        actions.change_exclusion(row, seen=1, by=school_staff)


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"decided_on": localdate() + DAY, "effective_on": localdate() + DAY}, "future"),
        ({"effective_on": localdate() + 15 * DAY}, "two weeks ahead"),
        ({"decided_on": date(2020, 1, 6)}, "not on the roll of Ash School on 6 January 2020"),
        ({"effective_on": date(2024, 9, 13)}, "before it was decided"),
        ({"result": "ANO"}, "together with its result"),
    ],
)
def test_what_cannot_be_is_refused_in_words(exclude, details, words):
    with pytest.raises(ValidationError, match=words):
        exclude(**details)


# The referral that follows by itself.


def test_a_referral_opens_once_however_often_it_is_delivered(exclude, school_staff, client):
    row = exclude()
    deliver("pupil.excluded", times=3)
    referral_actions.open_for_exclusion(row)  # and a message that was written twice

    referral = Referral.objects.get()
    assert referral.exclusion == row
    assert (referral.status, referral.reason) == (Status.SUBMITTED, "permanent exclusion")
    assert (referral.event_on, referral.day_six_on) == (MONDAY, date(2024, 9, 24))
    assert referral.made_by == school_staff
    assert [entry.kind for entry in referral.entries.all()] == ["submitted"]
    assert OutboxMessage.objects.filter(kind="referral.submitted").count() == 1
    client.force_login(school_staff)
    page = client.get(referral.get_absolute_url()).content.decode()
    assert row.get_absolute_url() in page
    assert "Day-6 duty" in page


def test_a_draft_without_its_consent_does_not_hold_up_the_sixth_day(exclude, pupil, school):
    factories.ReferralFactory(
        pupil=pupil, school=school, status=Status.DRAFT, basis="consent", consent_from=""
    )
    exclude()
    deliver("pupil.excluded")

    referral = Referral.objects.get()
    assert (referral.status, referral.basis) == (Status.SUBMITTED, "")
    assert referral.day_six_on == date(2024, 9, 24)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SUBMITTED, Status.WAITING])
def test_an_open_referral_is_linked_instead(exclude, pupil, school, status):
    open_one = factories.ReferralFactory(
        pupil=pupil, school=school, status=status, reason="at risk", concern="Their words"
    )
    exclude()
    deliver("pupil.excluded", times=2)

    referral = Referral.objects.get()
    assert referral.pk == open_one.pk
    assert referral.status == (Status.SUBMITTED if status == Status.DRAFT else status)
    assert (referral.concern, referral.day_six_on) == ("Their words", date(2024, 9, 24))
    assert referral.entries.filter(kind="added").count() == 1


def test_a_decided_referral_does_not_answer_it(exclude, pupil, school):
    factories.ReferralFactory(pupil=pupil, school=school, status=Status.DECLINED)
    exclude()
    deliver("pupil.excluded")

    assert Referral.objects.filter(status=Status.SUBMITTED).count() == 1


def test_a_day_that_is_put_right_moves_the_clock_of_the_referral(exclude, school_staff):
    row = exclude()
    deliver("pupil.excluded")
    row.effective_on = date(2024, 9, 17)
    actions.change_exclusion(row, seen=1, by=school_staff)
    deliver("pupil.excluded")

    assert Referral.objects.get().day_six_on == date(2024, 9, 25)


def test_a_withdrawal_stops_the_clock_and_is_told(exclude, school_staff):
    row = exclude()
    deliver("pupil.excluded")
    days = {"rescinded_on": date(2024, 9, 20), "because": "Not lawful"}
    row = actions.withdraw_exclusion(row, by=school_staff, **days)
    deliver("pupil.exclusion withdrawn", times=2)
    referral_actions.count_again()

    referral = Referral.objects.get()
    assert (row.result, row.day_six_on, referral.day_six_on) == ("HWD", None, None)
    assert "Withdrawn" in referral.entries.get(kind="added").after
    with pytest.raises(ValidationError, match="has met"):
        actions.withdraw_exclusion(row, by=school_staff, **days)


def test_an_exclusion_withdrawn_before_the_delivery_opens_nothing(exclude, school_staff):
    row = exclude()
    days = {"rescinded_on": date(2024, 9, 20), "because": "Not lawful"}
    actions.withdraw_exclusion(row, by=school_staff, **days)
    deliver("pupil.excluded")
    deliver("pupil.exclusion withdrawn")

    assert not Referral.objects.exists()


def test_education_is_recorded_by_hand_or_by_a_roll_elsewhere(exclude, pupil, provider):
    row = exclude()
    waits = PermanentExclusion.objects.without_education
    assert list(waits()) == [row]
    factories.EnrolmentFactory(
        pupil=pupil, organisation=provider, status="T", starts_on=MONDAY + DAY
    )
    assert list(waits()) == [row]  # outreach is no education elsewhere

    Enrolment.objects.filter(organisation=provider).update(status="S")
    assert list(waits()) == []


# Leaving a roll.


@pytest.mark.parametrize(
    ("details", "elsewhere", "is_listed"),
    [
        ({}, None, True),
        ({"left_because": "not known"}, None, True),
        ({"left_because": "excluded"}, None, True),  # and no exclusion is recorded
        ({"left_because": "left england"}, None, False),
        ({"left_because": "home education"}, None, False),
        ({"status": "S"}, None, False),  # a subsidiary roll is not the pupil's school
        ({"ends_on": localdate() + DAY}, None, False),
        ({}, {"starts_on": MONDAY}, False),
        ({}, {"starts_on": MONDAY, "ends_on": MONDAY + DAY}, True),  # it was over before
        ({}, {"starts_on": localdate() - DAY}, False),  # a gap, but known by now
        ({}, {"starts_on": MONDAY, "status": "T"}, True),  # outreach in the school that was left
        ({}, {"starts_on": MONDAY, "status": "O"}, False),
    ],
)
def test_who_left_without_a_destination_is_listed(details, elsewhere, is_listed):
    gone = factories.EnrolmentFactory(**{"ends_on": date(2025, 3, 3)} | details)
    if elsewhere:
        factories.EnrolmentFactory(pupil=gone.pupil, **elsewhere)

    rows = Enrolment.objects.without_destination(localdate())

    assert (gone in rows) == is_listed


def test_a_recorded_exclusion_is_a_reason_of_leaving(exclude, pupil):
    exclude()
    Enrolment.objects.filter(pupil=pupil).update(
        ends_on=date(2024, 10, 30), left_because="excluded"
    )

    assert not Enrolment.objects.without_destination(localdate()).exists()


def test_where_a_pupil_went_is_recorded_with_the_end_or_later(pupil, caseworker):
    roll = pupil.enrolments.get()
    actions.end_enrolment(roll, last_day=MONDAY, left_because="not known", by=caseworker)
    assert Enrolment.objects.without_destination(localdate()).count() == 1

    row = actions.say_destination(
        roll, left_because="left england", left_for="Wales", by=caseworker
    )

    assert row.leaving_words == "Moved out of England: Wales"
    assert not Enrolment.objects.without_destination(localdate()).exists()
    assert Enrolment.objects.gone_for_good().get() == row
    with pytest.raises(ValidationError, match="Say where the pupil went"):
        actions.say_destination(roll, left_because="other", left_for="", by=caseworker)
