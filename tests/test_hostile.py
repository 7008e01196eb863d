"""Hostile input into pages that are open without an account, with every table counted.

For the forms behind the gate see `tests.test_pages`.
"""

import re
from html import unescape
from urllib.parse import urlencode

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from tests.constraints import APPS
from tests.links import LINKS
from tests.routes import routes
from tests.test_pages import world  # noqa: F401 - the world is a fixture

NOT_ASKED = {
    "favicon.ico": "leads on to a file for good",
    "healthz": "says with a 503 what does not run in a test",
}
FORMS = [route for route in routes() if route.is_open and route.name not in NOT_ASKED]
LONGEST_ADDRESS = 4_000
HOSTILE = ["\0", "A" * 1_000_000, "9" * 30, "<script>", "²", ""]
FINE = {200, 302, 400, 403, 404, 405, 413, 429}
ASKING = {
    "account_login",
    "account_reset_password",
    "account_reset_password_from_key",
    "attendance:reply",
    "outreach:evaluation",
    "pupils:say",
    "pupils:say-all",
    "pupils:say-question",
    "pupils:say-take-back",
    "reintegration:version",
    "reporting:follow-up",
}
# Where buttons are told apart by their value, one that no page has does nothing, and none saves.
BUTTONS = {"pupils:say-all", "pupils:say-question"}
# What an answer in words may leave behind.
KEPT = {"accounts_viewentry", "reporting_lastlook"}
COUNTED = [
    model._meta.db_table
    for label in APPS
    for model in apps.get_app_config(label).get_models()
    if model._meta.db_table not in KEPT
]
COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in COUNTED)
TAG = re.compile(r"<(input|select|textarea|button)\b([^>]*)>")
PART = re.compile(r'\b(name|value|type)="([^"]*)"')
POSTS = re.compile(r'<form[^>]*method="post"[^>]*>(.*?)</form>', re.DOTALL)
TOKEN = "csrfmiddlewaretoken"


def count():
    """Return the rows of every table of ours: a changed row has one more in its history."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return dict(zip(COUNTED, cursor.fetchone(), strict=True))


def boxes_of(page):
    """Return the names of all boxes of a page, and what a browser sends besides what is typed."""
    names, kept = {}, {}
    text = "" if page.streaming else page.content.decode("utf-8", "replace")
    for kind, inside in TAG.findall(text):
        parts = dict(PART.findall(inside))
        name = unescape(parts.get("name", ""))
        if not name or name == TOKEN:
            continue
        names[name] = None
        if kind == "button" or parts.get("type") == "hidden":
            kept.setdefault(name, unescape(parts.get("value", "")))
    return list(names) or ["anything"], kept


def sent_with(names, kept, value, is_kept):
    """Return a body in which every box holds a value; hidden ones and the button may be right."""
    typed = value.encode("utf-8", "surrogatepass")
    if len(value) > LONGEST_ADDRESS:
        names = names[:2]
    return urlencode(dict.fromkeys(names, typed) | (kept if is_kept else {}))


def first_visit(client, world, route):  # noqa: F811 - the fixture
    if "<" in route.pattern:
        return client.get(LINKS[route.name].address(client, world, route.name))
    return client.get(f"/{route.pattern}")


def problems_of(client, route, page, values):
    path = page.request["PATH_INFO"]
    names, kept = boxes_of(page)
    for number, value in enumerate(values):
        sent = sent_with(names, kept, value, is_kept=number % 2 == 0)
        told = f"{route.name} {value[:20]!r}"
        before = count()
        with transaction.atomic():
            answer = client.post(path, sent, content_type="application/x-www-form-urlencoded")
            if answer.status_code not in FINE:
                yield f"{told}: answers {answer.status_code}"
            is_back = asks(answer)
            if (is_back or answer.status_code >= 400) and route.name not in BUTTONS:
                changed = {table for table, rows in count().items() if rows != before[table]}
                if changed:
                    yield f"{told}: answers {answer.status_code}, and {sorted(changed)} changed"
                if is_back and asks(page) and b"govuk-error-" not in answer.content:
                    yield f"{told}: comes back without a word"
            transaction.set_rollback(True)  # the next value finds the world as it was made
        if len(value) <= LONGEST_ADDRESS:  # web servers refuse longer addresses
            status = client.get(f"{path}?{sent}").status_code
            if status not in FINE:
                yield f"{told}: answers {status} to reading"


def asks(page):
    """Tell whether a page has a form in it that posts something."""
    if page.status_code != 200 or page.streaming:
        return False
    return bool(POSTS.search(page.content.decode("utf-8", "replace").split("<main", 1)[-1]))


def test_hostile_input_is_answered_in_words_and_nothing_is_half_saved(world):  # noqa: F811
    problems, with_a_form = [], set()
    for route in FORMS:
        cache.clear()  # openings, sign-ins and resets are counted
        with transaction.atomic():
            client = Client()
            page = first_visit(client, world, route)
            if asks(page):
                with_a_form.add(route.name)
            problems += problems_of(client, route, page, HOSTILE)
            transaction.set_rollback(True)
    assert problems == []
    assert with_a_form >= ASKING
