"""Failures: a page in plain words, even where the database or the list of files is missing."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.away import database_away

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client():
    cache.clear()
    return Client(raise_request_exception=False)


@pytest.fixture
def broken(settings):
    settings.ROOT_URLCONF = "tests.broken_urls"


def test_a_failure_is_said_in_the_look_of_the_service(client, broken, settings):
    answer = client.get("/fails/")

    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Sorry, there is a problem with the service" in page
    assert settings.COUNCIL_NAME.replace("&", "&amp;") in page
    assert settings.SUPPORT_EMAIL in page
    assert 'href="/static/built/app.css"' in page


def test_a_failure_is_said_where_no_file_was_collected(client, broken, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    answer = client.get(reverse("privacy"))  # it names its files by what is in them

    assert answer.status_code == 500
    assert b"Sorry, there is a problem with the service" in answer.content


def test_a_database_that_is_away_is_a_503_in_words(client, caseworker):
    client.force_login(caseworker)
    page = reverse("account_login")

    with database_away():
        answers = [client.get("/"), Client(raise_request_exception=False).post(
            page, {"login": caseworker.email, "password": "a kettle in the harbour"})]  # fmt: skip
        health = client.get("/healthz", headers={"cookie": ""})

    for answer in answers:
        assert answer.status_code == 503
        assert b"the service is not available now" in answer.content
        assert answer["Retry-After"] == "60"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert (health.status_code, health.json()["database"]["ok"]) == (503, False)
    assert client.get("/").status_code == 200


def test_a_machine_is_told_in_json_that_the_database_is_away(client):
    with database_away():
        answer = client.post("/api/v1/marks", headers={"Authorization": "Bearer key"})

    assert answer.status_code == 503
    assert answer.json()["problems"][0]["says"].startswith("The records cannot be reached")
    assert answer["Retry-After"] == "60"


def test_a_database_that_goes_down_meanwhile_is_away_too(client, broken):
    answer = client.get("/is-cut-off/")
    connection.close()  # the client of the tests keeps it, cut off as it is

    assert answer.status_code == 503


def test_a_statement_that_is_given_up_is_a_failure_of_ours(client, broken):
    assert client.get("/takes-too-long/").status_code == 500
