"""The gate itself: what is forgotten stays closed."""

import pytest
from django.test import override_settings


@override_settings(ROOT_URLCONF="tests.forgotten_urls")
def test_a_view_that_names_no_permission_is_closed(client, db):
    client.raise_request_exception = False

    response = client.get("/forgotten/")

    assert b"anybody may read this" not in response.content
    assert response.status_code in {403, 500}  # this URL map has no error pages of its own


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/healthz", "/account/sign-in/"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"])
def test_no_view_runs_for_a_method_that_no_page_knows(client, caseworker, path, method):
    client.force_login(caseworker)

    response = client.generic(method, path)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"
