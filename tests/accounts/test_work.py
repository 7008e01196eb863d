"""The outbox and the periodic work: done once, lost never."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu import Connection, pools

from accounts import tasks, work
from accounts.models import Organisation, OutboxMessage, Run
from apsystem.celery import app
from reporting.tasks import GATHER_SECONDS
from tests import factories
from tests.threads import at_once

LATE = timedelta(minutes=5)


@pytest.fixture
def handle(monkeypatch):
    """Register a handler for the length of a test, and see what it was called with."""

    def register(kind, handler=None, *, part="", gather_seconds=0):
        calls = []

        def called(payload):
            calls.append(payload)
            if handler:
                handler(payload)

        parts = {key: [*names] for key, names in work._parts.items()}
        monkeypatch.setattr(work, "_handlers", dict(work._handlers))
        monkeypatch.setattr(work, "_parts", parts)
        work.handles(kind, part=part, gather_seconds=gather_seconds)(called)
        return calls

    return register


@contextmanager
def broker_away():
    """Send tasks to a broker that does not answer."""
    away = Connection(
        "redis+socket:///nowhere/valkey.sock",
        transport_options={"max_retries": 0},
        connect_timeout=1,
    )
    usual = app.amqp._producer_pool
    app.conf.task_always_eager, app.amqp._producer_pool = False, pools.producers[away]
    try:
        yield
    finally:
        app.conf.task_always_eager, app.amqp._producer_pool = True, usual


def make_school(payload):
    factories.SchoolFactory(name=payload["name"])


def old_message(**details):
    message = factories.OutboxMessageFactory(**details)
    OutboxMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - LATE)
    return message


@pytest.mark.django_db
@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
def test_an_effect_happens_once_however_often_the_message_is_delivered(handle, times):
    handle("tests.made", make_school)
    message = factories.OutboxMessageFactory(kind="tests.made", payload={"name": "Once"})

    for _ in range(times):
        work.deliver.delay(message.pk)

    message.refresh_from_db()
    assert Organisation.objects.filter(name="Once").count() == 1
    assert message.done_at is not None


@pytest.mark.django_db
def test_only_the_first_delivery_says_that_it_did_the_work(handle):
    handle("tests.made")
    message = factories.OutboxMessageFactory(kind="tests.made")

    assert [work.work(message.pk), work.work(message.pk)] == [True, False]


@pytest.mark.django_db
def test_a_message_is_sent_after_the_commit_and_not_before(
    handle, django_capture_on_commit_callbacks
):
    calls = handle("tests.made")

    with django_capture_on_commit_callbacks(execute=True):
        work.post("tests.made", name="After")
        assert calls == []

    assert calls == [{"name": "After"}]


@pytest.mark.django_db
def test_each_part_of_the_work_has_a_message_of_its_own_and_fails_alone(
    handle, django_capture_on_commit_callbacks
):
    def fail(payload):
        raise ValueError("no calendar")

    first = handle("tests.made")
    handle("tests.made", fail, part="due dates")
    third = handle("tests.made", part="letters")

    with django_capture_on_commit_callbacks() as rings:
        work.post("tests.made", day="2026-09-01")
    with pytest.raises(ValueError, match="no calendar"):
        rings[1]()
    for ring in (rings[0], rings[2]):
        ring()

    assert first == third == [{"day": "2026-09-01"}]
    assert list(OutboxMessage.objects.filter(done_at=None).values_list("kind", "attempts")) == [
        ("tests.made: due dates", 1)
    ]


@pytest.mark.django_db(transaction=True)
def test_work_that_is_rolled_back_is_never_sent(handle):
    calls = handle("tests.made")

    def post_and_fail():
        work.post("tests.made")
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        post_and_fail()

    assert calls == []
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_work_that_fails_leaves_no_effect_and_is_written_down(handle):
    def fail(payload):
        make_school(payload)
        raise ValueError("the cable is cut")

    handle("tests.made", fail)
    message = factories.OutboxMessageFactory(kind="tests.made", payload={"name": "Half"})

    with pytest.raises(ValueError, match="the cable is cut"):
        work.deliver.delay(message.pk)

    message.refresh_from_db()
    assert not Organisation.objects.filter(name="Half").exists()
    assert (message.done_at, message.attempts) == (None, 1)
    assert message.last_error == "ValueError: the cable is cut"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_leaves_the_message_for_the_sweep(handle, caplog):
    calls = handle("tests.made")

    with broker_away():
        message = OutboxMessage.objects.get(pk=work.post("tests.made"))

    message.refresh_from_db()
    assert (calls, message.done_at) == ([], None)
    assert f"message {message.pk} waits for the sweep" in caplog.text

    OutboxMessage.objects.update(created_at=timezone.now() - LATE)

    assert tasks.sweep() == 1
    message.refresh_from_db()
    assert calls == [{}]
    assert message.done_at is not None


@pytest.mark.django_db
def test_the_sweep_sends_what_was_sent_long_ago_and_not_done(handle):
    calls = handle("tests.made")
    old_message(kind="tests.made", sent_at=timezone.now() - LATE)

    assert tasks.sweep() == 1
    assert len(calls) == 1


@pytest.mark.django_db
def test_the_sweep_leaves_alone_what_is_new_done_just_sent_or_tried_too_often(handle):
    calls = handle("tests.made")
    factories.OutboxMessageFactory(kind="tests.made")
    old_message(kind="tests.made", done_at=timezone.now())
    old_message(kind="tests.made", sent_at=timezone.now())
    old_message(kind="tests.made", attempts=tasks.MOST_ATTEMPTS)

    assert tasks.sweep() == 0
    assert calls == []


@pytest.mark.django_db
def test_one_run_answers_all_messages_of_a_kind_that_gathers(handle):
    calls = handle("tests.gathered", gather_seconds=5)
    handle("tests.other")
    messages = [
        factories.OutboxMessageFactory(kind="tests.gathered", payload={"number": number})
        for number in range(4)
    ]
    factories.OutboxMessageFactory(kind="tests.other")

    for message in messages:
        work.deliver.delay(message.pk)

    assert calls == [{"gathered": [{"number": number} for number in range(4)]}]
    assert OutboxMessage.objects.filter(done_at=None).values_list("kind", flat=True).get() == (
        "tests.other"
    )


@pytest.mark.django_db
def test_a_task_whose_message_is_answered_still_gathers_the_others(handle):
    calls = handle("tests.gathered", gather_seconds=5)
    first = factories.OutboxMessageFactory(kind="tests.gathered", done_at=timezone.now())
    factories.OutboxMessageFactory(kind="tests.gathered", payload={"number": 2})

    assert work.work(first.pk)

    assert calls == [{"gathered": [{"number": 2}]}]
    assert not work.work(first.pk)


@pytest.mark.parametrize(("gather_seconds", "tasks_sent"), [(5, [1, 3]), (0, [1, 2, 3])])
def test_one_task_is_sent_while_it_gathers(handle, monkeypatch, gather_seconds, tasks_sent):
    handle("tests.gathered", gather_seconds=gather_seconds)
    sent, moment = [], [100.0]
    monkeypatch.setattr(work, "_gathering", {})
    monkeypatch.setattr(work, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    monkeypatch.setattr(work.deliver, "apply_async", lambda of, **_: sent.extend(of))

    for message_id, at in ((1, 100.0), (2, 104.9), (3, 105.0)):
        moment[0] = at
        work.ring(message_id, "tests.gathered")

    assert sent == tasks_sent


@pytest.mark.django_db
def test_a_kind_that_does_not_gather_runs_once_a_message(handle):
    calls = handle("tests.made")
    for message in factories.OutboxMessageFactory.create_batch(3, kind="tests.made"):
        work.deliver.delay(message.pk)

    assert len(calls) == 3


@pytest.mark.django_db(transaction=True)
def test_a_message_in_other_hands_is_left_to_them(handle):
    calls = handle("tests.made")
    message = factories.OutboxMessageFactory(kind="tests.made")

    with transaction.atomic():
        OutboxMessage.objects.select_for_update().get(pk=message.pk)
        done = at_once([lambda: work.work(message.pk)])

    assert (done, calls) == ([False], [])


@pytest.mark.slow
def test_a_web_process_knows_how_long_to_gather():
    program = (
        "import apsystem.wsgi, json; from accounts import work; "
        "print(json.dumps({kind: seconds for kind, (_, seconds) in work._handlers.items()}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout).get("marks.changed") == GATHER_SECONDS


@pytest.mark.django_db
def test_the_heart_beats_into_the_cache():
    tasks.beat()

    assert cache.get(tasks.HEARTBEAT) is not None


@pytest.mark.django_db
def test_periodic_work_is_done_once_for_a_period():
    found = []
    for period in ("2026-09-01", "2026-09-01", "2026-09-02"):
        with work.once("tests.nightly", period) as is_ours:
            found.append(is_ours)

    assert found == [True, False, True]


@pytest.mark.django_db
def test_periodic_work_that_failed_is_still_to_do():
    with pytest.raises(RuntimeError), work.once("tests.nightly", "2026-09-01"):
        raise RuntimeError

    with work.once("tests.nightly", "2026-09-01") as is_ours:
        assert is_ours


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("was_begun", [False, True])
def test_two_schedulers_at_once_do_the_work_once(was_begun):
    if was_begun:
        factories.RunFactory(task="tests.nightly", period="2026-09-01")

    def run():
        with work.once("tests.nightly", "2026-09-01") as is_ours:
            time.sleep(0.1)  # long enough for the other to read what is not committed
            return is_ours

    found = at_once([run, run])

    assert sorted(found) == [False, True]
    assert Run.objects.get().done_at is not None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_that_work_began_is_seen_while_it_runs_and_how_long_it_took_afterwards():
    factories.RunFactory(task="tests.nightly", period="2026-09-01")
    Run.objects.update(started_at=timezone.now() - timedelta(hours=1))  # and it was killed

    with work.once("tests.nightly", "2026-09-01"):
        time.sleep(0.1)
        (seen,) = at_once([lambda: Run.objects.values_list("started_at", "done_at").get()])

    run = Run.objects.get()
    assert (run.started_at, None) == seen
    assert timedelta(seconds=0.1) <= run.done_at - run.started_at < timedelta(minutes=1)


def test_the_night_clears_old_done_work_and_sign_ins_that_are_over(db):
    now = timezone.now()
    old, recent, failed = (factories.OutboxMessageFactory() for _ in range(3))
    long_ago = now - tasks.KEEP_DONE - timedelta(minutes=1)
    OutboxMessage.objects.update(created_at=long_ago)
    OutboxMessage.objects.filter(pk=old.pk).update(done_at=long_ago)
    OutboxMessage.objects.filter(pk=recent.pk).update(done_at=now)
    for key, ends in (("over", now - LATE), ("going", now + LATE)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)

    tasks.clear_away()

    assert set(OutboxMessage.objects.values_list("pk", flat=True)) == {recent.pk, failed.pk}
    assert [row.session_key for row in Session.objects.all()] == ["going"]


def test_the_night_clears_once_a_day(db):
    tasks.clear_away()
    late = factories.OutboxMessageFactory(done_at=timezone.now() - 2 * tasks.KEEP_DONE)

    tasks.clear_away()

    assert OutboxMessage.objects.filter(pk=late.pk).exists()


def test_every_task_of_the_timetable_exists():
    app.loader.import_default_modules()

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
