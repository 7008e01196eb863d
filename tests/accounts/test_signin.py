"""Signing in: nobody signs up, nobody learns who has an account, and guessing is slow."""

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.access import too_often
from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db

NEW = "a lantern on the heath"
OLD = "a kettle in the harbour"
GUESSES = 5  # in five minutes, for one account from one address
SECRET = re.compile(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"')


@pytest.fixture(autouse=True)
def uncounted():
    cache.clear()


@pytest.fixture
def known():
    return factories.UserFactory(email="hana@school.example", password=make_password(OLD))


def sign_in(client, email, password, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


def shown(response, email):
    text = SECRET.sub("", response.content.decode())
    return response.status_code, response.get("Location"), text.replace(email, "")


def test_the_link_of_the_mail_leads_to_a_new_password(client, mailoutbox):
    user = factories.UserFactory(email="hana@school.example")
    client.post(reverse("account_reset_password"), {"email": user.email})
    [mail] = mailoutbox
    [link] = re.findall(r"https?://[^/]+(/\S+)", mail.body)

    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})

    user.refresh_from_db()
    assert user.check_password(NEW)
    assert "was used already" in client.get(link, follow=True).content.decode()


def test_the_right_password_signs_in(client, known):
    assert sign_in(client, known.email, OLD).status_code == 302
    assert client.get("/").wsgi_request.user == known


def test_nobody_signs_up(client):
    given = {"email": "new@school.example", "password1": NEW, "password2": NEW}

    page = reverse("account_signup")

    answers = [client.post(page, given), client.get(page)]

    assert not User.objects.exists()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Accounts are made for you" in answer.content.decode() for answer in answers)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(known):
    unknown = "nobody@school.example"

    answers = [
        shown(sign_in(Client(), email, "not the password"), email)
        for email in (known.email, unknown)
    ]

    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_a_forgotten_password_tells_nobody_who_has_an_account(known, mailoutbox):
    page, unknown = reverse("account_reset_password"), "nobody@school.example"

    answers = [
        shown(Client().post(page, {"email": email}), email) for email in (known.email, unknown)
    ]

    assert answers[0] == answers[1]
    assert [mail.to for mail in mailoutbox if known.email in mail.to] == [[known.email]]


def test_guessing_is_stopped_even_where_the_guess_is_right_at_last(known):
    for _ in range(GUESSES):
        sign_in(Client(), known.email, "not the password")

    answer = sign_in(client := Client(), known.email, OLD)

    assert "_auth_user_id" not in client.session
    assert answer.status_code in {200, 429}


def test_an_account_that_is_closed_does_not_sign_in(client, known):
    User.objects.filter(pk=known.pk).update(is_active=False)

    sign_in(client, known.email, OLD)

    assert "_auth_user_id" not in client.session


def ask(rf, forwarded, most=1):
    request = rf.get("/", headers={"x-forwarded-for": forwarded})
    return too_often(request, "test", most)


def test_behind_a_proxy_each_client_is_counted_apart(rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    assert [ask(rf, "192.0.2.1"), ask(rf, "192.0.2.2"), ask(rf, "192.0.2.1")] == [
        False,
        False,
        True,
    ]


def test_a_client_does_not_choose_the_address_it_is_counted_by(rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    claims = [ask(rf, f"198.51.100.{number}, 192.0.2.1") for number in range(2)]

    assert claims == [False, True]


def test_a_request_that_passed_fewer_proxies_than_said_is_counted_by_its_connection(rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2

    assert [ask(rf, "192.0.2.1"), ask(rf, "192.0.2.2")] == [False, True]


def test_without_a_proxy_the_header_counts_for_nothing(rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0

    assert [ask(rf, "192.0.2.1"), ask(rf, "192.0.2.2")] == [False, True]
