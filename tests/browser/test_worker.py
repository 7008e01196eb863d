"""A real web server, worker and clock: marks become a figure within a minute, and all is well."""

import re

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.core.management import call_command

from accounts.permissions import Role
from accounts.tasks import HEARTBEAT
from tests import factories
from tests.processes import Beat, Worker, health, redis_url, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
A_MINUTE = 60
TO_START = 90  # a worker imports the project first, and the clock ticks once a minute


@pytest.fixture(autouse=True)
def however_few(monkeypatch):
    """Let the processes show figures with one child behind them."""
    monkeypatch.setenv("SMALLEST_COHORT", "1")


@pytest.fixture
def worker(transactional_db):
    RedisCache(redis_url(), {"KEY_PREFIX": "ap"}).delete(HEARTBEAT)  # of a run before
    processes = [Worker(), Beat()]
    for process in processes:
        process.start()
    yield processes
    for process in processes:
        process.kill()


def counts(leader):
    """Return how many sessions the figure counts, above and below the line."""
    tile = leader.inner_text("[aria-labelledby=figure-attendance-ap]")
    [found] = re.findall(r"(\d+) of (\d+) possible sessions", tile)
    return tuple(map(int, found))


def mark(line, code):
    line.locator(f'input[type=radio][value="{code}"]').check()
    line.locator("[data-said]:text-matches('^✓')").wait_for()


def test_two_marks_become_a_figure_within_a_minute(world, server, worker, page_of):
    day, provider = world.school_day, world.own.provider
    child = factories.PupilFactory(surname="Testwick")
    factories.PlacementFactory(provider=provider, pupil=child, starts_on=day)
    call_command("compute_kpis")
    leader = page_of(world.people[Role.LEADERSHIP], at=server.url)
    leader.goto("/reporting/")
    attended, possible = counts(leader)
    assert until(TO_START, lambda: health(server.url)[0] == 200), health(server.url)

    tutor = page_of(world.people[Role.PROVIDER_STAFF], width=360, at=server.url)
    for half, code in (("am", "L"), ("pm", "N")):
        tutor.goto(f"/attendance/registers/{provider.uid}/{day.isoformat()}/{half}/")
        mark(tutor.locator("li.app-register__line", has_text="Testwick"), code)

    def is_new():
        leader.reload()
        return counts(leader) == (attended + 1, possible + 2)

    cache.clear()  # as other tests do beside this one
    assert until(A_MINUTE, is_new), (attended, possible, counts(leader))
    said = health(server.url)[1]
    assert all(said[part]["ok"] for part in ("database", "broker", "worker", "figures"))
