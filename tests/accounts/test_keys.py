"""Keys: made, shown once, taken back, and what opens a page that takes keys."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import actions
from accounts.models import ApiKey, Membership, key_of
from accounts.permissions import GRANTS, Permission, Role

pytestmark = pytest.mark.django_db

MONTHS = timedelta(days=90)
MAY = Permission.MARK_IMPORT


@pytest.fixture
def lead(person):
    return person(Role.PROVIDER_LEAD, name="Lea Lead")


@pytest.fixture
def token(lead, provider):
    return actions.make_key(provider, name=" Register ", lasts=MONTHS, by=lead)


def test_a_key_is_kept_as_its_hash_and_opens_for_its_maker(token, lead, provider):
    key = ApiKey.objects.get()

    assert token not in str(ApiKey.objects.values().get())
    assert len(token) > 40
    assert (key.name, key.organisation, key.made_by) == ("Register", provider, lead)
    assert key_of(token, MAY) == key
    assert key_of(token + "x", MAY) is None


def test_a_key_notes_when_it_was_used_once_a_minute(token):
    key_of(token, MAY)
    first = ApiKey.objects.get().used_at
    key_of(token, MAY)

    assert first
    assert ApiKey.objects.get().used_at == first


@pytest.mark.parametrize("end", ["expires", "revoked", "role", "account", "place"])
def test_a_key_opens_nothing_when_it_is_over(token, lead, provider, end):
    if end == "expires":
        past = timezone.now() - timedelta(days=1)
        ApiKey.objects.update(made_at=past - MONTHS, expires_at=past)
    elif end == "revoked":
        assert actions.revoke_key(ApiKey.objects.get(), by=lead)
        assert not actions.revoke_key(ApiKey.objects.get(), by=lead)
    elif end == "role":
        Membership.objects.filter(user=lead).update(ends_on=localdate())
    elif end == "account":
        lead.is_active = False
        lead.save()
    else:
        provider.closed_on = localdate()
        provider.save()

    assert key_of(token, MAY) is None


def test_a_key_opens_only_what_its_maker_may_do_there(token, lead, other_provider, person):
    assert key_of(token, Permission.PEOPLE_CHANGE) is None
    Membership.objects.filter(user=lead).update(organisation=other_provider)

    assert key_of(token, MAY) is None


def test_a_key_of_the_council_lasts_while_its_maker_works_there(manager, provider):
    token = actions.make_key(provider, name="x", lasts=MONTHS, by=manager)

    assert key_of(token, MAY).organisation == provider


@pytest.mark.parametrize("role", sorted(set(Role)))
def test_who_makes_keys(person, provider, role):
    by = person(role)

    if Permission.KEY_CHANGE in GRANTS[role]:
        assert actions.make_key(provider, name="x", lasts=MONTHS, by=by)
    else:
        with pytest.raises(PermissionDenied):
            actions.make_key(provider, name="x", lasts=MONTHS, by=by)


def test_a_stranger_neither_makes_nor_revokes(token, person, provider, other_provider):
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    with pytest.raises(PermissionDenied):
        actions.make_key(provider, name="x", lasts=MONTHS, by=stranger)
    with pytest.raises(PermissionDenied):
        actions.revoke_key(ApiKey.objects.get(), by=stranger)


def test_a_key_is_made_shown_once_listed_and_taken_back_on_pages(client, lead, provider):
    client.force_login(lead)

    page = client.post("/keys/new/", {"name": "Register", "days": "90"})

    token = page.context["token"]
    assert token in page.content.decode()
    assert key_of(token, MAY)
    listed = client.get("/keys/").content.decode()
    assert "Register" in listed
    assert token not in listed
    done = client.post(f"/keys/{ApiKey.objects.get().pk}/revoke/", follow=True)
    assert "does not work any more" in done.content.decode()
    assert "Taken back" in done.content.decode()
    assert key_of(token, MAY) is None


def test_the_council_chooses_the_provider_of_a_key(client, manager, provider):
    client.force_login(manager)

    refused = client.post("/keys/new/", {"name": "x", "days": "90"})
    client.post("/keys/new/", {"name": "x", "days": "90", "organisation": provider.pk})

    assert "Choose whose marks are sent" in refused.content.decode()
    assert ApiKey.objects.get().organisation == provider


def test_keys_that_end_soon_are_listed_apart(client, token, lead):
    client.force_login(lead)
    assert "No key ends within 30 days." in client.get("/keys/?show=ending").content.decode()

    ApiKey.objects.update(expires_at=timezone.now() + timedelta(days=10))

    assert "Register" in client.get("/keys/?show=ending").content.decode()
