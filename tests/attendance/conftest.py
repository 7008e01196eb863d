"""A register of Monday morning that tests mark."""

import json
import uuid
from datetime import date

import pytest
from django.urls import reverse

from accounts.permissions import Role
from tests import factories

MONDAY = date(2024, 9, 16)


def tap(placement, code, seen=0, **more):
    return {"row": placement.pk, "code": code, "seen": seen, **more}


@pytest.fixture
def placement(provider):
    return factories.PlacementFactory(provider=provider)


@pytest.fixture
def colleague(person, provider):
    return person(Role.PROVIDER_LEAD, name="Col League")


@pytest.fixture
def path(provider):
    return reverse("attendance:register", args=[provider.uid, MONDAY.isoformat(), "am"])


@pytest.fixture
def send(client, path, provider_staff):
    """Send lines as the page does, and return the answer; one line comes back by itself."""

    def send(*lines, by=provider_staff, to=path, status=200):
        client.force_login(by)
        sent = [{"key": str(uuid.uuid4()), **line} for line in lines]
        answer = client.post(
            to, json.dumps({"lines": sent}), "application/json", headers={"X-Register": "1"}
        )
        assert answer.status_code == status, answer.content
        told = answer.json()
        if status == 200 and len(sent) == 1:
            return told["lines"][sent[0]["key"]] | {"whole": told}
        return told

    return send
