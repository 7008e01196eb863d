"""People of a school and of the council before the pages of referrals."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from tests import world as worlds

DATE = ("event_on_0", "event_on_1", "event_on_2")


@pytest.fixture
def world(db):
    return worlds.build()


@pytest.fixture
def school(client, world):
    client.force_login(world.people[Role.SCHOOL_STAFF])
    return client


@pytest.fixture
def council(client, world):
    client.force_login(world.people[Role.CASEWORKER])
    return client


def url(name, row, *more):
    return reverse(f"referrals:{name}", args=[row.uid, *more])


def text(answer):
    return answer.content.decode()
