"""Due dates follow the school calendar until a referral is decided."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import OutboxMessage
from accounts.permissions import Role
from attendance import actions as attendance
from referrals import actions
from referrals.models import Reason, Referral, Status
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]
SENT = datetime(2024, 9, 3, 9, tzinfo=UTC)  # a Tuesday
DUE, A_DAY_LATER = date(2024, 9, 17), date(2024, 9, 18)
SIX, SIX_LATER = date(2024, 9, 10), date(2024, 9, 11)


@pytest.fixture(autouse=True)
def rules():
    factories.ClockRuleFactory(kind="decision", school_days=10)
    factories.ClockRuleFactory(kind="day six", school_days=6)


def referral(status=Status.SUBMITTED, **details):
    return factories.ReferralFactory(
        status=status, submitted_at=SENT, decide_by=DUE, day_six_on=None, **details
    )


def close(day, by, organisation=None):
    closure = factories.ClosureFactory.build(
        organisation=organisation, starts_on=day, ends_on=date(day.year, day.month, day.day + 1)
    )
    return attendance.close(closure, by=by)


@pytest.mark.parametrize(
    ("status", "due"),
    [
        (Status.SUBMITTED, A_DAY_LATER),
        (Status.WAITING, A_DAY_LATER),
        (Status.ACCEPTED, DUE),
        (Status.DECLINED, DUE),
    ],
)
def test_a_new_closure_moves_the_day_of_what_is_undecided(
    administrator, status, due, django_capture_on_commit_callbacks
):
    row = referral(status)

    with django_capture_on_commit_callbacks(execute=True):
        closure = close(date(2024, 9, 5), administrator)

    row.refresh_from_db()
    assert row.decide_by == due
    assert not OutboxMessage.objects.filter(done_at=None).exists()
    with django_capture_on_commit_callbacks(execute=True):
        attendance.reopen(closure, by=administrator)
    row.refresh_from_db()
    assert row.decide_by == DUE


def test_the_day_six_duty_is_counted_at_the_school_of_the_child(administrator, person):
    here, elsewhere = (
        referral(reason=Reason.PERMANENT_EXCLUSION, event_on=date(2024, 9, 2)) for _ in range(2)
    )
    close(date(2024, 9, 5), administrator, here.school)

    assert actions.count_again() == 2

    days = dict(Referral.objects.values_list("pk", "day_six_on"))
    assert days == {here.pk: SIX_LATER, elsewhere.pk: SIX}


def test_a_day_six_duty_moves_while_no_education_has_begun(administrator):
    expelled = {"reason": Reason.PERMANENT_EXCLUSION, "event_on": date(2024, 9, 2)}
    offered = referral(Status.ACCEPTED, is_placed=True, **expelled)
    begun = referral(Status.ACCEPTED, is_placed=True, education_from=SIX, **expelled)
    Referral.objects.update(day_six_on=SIX)
    close(date(2024, 9, 5), administrator)

    assert actions.count_again() == 1

    days = dict(Referral.objects.values_list("pk", "day_six_on"))
    assert days == {offered.pk: SIX_LATER, begun.pk: SIX}
    assert set(Referral.objects.values_list("decide_by", flat=True)) == {DUE}


def test_the_history_holds_an_event_for_each_that_changed_and_for_no_other(
    administrator, django_capture_on_commit_callbacks
):
    moved, kept = referral(), referral()
    Referral.objects.filter(pk=kept.pk).update(decide_by=A_DAY_LATER)
    events = Referral.pgh_event_model
    before = events.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        close(date(2024, 9, 5), administrator)

    event = events.objects.order_by("pgh_id").last()
    assert events.objects.count() == before + 1
    assert (event.pgh_obj_id, event.decide_by) == (moved.pk, A_DAY_LATER)
    assert event.pgh_context["task"] == "accounts.work.deliver"


def test_any_number_of_referrals_is_counted_with_the_same_queries(
    administrator, django_assert_num_queries
):
    referral()
    close(date(2024, 9, 5), administrator)
    for _ in range(20):
        referral()

    with django_assert_num_queries(6):  # the rows, calendar, rules, update, a savepoint
        assert actions.count_again() == 21

    with django_assert_num_queries(5):
        assert actions.count_again() == 0


def test_with_nothing_undecided_no_calendar_is_read(person, django_assert_num_queries):
    person(Role.CASEWORKER)
    referral(Status.DECLINED)

    with django_assert_num_queries(3):
        assert actions.count_again() == 0
