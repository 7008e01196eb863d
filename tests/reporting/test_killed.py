"""The figures are computed once, however many clocks there are and whoever is killed meanwhile."""

from datetime import date

import pytest
from django.db import connection, transaction

from accounts.models import OutboxMessage, Run
from apsystem.celery import app
from reporting import actions
from reporting.models import Coverage, Snapshot
from reporting.nightly import compute_figures
from tests import factories
from tests.processes import Worker, redis_url, until
from tests.threads import at_once

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("calendar"),
]

A_WHILE = 120  # seconds
SLUG = "attendance-ap"
READ_LATE = "outreach_followup"  # by measures that come after those of attendance


@pytest.fixture(autouse=True)
def placement():
    row = factories.PlacementFactory()
    factories.write_marks(row, "N/I/", first_day=date(2024, 9, 16))
    return row


def test_of_two_clocks_at_once_one_does_the_work(monkeypatch):
    computed = []
    compute = actions.compute

    def counted(**how):
        computed.append(how)
        return compute(**how)

    monkeypatch.setattr("reporting.nightly.actions.compute", counted)

    found = at_once([compute_figures, compute_figures])

    assert found == [None, None]
    assert len(computed) == 1
    assert Run.objects.get().done_at is not None
    kept = list(Snapshot.objects.values_list("measure", "year", "coverage"))
    assert len(kept) == len(set(kept)) > 0


def ring(message):
    """Send the task to the workers' broker, as the sweep does."""
    with app.connection_for_write(url=app_url()) as broker:
        app.send_task("accounts.work.deliver", args=[message.pk], connection=broker)


def app_url():
    url = redis_url()
    return url if url.startswith("redis://") else f"redis+socket{url.removeprefix('unix')}".replace(
        "?db=", "?virtual_host="
    )  # fmt: skip


def waits():
    """Tell whether somebody waits for the table that is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)",
            [READ_LATE],
        )
        return cursor.fetchone()[0]


@pytest.fixture
def sent_for_real():
    """Let tasks leave this process. Celery has read the setting by now, and takes no deletion."""
    before, app.conf.task_always_eager = app.conf.task_always_eager, False
    yield
    app.conf.task_always_eager = before


@pytest.mark.usefixtures("sent_for_real")
def test_a_worker_that_is_killed_in_the_middle_loses_no_figure():
    message = factories.OutboxMessageFactory(kind="marks.changed", payload={"day": "2024-09-16"})
    worker = Worker()
    worker.start()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {READ_LATE} IN ACCESS EXCLUSIVE MODE")
            ring(message)
            assert until(A_WHILE, waits), "the worker computes, and has come to the table"
            worker.kill()
        assert not Snapshot.objects.exists()
        assert OutboxMessage.objects.get(pk=message.pk).done_at is None

        worker.start()
        ring(message)
        undone = OutboxMessage.objects.filter(pk=message.pk, done_at=None)
        assert until(A_WHILE, lambda: not undone.exists())
    finally:
        worker.kill()

    year = Snapshot.objects.latest_of(2024, Coverage.YEAR)
    assert (year[SLUG].numerator, year[SLUG].denominator) == (2, 4)
