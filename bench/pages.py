"""Rows of pages, asked in process through Django's test client by a person who has signed in."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Role
from apsystem.lib.calendar import session_bit
from bench import servers
from bench.borough import AS_OF, LARGE, LAST_YEAR, SMALL
from bench.registers import FOUND, Place
from bench.timing import GROWTH_BUDGET, Effort, Result, Way, count_queries, in_turns
from reporting.actions import compute, import_comparators
from reporting.models import Comparator, Coverage, Snapshot

EMPTY_BUDGET = 3
MOST_QUERIES = 12
COMPARATORS = settings.BASE_DIR / "reporting" / "data" / "comparators.csv"
EXPECTED = """
    SELECT placement.id, sessions, pupil.id, forename, surname, preferred_name
    FROM placements_placement AS placement JOIN pupils_pupil AS pupil ON pupil.id = pupil_id
    WHERE provider_id = %(provider)s AND status <> 'cancelled' AND starts_on <= %(on)s
      AND (ends_on IS NULL OR ends_on > %(on)s) AND sessions & %(bit)s > 0
    ORDER BY surname, forename, placement.id
"""
MARKED = """
    SELECT mark.placement_id, code, version, marked_at, person.name
    FROM placements_placement AS placement
    JOIN attendance_mark AS mark ON mark.placement_id = placement.id
    JOIN accounts_user AS person ON person.id = marked_by_id
    WHERE provider_id = %(provider)s AND date = %(on)s AND session = %(session)s
"""
CODES = """
    SELECT code, meaning, kind FROM attendance_code
    WHERE (in_force_from IS NULL OR in_force_from <= %(on)s)
      AND (in_force_to IS NULL OR in_force_to > %(on)s) ORDER BY position
"""
LATEST = """
    SELECT DISTINCT ON (measure) * FROM reporting_snapshot
    WHERE year = %(year)s AND coverage = %(coverage)s ORDER BY measure, computed_at DESC, id DESC
"""
PUBLISHED = "SELECT * FROM reporting_comparator WHERE coverage = %(coverage)s"


@dataclass(frozen=True)
class Page:
    """A page as a person who has signed in asks for it, and the rows that it shows."""

    name: str
    client: Client
    path: str
    shown: int
    fetch: Callable[[], object]

    def rows(self, size: str, effort: Effort) -> Iterator[Result]:
        """Yield the page beside its rows alone, and beside an empty page with its rows drawn."""
        answer, template, context = _asked(self.client, self.path)
        if template is None:
            note = f"not timed: {answer}"
            yield Result(self.name, size, self.shown, "the same rows, fetched", 0, note=note)
            return
        system = Way(lambda: self.client.get(self.path))
        queries = count_queries(system)
        yield Result(
            self.name,
            size,
            self.shown,
            "the same rows, fetched and not shown",
            queries=queries,
            most_queries=MOST_QUERIES,
            note=f"{_weight(answer)}; at most {MOST_QUERIES} queries",
            **in_turns(system, Way(self.fetch), effort),
        )
        empty = reverse("accessibility")
        drawn = Way(lambda: (self.client.get(empty), render_to_string(template, context)))
        yield Result(
            f"{self.name}, beside a page",
            size,
            self.shown,
            "an empty page of this project, and this page's template drawn from ready rows",
            queries=queries,
            budget=EMPTY_BUDGET,
            **in_turns(system, drawn, effort),
        )


def rows(size: str, effort: Effort) -> Iterator[Result]:
    """Time the register of 8 and of 30 children, and the dashboard."""
    with servers.raw() as raw:
        for children in (SMALL, LARGE):
            yield from _register(children, raw).rows(size, effort)
        yield from _dashboard(raw).rows(size, effort)


def _register(children: int, raw: psycopg.Connection) -> Page:
    place = Place.with_children(children)
    given = {
        "provider": place.provider.pk,
        "on": place.on,
        "session": int(place.session),
        "bit": session_bit(place.on, place.session),
    }
    return Page(
        name=f"register page, {children} children",
        client=place.client(),
        path=place.path,
        shown=children,
        fetch=fetcher(raw, (EXPECTED, MARKED, CODES), given),
    )


def _dashboard(raw: psycopg.Connection) -> Page:
    compute(AS_OF)
    if not Comparator.objects.exists():
        import_comparators(COMPARATORS.read_bytes())
    client = Client()
    client.force_login(Membership.objects.get(role=Role.LEADERSHIP).user)
    given = {"year": LAST_YEAR, "coverage": Coverage.YEAR.value}
    return Page(
        name="dashboard",
        client=client,
        path=f"{reverse('reporting:dashboard')}?{urlencode(given)}",
        shown=len(Snapshot.objects.latest_of(LAST_YEAR, Coverage.YEAR)),
        fetch=fetcher(raw, (LATEST, PUBLISHED), given),
    )


def fetcher(
    raw: psycopg.Connection, statements: tuple[str, ...], given: dict[str, Any]
) -> Callable[[], object]:
    """Return work that fetches the rows of these statements, and shows none."""
    return lambda: [raw.execute(statement, given).fetchall() for statement in statements]


def growth(one: str, ten: str, marks: int, effort: Effort) -> Result:
    """Time a register in a table of ten years against the same in a table of one."""
    ways = []
    for name in (ten, one):
        servers.use(name)
        place = Place.with_children(SMALL)
        client = place.client()

        def work(client: Client = client, path: str = place.path) -> object:
            return client.get(path)

        ways.append(servers.within(name, work))
    return Result(
        f"growth: register page, {SMALL} children",
        "10y",
        marks,
        "the same, one year in the table; one core each",
        budget=GROWTH_BUDGET,
        **in_turns(*(Way(*pair) for pair in ways), effort),
    )


def _weight(page: str) -> str:
    raw = page.encode()
    return f"{len(raw) / 1024:.1f} kB, {len(gzip.compress(raw)) / 1024:.1f} kB compressed"


def _asked(client: Client, path: str) -> tuple[str, str | None, dict[str, Any]]:
    """Return the page, its template and the template's context; no template where it fails."""
    setup_test_environment(debug=False)  # only so does Django tell what a page was drawn from
    try:
        answer = client.get(path)
    except Exception as error:  # noqa: BLE001 - a page that is being written is no end of the run
        return f"{type(error).__name__}: {error}", None, {}
    finally:
        teardown_test_environment()
    if answer.status_code != FOUND or not answer.templates:
        return f"answered {answer.status_code}", None, {}
    return answer.content.decode(), answer.templates[0].name, answer.context[0].flatten()
