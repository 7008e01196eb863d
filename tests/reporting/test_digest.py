"""The summary by mail: at its hour, once, by references, and only where something changed."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import work
from accounts.models import Digest, OutboxMessage
from accounts.permissions import Role
from reporting import nightly
from tests import factories
from tests import world as worlds
from tests.threads import at_once

MONDAY = datetime(2026, 9, 14)  # noqa: DTZ001 - made aware below


@pytest.fixture
def clock():
    """Set the time; everything reads it from Django."""
    with mock.patch("django.utils.timezone.now") as now:

        def at(hour, *, days=0):
            now.return_value = timezone.make_aware(MONDAY + timedelta(days=days, hours=hour))

        at(6)
        yield at


@pytest.fixture
def world(db, clock):
    return worlds.build_with_a_case()


@pytest.fixture
def subscriber(world, clock):
    user = world.people[Role.CASEWORKER]
    clock(6.2)
    factories.DigestFactory(user=user, told_until=timezone.now(), hour=7)
    return user


def happen(world):
    factories.EntryFactory(
        referral=world.own.submitted, by=world.people[Role.SCHOOL_STAFF], at=timezone.now()
    )


def run(capture):
    with capture(execute=True):
        nightly.send_digests()


def test_a_mail_tells_what_changed_by_references_and_names_no_child(
    world, subscriber, clock, django_capture_on_commit_callbacks
):
    happen(world)
    clock(7)

    run(django_capture_on_commit_callbacks)

    (sent,) = mail.outbox
    assert sent.to == [subscriber.email]
    assert f"Your referrals with news: {world.own.submitted.reference}" in sent.body
    assert "Yours to decide: 1" in sent.body
    assert "http" in sent.body
    assert not worlds.TOKEN.search(sent.subject + sent.body)


def test_nothing_changed_no_mail(world, subscriber, clock, django_capture_on_commit_callbacks):
    clock(7)

    run(django_capture_on_commit_callbacks)

    assert mail.outbox == []


def test_only_what_came_since_the_last_mail_is_told(
    world, subscriber, clock, django_capture_on_commit_callbacks
):
    happen(world)
    clock(7)
    run(django_capture_on_commit_callbacks)

    clock(7, days=1)
    run(django_capture_on_commit_callbacks)

    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "case",
    [
        (6, 0, False, 0),  # before the hour
        (7, 0, False, 1),
        (11, 0, False, 1),  # nothing ran at seven
        (7, 5, False, 0),  # a Saturday
        (7, 5, True, 1),
    ],
)
def test_it_comes_at_its_hour_on_its_days(world, subscriber, clock, request, case):
    hour, days, is_always, comes = case
    capture = request.getfixturevalue("django_capture_on_commit_callbacks")
    Digest.objects.update(is_on_school_days_only=not is_always)
    happen(world)
    clock(hour, days=days)

    run(capture)

    assert len(mail.outbox) == comes


def test_who_left_or_turned_it_off_gets_none(
    world, subscriber, clock, django_capture_on_commit_callbacks
):
    happen(world)
    subscriber.memberships.update(ends_on="2026-09-01")
    other = world.people[Role.MANAGER]
    factories.DigestFactory(user=other, hour=None)
    clock(7)

    run(django_capture_on_commit_callbacks)

    assert mail.outbox == []


def test_five_deliveries_send_one_mail(
    world, subscriber, clock, django_capture_on_commit_callbacks
):
    happen(world)
    clock(7)

    for _ in range(5):
        run(django_capture_on_commit_callbacks)
    (message,) = OutboxMessage.objects.filter(kind=nightly.DIGEST)
    for _ in range(5):
        work.deliver.delay(message.pk)

    assert len(mail.outbox) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_send_one_mail(clock):
    world = worlds.build_with_a_case()
    clock(6.2)
    factories.DigestFactory(user=world.people[Role.CASEWORKER], told_until=timezone.now())
    happen(world)
    clock(7)

    at_once([nightly.send_digests, nightly.send_digests])

    assert len(mail.outbox) == 1
    assert OutboxMessage.objects.filter(kind=nightly.DIGEST).count() == 1


def test_a_person_chooses_the_hour_and_turns_it_off(client, world):
    user = world.people[Role.SCHOOL_STAFF]
    client.force_login(user)
    path = reverse("accounts:digest")

    client.post(path, {"hour": "7", "is_on_school_days_only": "on"})
    kept = Digest.objects.get(user=user)
    assert (kept.hour, kept.is_on_school_days_only) == (7, True)
    assert kept.told_until == timezone.now()  # what was before is old

    assert "A mail comes at 7:00" in client.get(reverse("accounts:settings")).content.decode()
    wrong = client.post(path, {"hour": "3"})
    assert "Choose from the list" in wrong.content.decode()
    client.post(path, {"hour": ""})
    assert Digest.objects.get(user=user).hour is None
