"""Plans, gates, weeks, versions: what is true of their rows."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from reintegration.models import Gate, Kind, Plan, Status
from tests import factories
from tests.constraints import assert_refused, constraints_of
from tests.factories import returns
from tests.placements.test_models import again
from tests.reintegration.onward_breakers import ONWARD_BREAKERS
from tests.reintegration.panel_breakers import PANEL_BREAKERS

pytestmark = pytest.mark.django_db


def plan(**details):
    return lambda: returns.PlanFactory(**details)


def gate(**details):
    return lambda: returns.GateFactory(**details)


def week(**details):
    return lambda: returns.WeekFactory(**details)


def check(**details):
    return lambda: returns.StayCheckFactory(**details)


BREAKERS = {
    "reintegration_plan_status_is_known": plan(status="lost"),
    "reintegration_plan_route_is_known": plan(route="undecided"),
    "reintegration_plan_closed_with_its_outcome": plan(status="closed"),
    "reintegration_plan_returns_to_somewhere": lambda: Plan.objects.filter(
        pk=returns.PlanFactory(returning=True).pk
    ).update(receiving_school=None),
    "reintegration_plan_one_receiving_place": plan(receiving_place="Elm College"),
    "reintegration_targetchange_has_a_reason": lambda: returns.TargetChangeFactory(reason=""),
    "reintegration_targetchange_changes_something": lambda: returns.TargetChangeFactory(
        after=factories.later_half_term()
    ),
    "reintegration_gate_kind_is_known": gate(kind="other"),
    "reintegration_gate_says_who_and_what": gate(who=""),
    "reintegration_gate_hears_the_parent": gate(kind="conversation", parent_words=""),
    "reintegration_gate_compares_with_the_baseline": gate(kind="progress", no_scores=""),
    "reintegration_week_once": lambda: again(returns.WeekFactory()),
    "reintegration_week_number_counts_from_one": week(number=0),
    "reintegration_week_ends_after_it_starts": week(ends_on=returns.MONDAY),
    "reintegration_week_fits_ten_sessions": week(ap_sessions=8, school_sessions=3),
    "reintegration_week_counts_the_sessions_chosen": week(at_provider=0b1111),
    "reintegration_week_review_is_whole": week(judgement="well"),
    "reintegration_weekchange_kind_is_known": lambda: returns.WeekChangeFactory(kind="lost"),
    "reintegration_weekchange_has_a_reason": lambda: returns.WeekChangeFactory(reason=""),
    "reintegration_weekchange_keeps_what_was_agreed": lambda: returns.WeekChangeFactory(
        kind="agreed"
    ),
    **ONWARD_BREAKERS,
    "reintegration_staycheck_once": lambda: again(returns.StayCheckFactory()),
    "reintegration_staycheck_answer_is_whole": check(answer="there"),
    "reintegration_version_numbered_once": lambda: returns.VersionFactory(
        plan=returns.VersionFactory().plan, token_hash="another"
    ),
    "reintegration_version_signed_by_name_and_position": lambda: returns.VersionFactory(
        signed_name="Robin Example"
    ),
    **PANEL_BREAKERS,
}


def test_each_constraint_has_a_row_that_breaks_it():
    assert set(BREAKERS) == constraints_of("reintegration")


@pytest.mark.parametrize("name", sorted(BREAKERS))
def test_the_database_refuses(name):
    assert_refused(name, BREAKERS[name])


@pytest.mark.parametrize("left_out", list(Kind))
def test_the_database_refuses_week_1_without_each_of_the_three_gates(left_out):
    plan = returns.PlanFactory()
    for kind in Kind:
        if kind != left_out:
            returns.GateFactory.create_batch(2, plan=plan, kind=kind)

    with pytest.raises(IntegrityError, match="Three gates"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(status=Status.RETURNING)
    with pytest.raises(IntegrityError, match="belongs to a return"), transaction.atomic():
        returns.WeekFactory(plan=plan)

    returns.GateFactory(plan=plan, kind=left_out)
    assert Plan.objects.filter(pk=plan.pk).update(status=Status.RETURNING) == 1


def test_gates_of_an_earlier_attempt_open_no_later_one():
    plan = returns.PlanFactory(returning=True)

    with pytest.raises(IntegrityError, match="Three gates"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(attempt=2)


def test_evidence_and_the_first_line_of_weeks_stand_for_good():
    week = returns.WeekFactory()
    for change in (
        lambda: Gate.objects.filter(plan=week.plan).update(words="Other"),
        lambda: Gate.objects.filter(plan=week.plan).delete(),
        lambda: type(week).objects.filter(pk=week.pk).update(first_ends_on="2024-12-01"),
        lambda: returns.TargetChangeFactory().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_version_that_was_answered_stands():
    version = returns.VersionFactory()
    rows = type(version).objects.filter(pk=version.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(content={"pupil": "another"})
    signed = {"signed_name": "A", "signed_position": "Head", "signed_at": "2024-09-09T09:00Z"}
    assert rows.update(**signed) == 1

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(refused_because="Changed my mind.")
