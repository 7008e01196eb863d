"""A pupil at a provider, with a plan that may begin its weeks."""

from datetime import date, timedelta

import pytest

from accounts import work
from accounts.models import OutboxMessage
from accounts.permissions import Role
from placements.models import EVERY_SESSION
from reintegration import actions
from reintegration.actions import Agreed
from reintegration.models.week import last_sessions
from tests import factories
from tests.factories import returns

AT_SCHOOL = [2, 4, 6, 8, 10, 10]


def agreed(at_provider, at_school):
    """Return a week with the last sessions at the provider, so many."""
    return Agreed(last_sessions(EVERY_SESSION, at_provider), at_school)


WEEKS = [agreed(10 - number, number) for number in AT_SCHOOL]
FIRST = date(2024, 9, 30)


@pytest.fixture
def lead(person):
    return person(Role.PROVIDER_LEAD, name="Lee Lead")


@pytest.fixture
def plan(calendar, provider, school):
    placement = factories.PlacementFactory(
        provider=provider, home_school=school, starts_on=date(2024, 9, 2)
    )
    return returns.PlanFactory(placement=placement)


@pytest.fixture
def ready(plan):
    for kind in ("progress", "conversation", "meeting"):
        returns.GateFactory(plan=plan, kind=kind)
    return plan


def work_off() -> None:
    """Do all the work that is written down, and what follows from it."""
    while message := OutboxMessage.objects.filter(done_at=None).order_by("pk").first():
        work.work(message.pk)


@pytest.fixture
def on(monkeypatch):
    """Let a day be today for what happens to the weeks of a return."""

    def on(day):
        for module in (
            "placements.actions.weeks",
            "reintegration.actions.at_provider",
            "reintegration.actions.weeks",
        ):
            monkeypatch.setattr(f"{module}.localdate", lambda: day)

    on(FIRST - timedelta(days=3))
    return on


@pytest.fixture
def begun(ready, on, caseworker):
    return actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)
