"""The endpoint for other systems: the same rules, in JSON, for one provider."""

import json
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from accounts import access
from accounts import actions as accounts
from accounts.models import ApiKey, ViewEntry
from accounts.permissions import Role
from apsystem.checks import patterns
from attendance import actions
from attendance.models import Import, Mark, MarkAmendment
from attendance.views.openapi import SCHEMAS, document
from tests import factories
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
URL = "/api/v1/marks"
KINDS = {"integer": int, "string": str, "boolean": bool, "array": list, "object": dict,
         "null": type(None)}  # fmt: skip


@pytest.fixture(autouse=True)
def _counted_from_nothing():
    cache.clear()


@pytest.fixture
def placement(provider):
    return factories.PlacementFactory(provider=provider, pupil__upn=factories.valid_upn(99_007))


@pytest.fixture
def lead(person):
    return person(Role.PROVIDER_LEAD, name="Lea Lead", position="Deputy head")


@pytest.fixture
def token(lead, provider):
    return accounts.make_key(provider, name="Register", lasts=timedelta(days=90), by=lead)


@pytest.fixture
def send(token, placement):
    """Send rows of 'date session code' for the pupil, and return the answer."""

    def send(*rows, name="", body=None, key=token, kind="application/json", **more):
        marks = [
            {"upn": placement.pupil.upn, **dict(zip(["date", "session", "code"], row.split(" "), strict=True))}
            for row in rows
        ]  # fmt: skip
        sent = json.dumps({"marks": marks, **more}) if body is None else body
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if name:
            headers["Idempotency-Key"] = name
        return Client(enforce_csrf_checks=True).post(URL, sent, kind, headers=headers)

    return send


def fits(value, schema):
    """Tell what of a value is not as the document says, the parts of JSON Schema that it uses."""
    if ref := schema.get("$ref"):
        return fits(value, SCHEMAS[ref.rpartition("/")[2]])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if type(value) not in {KINDS[kind] for kind in kinds}:
        return [f"{value!r} is no {kinds}"]
    wrong = [inner for one in value for inner in fits(one, schema["items"])] if (
        isinstance(value, list)) else []  # fmt: skip
    if isinstance(value, dict):
        wrong += sorted(set(schema["required"]) - set(value))
        wrong += sorted(set(value) - set(schema["properties"]))
        wrong += [
            x for k, v in value.items() for x in fits(v, schema["properties"].get(k, {"type": []}))
        ]
    return wrong


def told(answer, status=200):
    """Return an answer that is described, as the document describes it."""
    responses = document("http://x/")["paths"][URL]["post"]["responses"]
    assert answer.status_code == status, answer.content
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    assert fits(answer.json(), schema) == []
    for header in responses[str(status)].get("headers", ()):
        assert answer[header]
    return answer.json()


def test_marks_are_written_for_the_maker_of_the_key(send, lead, provider):
    answer = told(send("2024-09-16 AM /", "2024-09-16 PM N", "2024-09-17 AM -"))

    assert answer == {
        "dry_run": False, "repeated": False, "new": 2, "changed": 0, "same": 0, "left_out": 0,
        "blank": 1, "changes": [], "more_changes": 0,
    }  # fmt: skip
    assert set(Mark.objects.values_list("code", "marked_by")) == {("/", lead.pk), ("N", lead.pk)}
    row = Import.objects.get()
    assert (row.provider, row.by, row.key.name, row.new) == (provider, lead, "Register", 2)


def test_the_history_names_the_maker_and_the_key(send, lead, provider):
    send("2024-09-16 AM /")

    context = Mark.pgh_event_models["insert"].objects.get().pgh_context
    assert (context["user"], context["key"]) == (lead.pk, ApiKey.objects.get().pk)


def test_the_same_marks_twice_change_nothing(send):
    send("2024-09-16 AM /")

    answer = told(send("2024-09-16 AM /"))

    assert (answer["new"], answer["same"]) == (0, 1)
    assert Import.objects.count() == 1


def test_a_dry_run_says_what_would_change_and_is_a_look_at_the_child(send, placement, lead):
    send("2024-09-16 AM N")

    answer = told(send("2024-09-16 AM I", dry_run=True))

    assert answer["changes"] == [{"row": 1, "original": "N", "amended": "I"}]
    assert Mark.objects.get().code_id == "N"
    entry = ViewEntry.objects.get()
    assert (entry.pupils, entry.user_id, entry.act) == ([placement.pupil_id], lead.pk, "export")


def test_a_change_needs_a_reason_and_names_the_system(send):
    send("2024-09-16 AM N")

    refused = told(send("2024-09-16 AM I"), 422)
    told(send("2024-09-16 AM I", reason="Parents rang"))

    assert refused["problems"] == [{"row": None, "says": "Say why marks are changed."}]
    amendment = MarkAmendment.objects.get()
    assert (amendment.by_name, amendment.by_position) == ("Lea Lead", "Deputy head, by Register")
    assert (amendment.original, amendment.amended, amendment.reason) == ("N", "I", "Parents rang")


def test_what_is_wrong_is_told_by_row_and_nothing_is_written(send):
    answer = told(send("2024-09-16 AM /", "2024-09-17 AM H", "soon AM /", "2024-09-18 x /"), 422)

    assert answer == {
        "problems": [
            {"row": 2, "says": "H on 17 September 2024, morning: the code was not in force on that "
             "day."},
            {"row": 3, "says": "'soon' is not a date from 2000 to 2100. Write it like "
             "2026-09-16."},
            {"row": 4, "says": "'x' is no session. Write AM or PM."},
        ],
        "more": 0,
    }  # fmt: skip
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "on", ["0001-01-01", "9999-12-31", "20240916", "2024-W38-1", "2024-02-30"]
)
def test_a_date_is_written_as_the_description_says_and_in_years_of_registers(send, on):
    answer = told(send(f"{on} AM /"), 422)

    assert answer["problems"] == [
        {"row": 1, "says": f"'{on}' is not a date from 2000 to 2100. Write it like 2026-09-16."}
    ]


def test_pupils_of_other_providers_are_unknown_to_a_key(send, other_provider):
    foreign = factories.PlacementFactory(provider=other_provider)
    mark = {"upn": foreign.pupil.upn, "date": "2024-09-16", "session": "AM", "code": "/"}

    answer = told(send(body=json.dumps({"marks": [mark]})), 422)

    assert answer["problems"][0]["says"] == (
        f"no pupil with the UPN {foreign.pupil.upn} is placed here."
    )


def test_a_request_that_is_repeated_is_answered_and_not_done_again(
    send, provider, placement, lead
):
    told(send("2024-09-16 AM /", name="monday"))
    mark = Mark.objects.get()
    entry = actions.Entry(placement.pk, "N", seen=1, reason="Left at once")
    actions.mark(provider, MONDAY, 0, [entry], by=lead)

    answer = told(send("2024-09-16 AM /", name="monday"))

    assert (answer["repeated"], answer["new"]) == (True, 1)
    mark.refresh_from_db()
    assert mark.code_id == "N"
    conflict = told(send("2024-09-17 AM /", name="monday"), 409)
    assert "was used for another request" in conflict["problems"][0]["says"]


@pytest.mark.django_db(transaction=True)
def test_a_request_that_comes_twice_at_once_is_done_once(send):
    answers = at_once([lambda: send("2024-09-16 AM /", name="monday")] * 2)

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert Mark.objects.count() == 1
    assert Import.objects.count() == 1


def test_marks_that_move_while_they_are_checked_are_not_overwritten(send, monkeypatch):
    def overtaken(*_, **__):
        raise actions.Overtaken

    monkeypatch.setattr("attendance.actions.importing.write", overtaken)

    assert "Send them again" in told(send("2024-09-16 AM /"), 409)["problems"][0]["says"]
    assert not Import.objects.exists()


@pytest.mark.parametrize("key", ["", "wrong", "zwölf"])
def test_without_a_key_nothing_is_opened(send, key):
    answer = told(send("2024-09-16 AM /", key=key.encode().decode("latin-1")), 401)

    assert "key is missing" in answer["problems"][0]["says"]
    assert not Mark.objects.exists()


def test_a_sign_in_opens_nothing_here(client, lead, placement):
    client.force_login(lead)

    assert client.post(URL, "{}", "application/json").status_code == 401


def test_no_other_view_goes_without_a_csrf_token():
    exempt = {route for route, view in patterns() if getattr(view, "csrf_exempt", False)}
    by_key = {
        route
        for route, view in patterns()
        if str(access.permission_of(view)).startswith(access.BY_KEY)
    }

    assert exempt == by_key == {"api/v1/marks"}


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"body": "{"}, 400, "not JSON"),
        ({"body": "[" * 100_000}, 400, "not JSON"),
        ({"body": "[]"}, 400, "Send an object with marks"),
        ({"body": '{"marks": [], "extra": 1}'}, 400, "Send an object with marks"),
        ({"body": '{"marks": []}'}, 400, "Send 1 to 10,000 marks"),
        ({"body": '{"marks": [1]}'}, 400, "Row 1: a mark has"),
        ({"body": '{"marks": [{"upn": "", "date": "", "session": ""}]}'}, 400, "Row 1: a mark has"),
        ({"body": '{"marks": [{"upn": 1, "date": "", "session": "", "code": ""}]}'}, 400, "Row 1"),
        ({"body": '{"marks": [{"upn": "\\u0000", "date": "", "session": "", "code": ""}]}'}, 400,
         "Row 1"),
        ({"reason": 1}, 400, "The reason is a text"),
        ({"reason": "x" * 301}, 400, "The reason is a text"),
        ({"dry_run": "no"}, 400, "dry_run is true or false"),
        ({"name": "x" * 101}, 400, "Idempotency-Key"),
        ({"kind": "text/csv"}, 415, "application/json"),
        ({"body": "x" * (2 * 1024 * 1024 + 1)}, 413, "at most 2 MB"),
    ],
)  # fmt: skip
def test_a_malformed_request_is_refused_in_words(send, change, status, words):
    assert words in told(send("2024-09-16 AM /", **change), status)["problems"][0]["says"]
    assert not Import.objects.exists()


def test_only_post_is_answered(token):
    client = Client(headers={"Authorization": f"Bearer {token}"})

    assert "with POST" in told(client.get(URL), 405)["problems"][0]["says"]


def test_a_key_that_asks_too_often_has_to_wait(send, monkeypatch):
    monkeypatch.setattr(access, "ASKED_A_MINUTE", 2)
    answers = [send("2024-09-16 AM /").status_code for _ in range(3)]

    assert answers == [200, 200, 429]
    told(send("2024-09-16 AM /"), 429)


def test_an_address_that_guesses_keys_has_to_wait(send, monkeypatch):
    monkeypatch.setattr(access, "REFUSED_AN_HOUR", 1)

    assert [send(key="guess").status_code for _ in range(2)] == [401, 429]


def test_an_answer_that_cannot_be_written_into_the_trail_is_not_sent(send, monkeypatch):
    send("2024-09-16 AM N")

    def broken(looks):
        raise DatabaseError

    monkeypatch.setattr(ViewEntry.objects, "write", broken)

    told(send("2024-09-16 AM I", dry_run=True), 503)


def test_the_description_is_public_and_whole(client):
    found = client.get("/api/v1/openapi.json").json()

    assert found["openapi"] == "3.1.0"
    assert found["servers"] == [{"url": "http://testserver"}]
    assert set(found["paths"]) == {URL}
    text = json.dumps(found)
    for name in SCHEMAS:
        assert f"#/components/schemas/{name}" in text
