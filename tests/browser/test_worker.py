"""A real web server, worker and clock: a mark becomes a figure within a minute, and all is well."""

import json
import time
import urllib.error
import urllib.request

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.core.management import call_command

from accounts.permissions import Role
from accounts.tasks import HEARTBEAT
from tests import factories
from tests.processes import Beat, Worker, redis_url

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


def health(server):
    """Return the status of the health page, and what it says."""
    try:
        with urllib.request.urlopen(f"{server.url}/healthz", timeout=5) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def until(seconds, is_so):
    """Wait until something is so, and tell whether it came to be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.5)
    return False


def test_a_mark_becomes_a_figure_within_a_minute(world, server, worker, page_of):
    day, provider = world.school_day, world.own.provider
    child = factories.PupilFactory(surname="Testwick")
    factories.PlacementFactory(provider=provider, pupil=child, starts_on=day)
    call_command("compute_kpis")
    leader = page_of(world.people[Role.LEADERSHIP], at=server.url)
    leader.goto("/reporting/")
    before = leader.inner_text("[aria-labelledby=figure-attendance-ap]")
    assert until(TO_START, lambda: health(server)[0] == 200), health(server)

    tutor = page_of(world.people[Role.PROVIDER_STAFF], width=360, at=server.url)
    tutor.goto(f"/attendance/registers/{provider.uid}/{day.isoformat()}/pm/")
    line = tutor.locator("li.app-register__line", has_text="Testwick")
    line.locator('input[type=radio][value="L"]').check()
    line.locator("[data-said]:text-matches('^✓')").wait_for()

    def is_new():
        leader.reload()
        return leader.inner_text("[aria-labelledby=figure-attendance-ap]") != before

    cache.clear()  # as other tests do beside this one
    assert until(A_MINUTE, is_new), before
    said = health(server)[1]
    assert all(said[part]["ok"] for part in ("database", "broker", "worker", "figures"))
