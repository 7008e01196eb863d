"""The outbox: work written in the transaction that causes it, done once, lost never.

An action calls `post`. After the commit a Celery task is sent with the message's id; a sweep sends
again what is undone. A handler runs in the transaction that marks its message done, so its effect
on the database happens exactly once, however often the task is delivered.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pghistory
from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.result import EagerResult
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import OutboxMessage, Run

logger = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, tuple[Handler, int]] = {}
_parts: dict[str, list[str]] = {}
_gathering: dict[str, float] = {}  # until when the task that this process sent gathers, by kind
ERROR_LENGTH = 200
RECORDS_CHANGED = "records.changed"
POST = """
    INSERT INTO accounts_outboxmessage (kind, payload, created_at, attempts, last_error)
    VALUES (%s, %s, %s, 0, '') RETURNING id
"""


class Task(DjangoTask):
    """Every task of ours: its writes are named in the history by the task."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Open the history context around the task."""
        with pghistory.context(task=self.name):
            return super().__call__(*args, **kwargs)


def handles(kind: str, *, part: str = "", gather_seconds: int = 0) -> Callable[[Handler], Handler]:
    """Register what is done for messages of a kind.

    With `gather_seconds` the task waits so long, and one run answers all messages of the kind that
    were written by then: many changes, one computation. Its payload holds theirs as "gathered".

    A further handler of the same kind names its `part`: `post` writes it a message of its own, so
    that each is done once, is locked no longer than it needs, and fails alone.
    """
    name = f"{kind}: {part}" if part else kind

    def register(handler: Handler) -> Handler:
        _handlers[name] = (handler, gather_seconds)
        if part and name not in _parts.setdefault(kind, []):
            _parts[kind].append(name)
        return handler

    return register


def post(kind: str, **payload: Any) -> int:
    """Write work into the outbox, and ring the bell when the transaction is committed.

    Return the message's id. Written by hand, because every save of a register comes through here.
    """
    written = json.dumps(payload)
    message_id = _write(kind, written)
    for part in _parts.get(kind, ()):
        _write(part, written)
    return message_id


def changed(records: str) -> None:
    """Say that records changed from which figures are made, by their name in `Measure.reads`."""
    post(RECORDS_CHANGED, of=records)


def _write(kind: str, payload: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(POST, [kind, payload, timezone.now()])
        message_id = int(cursor.fetchone()[0])
    transaction.on_commit(partial(ring, message_id, kind))
    return message_id


def ring(message_id: int, kind: str) -> None:
    """Send the task for a message. A broker that is away is no error: the sweep sends again.

    A task that was sent and still gathers answers this message too: none is sent then.
    """
    _, gather_seconds = _handlers.get(kind, (None, 0))
    now = time.monotonic()
    if now < _gathering.get(kind, now):
        return
    try:
        sent = deliver.apply_async((message_id,), countdown=gather_seconds, retry=False)
    except (OperationalError, ConnectionError):
        logger.warning("The broker is away: message %s waits for the sweep.", message_id)
    else:
        if not isinstance(sent, EagerResult):
            _gathering[kind] = now + gather_seconds


@transaction.atomic
def work(message_id: int) -> bool:
    """Do a message's work unless it is done or in other hands. Tell whether any was done here.

    Where messages are gathered, those that wait are answered even if this one is answered already.
    """
    kind = OutboxMessage.objects.get(pk=message_id).kind
    handler, gather_seconds = _handlers[kind]
    rows = OutboxMessage.objects.select_for_update(skip_locked=True).filter(done_at=None)
    found = list(rows.filter(kind=kind) if gather_seconds else rows.filter(pk=message_id))
    if not found:
        return False
    payloads = [row.payload for row in found]
    handler({"gathered": payloads} if gather_seconds else payloads[0])
    answered = [row.pk for row in found]
    OutboxMessage.objects.filter(pk__in=answered).update(done_at=timezone.now())
    return True


def failed(message_id: int, error: Exception) -> None:
    """Write down that a message's work failed, so that a person can see it."""
    message = OutboxMessage.objects.get(pk=message_id)
    message.attempts += 1
    message.last_error = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
    message.save(update_fields=["attempts", "last_error"])


@shared_task
def deliver(message_id: int) -> None:
    """Do the work of one outbox message. Safe to deliver any number of times."""
    try:
        work(message_id)
    except Exception as error:
        failed(message_id, error)
        raise


@contextmanager
def once(task: str, period: str) -> Iterator[bool]:
    """Hold the run of a task for a period; yield whether it is ours to do.

    Two schedulers, or a task delivered twice, do the work once: an advisory lock makes the second
    wait, and the row of the first tells it that the work is done. That it began is committed
    before, so that it can be seen while it runs, and after it was killed: call it outside a
    transaction.
    """
    Run.objects.get_or_create(task=task, period=period)
    begun = timezone.now()
    Run.objects.filter(task=task, period=period, done_at=None).update(started_at=begun)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{task} {period}"])
        run = Run.objects.get(task=task, period=period)
        yield run.done_at is None
        if run.done_at is None:
            run.started_at, run.done_at = begun, timezone.now()
            run.save(update_fields=["started_at", "done_at"])
