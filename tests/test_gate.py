"""The gate itself: what is forgotten stays closed."""

from django.test import override_settings


@override_settings(ROOT_URLCONF="tests.forgotten_urls")
def test_a_view_that_names_no_permission_is_closed(client, db):
    client.raise_request_exception = False

    response = client.get("/forgotten/")

    assert b"anybody may read this" not in response.content
    assert response.status_code in {403, 500}  # this URL map has no error pages of its own
