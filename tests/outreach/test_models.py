"""Support, cycles, the log, purchases, follow-ups: what is true of their rows."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from outreach.models import Purchase
from tests import factories
from tests.constraints import assert_refused, constraints_of
from tests.placements.test_models import again

pytestmark = pytest.mark.django_db


def support(**details):
    return lambda: factories.SupportFactory(**details)


def cycle(**details):
    return lambda: factories.CycleFactory(**details)


def entry(**details):
    return lambda: factories.LogEntryFactory(**details)


def follow_up(**details):
    return lambda: factories.FollowUpFactory(**details)


BREAKERS = {
    "outreach_support_for_a_pupil_or_a_school": support(focus="trauma"),
    "outreach_support_open_with_aims_and_a_worker": support(worker=None),
    "outreach_support_opens_with_a_baseline": support(no_semh_baseline=""),
    "outreach_support_closes_with_an_exit": support(status="closed", no_curriculum_exit=""),
    "outreach_support_ends_with_a_day_and_words": support(
        status="closed", ended_on=date(2023, 9, 10)
    ),
    "outreach_support_planned_to_end_after_it_starts": support(planned_last_day=date(2023, 9, 10)),
    "outreach_cycle_says_what_is_known_and_planned": cycle(planned=""),
    "outreach_cycle_reviewed_in_full": cycle(judgement="achieved"),
    "outreach_cycle_one_at_a_time": lambda: factories.CycleFactory(
        support=factories.CycleFactory().support, number=2
    ),
    "outreach_cycle_numbered_once": lambda: factories.CycleFactory(
        support=factories.CycleFactory(
            judgement="partly", done="So.", reviewed="So.", reviewed_on=date(2023, 10, 16)
        ).support
    ),
    "outreach_deal_one_for_a_school_and_year": lambda: again(factories.DealFactory()),
    "outreach_deal_unit_is_known": lambda: factories.DealFactory(unit="days"),
    "outreach_deal_year_is_of_our_times": lambda: factories.DealFactory(year=1999),
    "outreach_purchase_is_of_something": lambda: factories.PurchaseFactory(
        quantity=0, note="None."
    ),
    "outreach_purchase_given_back_says_why": lambda: factories.PurchaseFactory(quantity=-1),
    "outreach_logentry_kind_is_known": entry(kind="party"),
    "outreach_logentry_done_has_its_time": entry(minutes=0),
    "outreach_logentry_called_off_says_why": entry(status="called off"),
    "outreach_logentry_corrected_says_why": entry(correction="It was 3 hours."),
    "outreach_logline_one_for_a_support": lambda: again(factories.LogLineFactory()),
    "outreach_followup_after_3_6_or_12_months": follow_up(months=9),
    "outreach_followup_one_of_a_turn": lambda: factories.FollowUpFactory(
        support=factories.FollowUpFactory(suspended="no").support
    ),
    "outreach_followup_one_open": lambda: factories.FollowUpFactory(
        support=factories.FollowUpFactory().support, turn=2
    ),
    "outreach_followup_answered_whole": follow_up(suspended="no", answered_by=""),
    "outreach_followup_counts_suspensions": follow_up(suspended="yes", suspensions=None),
    "outreach_followup_attended_no_more_than_possible": follow_up(
        suspended="no", possible=10, present=11
    ),
    "outreach_followup_taken_down_is_answered": lambda: factories.FollowUpFactory(
        taken_by=factories.UserFactory()
    ),
    "outreach_evaluation_answered_with_a_rating": lambda: factories.EvaluationFactory(rating=4),
    "outreach_evaluation_helped_is_known": lambda: factories.EvaluationFactory(helped=["luck"]),
}


def test_each_constraint_has_a_row_that_breaks_it():
    assert set(BREAKERS) == constraints_of("outreach")


@pytest.mark.parametrize("name", sorted(BREAKERS))
def test_the_database_refuses(name):
    assert_refused(name, BREAKERS[name])


def test_purchases_stand_for_good():
    row = factories.PurchaseFactory()
    for change in (row.delete, lambda: Purchase.objects.update(quantity=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_cancelled_support_keeps_its_baseline_and_is_no_intervention():
    row = factories.SupportFactory(status="cancelled", no_semh_baseline="None.")

    assert not row.is_running
