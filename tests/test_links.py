"""Pages that a secret in their address opens: alive they show one child, guessed they show nothing."""

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import world as worlds
from tests.links import GUESSED, LINKS, routes_by_secret
from tests.test_access import CSRF, READS, text_of
from tests.written import every_table_written


@pytest.fixture
def world(db):
    cache.clear()  # openings are counted by the hour
    return worlds.build()


def test_every_page_behind_a_secret_has_a_live_address():
    assert set(LINKS) == {route.name for route in routes_by_secret()}


def as_it_was_made(world):
    """Yield each link with the small borough as it was made: what one does, no other finds."""
    for name, link in LINKS.items():
        with transaction.atomic():
            yield name, link
            transaction.set_rollback(True)


def asked(client, method, address):
    """Return the answer, the tokens in it, and the tables that asking wrote."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.generic(method, address)
    shown = {token.lower() for token in worlds.TOKEN.findall(text_of(answer))}
    return answer, shown, every_table_written(captured)


def test_a_live_link_shows_its_child_alone_and_reading_it_changes_nothing(world):
    problems = []
    for name, link in as_it_was_made(world):
        client = Client()
        address = link.address(client, world, name)
        for method in sorted(READS):
            answer, shown, wrote = asked(client, method, address)
            status, may_show = {
                "GET": (link.status, link.tokens(world)),
                "HEAD": (link.status, set()),
                "OPTIONS": (405, set()),
            }[method]
            if (answer.status_code, shown) != (status, may_show):
                problems.append((name, method, answer.status_code, shown ^ may_show))
            if wrote != link.writes if method == "GET" else wrote - link.writes:
                problems.append((name, method, f"writes {sorted(wrote)}"))
    assert problems == []


def test_a_guessed_secret_is_one_page_that_tells_nothing(world):
    problems = []
    for name, link in as_it_was_made(world):
        live = link.arguments(world)
        secret = next(key for key in GUESSED if key in live)
        for method in ("GET", "POST"):
            told = set()
            for guess in GUESSED[secret]:
                address = reverse(name, kwargs=live | {secret: guess})
                answer, shown, wrote = asked(Client(), method, address)
                told.add((answer.status_code, CSRF.sub(b"", answer.content)))
                if shown or wrote:
                    problems.append((name, method, shown, wrote))
            if not {status for status, _ in told} <= {link.guessed, 405} or len(told) > 1:
                problems.append((name, method, [status for status, _ in told]))
    assert problems == []
