"""Five thousand pieces of work, each delivered one to five times: five thousand effects."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts import work
from accounts.models import OutboxMessage, ViewEntry

POSTS = 5_000
HANDS = 4


@pytest.fixture
def bells(monkeypatch):
    """Hear the doorbell instead of the broker: collect the messages that it rings for."""
    heard = []
    monkeypatch.setattr(work.deliver, "apply_async", lambda args, **_: heard.append(args[0]))
    return heard


def leave_an_entry(payload):
    ViewEntry.objects.create(
        user_id=payload["number"], role="", act="list", page="tests", pupils=[], address_hash=""
    )


def deliver_all(messages):
    """Deliver messages one after another; tell how many were ours to do."""
    try:
        return sum(work.work(message) for message in messages)
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_5000_posts_delivered_one_to_five_times_have_5000_effects(monkeypatch, bells):
    monkeypatch.setitem(work._handlers, "tests.counted", (leave_an_entry, 0))
    with transaction.atomic():
        for number in range(POSTS):
            work.post("tests.counted", number=number)
    chance = random.Random(5_000)  # noqa: S311 - an order, not a secret
    deliveries = [bell for bell in bells for _ in range(chance.randint(1, 5))]
    chance.shuffle(deliveries)

    with ThreadPoolExecutor(HANDS) as hands:
        done = sum(hands.map(deliver_all, [deliveries[place::HANDS] for place in range(HANDS)]))

    # Who finds a message in other hands leaves it: the last of its deliveries may have been that.
    left = list(OutboxMessage.objects.filter(done_at=None).values_list("pk", flat=True))
    done += deliver_all(left)
    assert len(bells) == POSTS < len(deliveries)
    assert done == POSTS
    assert sorted(ViewEntry.objects.values_list("user_id", flat=True)) == list(range(POSTS))
