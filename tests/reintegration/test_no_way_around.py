"""No sequence of moves reaches week 1 without three gates, or a closed plan without an outcome."""

from collections import Counter
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.workflow import WrongStatus
from reintegration import actions
from reintegration.models import Gate, Kind, Plan, Status, Week, WeekChange
from tests import factories
from tests.factories import returns
from tests.reintegration.conftest import FIRST, WEEKS, agreed

pytestmark = pytest.mark.django_db

NUMBERS = st.integers(1, 7)
REFUSED = (ValidationError, WrongStatus, Week.DoesNotExist)


class WayBack(RuleBasedStateMachine):
    """A plan on which somebody does anything in any order. `seen` counts what was reached."""

    def __init__(self, provider, half_terms, by, seen, on):
        super().__init__()
        placement = factories.PlacementFactory(provider=provider, starts_on=date(2024, 9, 2))
        self.plan = returns.PlanFactory(placement=placement)
        self.target, self.half_terms = self.plan.first_target, half_terms
        self.by, self.seen, self.on, self.line = by, seen, on, {}

    def tried(self, verb, act):
        try:
            act()
        except REFUSED:
            return
        self.seen[verb] += 1

    @initialize(start=st.sampled_from(["begun", "begun", "prepared", "new"]))
    def set_out(self, start):
        """Set out further on in most walks: from a new plan they seldom get to the weeks."""
        for kind in Kind.values if start != "new" else []:
            self.gate(kind=kind)
        if start == "begun":
            self.begin()

    @rule(kind=st.sampled_from(Kind.values))
    def gate(self, kind):
        gate = Gate(
            kind=kind,
            held_on=date(2024, 9, 9),
            who="All",
            words="Said.",
            parent_words="Good." if kind == Kind.CONVERSATION else "",
            no_scores="None." if kind == Kind.PROGRESS else "",
        )
        self.tried("gate", lambda: actions.pass_gate(self.plan, gate, by=self.by))

    @rule()
    def begin(self):
        def act():
            actions.begin(self.plan, starts_on=FIRST, weeks=WEEKS, by=self.by)

        self.tried("begin", act)

    @rule(number=NUMBERS)
    def hold(self, number):
        details = {"number": number, "reason": "Was ill.", "by": self.by}
        self.tried("hold", lambda: actions.hold(self.plan, **details))

    @rule(number=NUMBERS)
    def skip(self, number):
        details = {"number": number, "reason": "Is ahead.", "by": self.by}
        self.tried("skip", lambda: actions.skip(self.plan, **details))

    @rule()
    def extend(self):
        details = {"agreed": agreed(0, 10), "reason": "Not sure yet.", "by": self.by}
        self.tried("extend", lambda: actions.extend(self.plan, **details))

    @rule(number=NUMBERS, at_school=st.integers(0, 10))
    def agree_anew(self, number, at_school):
        def act():
            anew = agreed(10 - at_school, at_school)
            actions.agree_anew(
                self.plan, number=number, agreed=anew, reason="It fits better.", by=self.by
            )

        self.on(FIRST)  # no week is over
        self.tried("agree_anew", act)
        self.on(localdate())

    @rule(number=NUMBERS)
    def support(self, number):
        details = {"number": number, "reason": "A taxi.", "by": self.by}
        self.tried("support", lambda: actions.support(self.plan, **details))

    @rule(which=st.integers(0, 2))
    def move_target(self, which):
        details = {"target": self.half_terms[which], "reason": "More time.", "by": self.by}
        self.tried("move_target", lambda: actions.move_target(self.plan, **details))

    @rule()
    def review(self):
        def act():
            for number in Week.objects.of(self.plan).values_list("number", flat=True):
                details = {"number": number, "judgement": "well", "note": "", "by": self.by}
                actions.review_week(self.plan, **details)

        self.tried("review", act)

    @rule()
    def stop(self):
        self.tried("stop", lambda: actions.stop(self.plan, reason="Too early.", by=self.by))

    @rule()
    def complete(self):
        self.tried("complete", lambda: actions.complete(self.plan, words="Well.", by=self.by))

    @rule()
    def close(self):
        details = {"outcome": "not back", "words": "Stays.", "by": self.by}
        self.tried("close", lambda: actions.close(self.plan, **details))

    @invariant()
    def weeks_follow_three_gates(self):
        for attempt in set(Week.objects.filter(plan=self.plan).values_list("attempt", flat=True)):
            gates = Gate.objects.filter(plan=self.plan, attempt=attempt)
            assert {gate.kind for gate in gates} == set(Kind.values)

    @invariant()
    def a_closed_plan_has_its_outcome_and_no_other_plan_has_one(self):
        plan = Plan.objects.get(pk=self.plan.pk)
        is_closed = plan.status == Status.CLOSED
        assert bool(plan.outcome) == bool(plan.closed_on) == is_closed

    @invariant()
    def the_first_line_and_the_first_target_stand(self):
        assert Plan.objects.get(pk=self.plan.pk).first_target == self.target
        for week in Week.objects.filter(plan=self.plan):
            first = (week.first_starts_on, week.first_ends_on)
            assert self.line.setdefault(week.pk, first) == first

    @invariant()
    def every_change_has_its_reason(self):
        changes = WeekChange.objects.filter(plan=self.plan)
        assert all(row.reason for row in changes)
        assert all(bool(row.before) == (row.kind == "agreed") for row in changes)
        moved = self.plan.target_changes.exclude(reason="").count()
        assert moved == self.plan.target_changes.count()


@pytest.fixture
def machine(calendar, provider, caseworker, on):
    seen = Counter()
    on(localdate())
    half_terms = [calendar[2026][number] for number in (3, 4, 5)]

    def made():
        return WayBack(provider, half_terms, caseworker, seen, on)

    made.seen = seen
    return made


def checked(steps):
    steps.weeks_follow_three_gates()
    steps.a_closed_plan_has_its_outcome_and_no_other_plan_has_one()
    steps.the_first_line_and_the_first_target_stand()
    steps.every_change_has_its_reason()


def test_the_whole_way_is_one_of_those_that_are_walked(machine):
    """A walk that never gets to the weeks proves nothing about them."""
    way = machine()
    for kind in Kind.values:
        way.gate(kind=kind)
    way.begin(), way.hold(number=2), way.skip(number=3), way.support(number=4)
    way.agree_anew(number=4, at_school=6), way.stop()
    checked(way)
    for kind in Kind.values:
        way.gate(kind=kind)
    way.move_target(which=0), way.begin(), way.extend(), way.review(), way.complete()
    checked(way)

    assert dict(machine.seen) == {
        "gate": 6, "begin": 2, "hold": 1, "skip": 1, "support": 1, "agree_anew": 1, "stop": 1,
        "move_target": 1, "extend": 1, "review": 1, "complete": 1,
    }  # fmt: skip
    assert Plan.objects.get().status == Status.CLOSED


@pytest.mark.slow
def test_no_way_leads_to_week_1_without_gates_or_to_a_closed_plan_without_an_outcome(machine):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert {"begin", "stop", "close"} <= set(machine.seen)
    assert {"hold", "skip", "extend", "agree_anew"} & set(machine.seen)
