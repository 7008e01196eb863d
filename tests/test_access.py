"""Every URL x method x role x {own, foreign, absent}, read from the URL map.

Whatever a page answers, no text of a child whom the person may not see stands in it; whatever it
shows of a child is written into the trail; reading changes nothing but the trail.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ViewEntry
from accounts.permissions import GRANTS, MEANINGS, REACH_ALL, Permission, Role
from attendance.actions import leaving_out, totals
from pupils.models import Pupil
from tests import world as worlds
from tests.routes import METHODS, Route, routes
from tests.sessions import session_of
from tests.written import tables_in, written

HERE = Path(__file__).parent
READS = {"GET", "HEAD", "OPTIONS"}
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"')


@pytest.fixture
def world(db):
    cache.clear()  # refused keys are counted by the hour
    return worlds.build()


def read_table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_policy_is_the_reviewed_one():
    reviewed = {
        row["permission"]: {role for role in Role if row[role] == "yes"}
        for row in read_table("policy.csv")
    }

    assert reviewed == {
        permission.value: {role for role in Role if permission in GRANTS[role]}
        for permission in Permission
    }


def test_every_route_asks_for_the_reviewed_permission():
    assert {row["route"]: row["permission"] for row in read_table("routes.csv")} == {
        route.pattern: route.permission for route in routes()
    }


def test_every_permission_has_a_sentence():
    assert set(MEANINGS) == set(Permission)


def visit(client: Client, method: str, path: str):
    client.raise_request_exception = False
    return client.generic(method, path)


def text_of(response) -> str:
    headers = " ".join(f"{key}: {value}" for key, value in response.items())
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return headers + content.decode("utf-8", "replace")


OTHERS = [method for method in METHODS if method not in {"GET", "POST"}]
PEOPLE = [*Role, None]
ELSEWHERE = [
    (side, method) for method in ("GET", "POST") for side in (worlds.FOREIGN, worlds.ABSENT)
]
REACHING = [role for role in Role if Permission.PUPIL_VIEW in GRANTS[role]]


def is_let_in(role: Role | None, route: Route) -> bool:
    if route.is_open or route.is_by_key:
        return True
    return role is not None and Permission(route.permission) in GRANTS[role]


def asked(role: Role | None, route: Route) -> list[tuple[str, str]]:
    """Return which sides of a route are asked, and how.

    The gate looks neither at the method nor for a row before it refuses, and answers what no page
    knows before a row is looked for: once is enough. Those who are let in share the rarer methods
    out between them, and so do those who are refused: both meet them all. To those who reach every
    child nothing is foreign: they share out what is foreign to others, and what does not exist.
    """
    lets_in = is_let_in(role, route)
    alike = [person for person in PEOPLE if is_let_in(person, route) == lets_in]
    found = [(worlds.OWN, method) for method in (*_share(role, OTHERS, alike), "GET")]
    if lets_in and "<" in route.pattern:
        everywhere = [person for person in alike if person in REACH_ALL]
        found += _share(role, ELSEWHERE, everywhere) if role in everywhere else ELSEWHERE
    return [*found, (worlds.OWN, "POST")]  # it may sign out, or leave a message for the next page


def _share(role: Role | None, what: list, people: list[Role | None]) -> list:
    return what[people.index(role) :: len(people)]


def test_every_page_meets_every_method():
    for route in routes():
        for people in (
            [role for role in PEOPLE if is_let_in(role, route)],
            [role for role in PEOPLE if not is_let_in(role, route)],
        ):
            met = {found for role in people for found in asked(role, route)}
            assert {method for _, method in met} == (set(METHODS) if people else set())
            if "<" in route.pattern and any(is_let_in(role, route) for role in people):
                assert met >= set(ELSEWHERE)


@pytest.mark.no_cover
@pytest.mark.parametrize("role", PEOPLE, ids=str)
def test_no_page_shows_a_child_to_a_stranger_and_every_look_is_written_down(world, role):
    problems = []
    for route in routes():
        client = Client()
        if role:
            client.cookies[settings.SESSION_COOKIE_NAME] = session_of(world.people[role])
        answers = {}
        for side, method in asked(role, route):
            kwargs = world.arguments(route.pattern, route.name, side)
            path = reverse(route.name, kwargs=kwargs) if kwargs else f"/{route.pattern}"
            before = ViewEntry.objects.count()
            reset_queries()  # the log of a connection holds 9,000, and this asks more
            with CaptureQueriesContext(connection) as captured:
                response = visit(client, method, path)
            seen = Visit(world, route, role, side, method, response, captured, before)
            problems += [f"{method} {path} ({side}): {found}" for found in seen.problems()]
            if method == "GET":
                answers[side] = response
        if worlds.FOREIGN in answers and not_to_be_told_apart(world, role, route):
            problems += unlike(answers[worlds.FOREIGN], answers[worlds.ABSENT], route.name)
    assert problems == []


NOBODYS_OWN = {"reporting:measure", "reporting:children", "reporting:terms-file"}


def not_to_be_told_apart(world, role, route) -> bool:
    """Say whether what is foreign to a person must look as if it did not exist."""
    if role not in REACHING or route.is_open or ":" not in route.name:
        return False
    return route.name not in NOBODYS_OWN and not world.allowed(role) >= world.foreign.tokens


def unlike(foreign, absent, name):
    if {foreign.status_code, absent.status_code} not in ({404}, {405}):
        yield f"{name} answers {foreign.status_code} and {absent.status_code}"
    if CSRF.sub(b"", foreign.content) != CSRF.sub(b"", absent.content):
        yield f"{name} tells what is foreign from what does not exist"


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        (leaving_out.WRITE, ["attendance_mark", "attendance_outsidemark"]),
        (totals.WRITE, ["attendance_weektotal"]),
        ("UPDATE \"a_table\" SET words = 'DELETE FROM other'", ["a_table"]),
        ("WITH few AS (SELECT id FROM a FOR UPDATE) DELETE FROM b USING few", ["b"]),
        ("WITH few AS (SELECT 'INSERT INTO b' FROM a) SELECT * FROM few", []),
        ("SELECT id FROM a FOR UPDATE OF a", []),
        ("SELECT set_config('pghistory.context_id', 'x; y', true); UPDATE a SET b = 1", ["a"]),
    ],
)
def test_a_statement_that_writes_is_known_however_it_begins(statement, tables):
    assert list(tables_in(statement)) == tables


@dataclass(frozen=True)
class Visit:
    """One request of the sweep, and what it did."""

    world: worlds.World
    route: Route
    role: Role | None
    side: str
    method: str
    response: object
    captured: CaptureQueriesContext
    entries_before: int

    def problems(self):
        status = self.response.status_code
        shown = {token.lower() for token in worlds.TOKEN.findall(text_of(self.response))}
        if leaked := shown - self.world.allowed(self.role):
            yield f"shows {sorted(leaked)[:3]}"
        if status >= 500 and self.route.name != "healthz":
            yield f"answers {status}"
        if self.method in READS:
            yield from (f"writes {table} on reading" for table in written(self.captured))
        if not self.route.is_open:
            yield from self._behind_the_gate(status, shown)

    def _behind_the_gate(self, status, shown):
        if self.route.is_by_key:  # a sign-in opens nothing there
            if status != 401:
                yield f"answers {status} without a key"
        elif self.role is None:
            if status != 302 or "/account/sign-in/" not in self.response["Location"]:
                yield f"answers {status} to somebody who is not signed in"
        elif Permission(self.route.permission) not in GRANTS[self.role]:
            if status != 403:
                yield f"answers {status} without {self.route.permission}"
        elif self.method in READS:
            yield from self._reading(status, shown)

    def _reading(self, status, shown):
        if status == 403:
            yield f"answers {status} with {self.route.permission}"
        if self.side == worlds.ABSENT and status == 200:
            yield "answers 200 to what does not exist"
        if shown and self.method == "GET":
            yield from _not_in_the_trail(self.world, self.role, shown, self.entries_before)


def _not_in_the_trail(world, role, shown, before):
    written = {
        pupil
        for entry in ViewEntry.objects.order_by("pk")[before:]
        for pupil in entry.pupils
        if entry.user_id == world.people[role].pk
    }
    for pupil in Pupil.objects.all():
        if {pupil.forename, pupil.surname} & shown and pupil.pk not in written:
            yield f"shows pupil {pupil.forename} without a view entry"


@pytest.mark.parametrize("role", [Role.SCHOOL_STAFF, Role.PROVIDER_STAFF], ids=str)
def test_posting_to_a_foreign_row_changes_nothing(client, world, role):
    client.force_login(world.people[role])
    rows = world.foreign

    for route in routes():
        if route.is_open or "<" not in route.pattern or ":" not in route.name:
            continue
        path = reverse(
            route.name, kwargs=world.arguments(route.pattern, route.name, worlds.FOREIGN)
        )
        client.post(path, {"send": "", "reason": "at risk", "concern": "x", "decision": "decline",
                           f"code-{rows.placement.pk}": "/"})  # fmt: skip

    for row in (rows.pupil, rows.submitted, rows.draft, rows.accepted, rows.placement, rows.mark):
        fresh = type(row).objects.get(pk=row.pk)
        for name in ("status", "concern", "code_id", "ends_on", "version"):
            assert getattr(fresh, name, None) == getattr(row, name, None), (row, name)


def test_public_pages_are_these_and_no_others():
    assert {route.name for route in routes() if route.is_open} == {
        "accessibility",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_signup",
        "attendance:api-description",
        "attendance:reply",  # a parent's link: see tests/attendance/test_notices.py
        "favicon.ico",
        "healthz",
        "outreach:evaluation",  # the secret in its address: see tests/outreach/test_asking.py
        "pupils:say",  # the secret in its address, and a number: see tests/pupils/voices
        "pupils:say-all",
        "pupils:say-leave",
        "pupils:say-question",
        "pupils:say-recording",
        "pupils:say-take-back",
        "reintegration:options",  # what young people can do after Year 11: nothing of a child
        "reporting:follow-up",  # the secret in its address: see tests/outreach/test_asking.py
        "reintegration:version",  # the secret in its address is the credential
        "privacy",
        "reporting:feed",  # its token is the credential: see tests/reporting/test_feed.py
    }


def test_a_person_who_is_removed_is_refused_at_the_next_click(client, world):
    caseworker = world.people[Role.CASEWORKER]
    client.force_login(caseworker)
    path = reverse("reporting:pupil", args=[world.own.pupil.uid])
    assert client.get(path).status_code == 200

    caseworker.memberships.update(ends_on=world.school_day)

    assert client.get(path).status_code == 403


def test_a_page_is_not_served_when_the_look_cannot_be_written_down(client, world, monkeypatch):
    def broken(looks):
        raise DatabaseError

    monkeypatch.setattr(ViewEntry.objects, "write", broken)
    client.force_login(world.people[Role.CASEWORKER])

    response = client.get(reverse("reporting:pupil", args=[world.own.pupil.uid]))

    assert response.status_code == 503
    assert not worlds.TOKEN.search(response.content.decode())
