"""Rows of the register's save: through the action, and through the page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pghistory
import psycopg
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.models.calendar import school_days_at
from apsystem.lib.calendar import Session
from attendance import actions
from attendance.models import Mark
from attendance.models.code import MORNING
from bench import servers
from bench.borough import AS_OF, LARGE, SMALL
from bench.marks import a_register
from bench.timing import Effort, Result, Way, count_queries, in_turns
from placements.models import Placement

SAVE_BUDGET = 6
TERM_DAYS = 60
FOUND, REDIRECT = 200, 302
SAVED = """
    WITH saved AS (
        INSERT INTO attendance_mark
            (placement_id, pupil_id, date, session, code, version, marked_by_id, marked_at)
        SELECT placement, pupil, %(on)s, %(session)s, %(code)s, 1, %(by)s, now()
        FROM unnest(%(placements)s::bigint[], %(pupils)s::bigint[]) AS line(placement, pupil)
        ON CONFLICT DO NOTHING
        RETURNING 1
    ), posted AS (
        INSERT INTO accounts_outboxmessage (kind, payload, created_at, attempts, last_error)
        VALUES ('marks.changed', jsonb_build_object('day', %(on)s::text), now(), 0, '')
    )
    SELECT count(*) FROM saved
"""


@dataclass(frozen=True)
class Place:
    """A provider, its lead, and one session of its register, most of a year ago at most."""

    provider: Organisation
    lead: User
    placements: list[Placement]
    on: date
    session: int = Session.AM

    @classmethod
    def with_children(cls, children: int) -> "Place":
        """Find the provider with so many children."""
        for provider in Organisation.objects.providers().order_by("pk")[:2]:
            placements = a_register(provider.pk)
            if len(placements) == children:
                days = school_days_at(
                    provider, date.fromordinal(AS_OF.toordinal() - TERM_DAYS), AS_OF
                )
                lead = User.objects.get(memberships__organisation=provider)
                return cls(provider, lead, placements, days[-3])
        raise servers.CannotRun(f"No provider has {children} children.")

    @property
    def path(self) -> str:
        """Return the address of the page."""
        half = "pm" if self.session else "am"
        return reverse("attendance:register", args=[self.provider.uid, self.on.isoformat(), half])

    def client(self) -> Client:
        """Return a browser in which the lead has signed in."""
        client = Client()
        client.force_login(self.lead)
        return client

    def mark(self, children: int) -> actions.Saved:
        """Save the first children's marks as the page does, history named."""
        entries = [actions.Entry(row.pk, MORNING) for row in self.placements[:children]]
        with pghistory.context(user=self.lead.pk, page=self.path):
            return actions.mark(self.provider, self.on, self.session, entries, by=self.lead)

    def emptier(self, raw: psycopg.Connection) -> Callable[[], object]:
        """Return what empties the session, and leaves no trace in the history."""
        named = (self.on, self.session, [row.pk for row in self.placements])
        return lambda: raw.execute(
            "DELETE FROM attendance_mark "
            "WHERE date = %s AND session = %s AND placement_id = ANY(%s)",
            named,
        )

    def floor(self, raw: psycopg.Connection, children: int) -> Callable[[], object]:
        """Return the save in one statement: the same rows, triggers and commit."""
        rows = self.placements[:children]
        given = {
            "on": self.on,
            "session": int(self.session),
            "code": MORNING,
            "by": self.lead.pk,
            "placements": [row.pk for row in rows],
            "pupils": [row.pupil_id for row in rows],
        }
        return lambda: raw.execute(SAVED, given).fetchone()


def rows(size: str, effort: Effort) -> Iterator[Result]:
    """Time saves of one, 8 and 30 new marks through the action, and of 8 through the page."""
    total = Mark.objects.count()
    with servers.raw() as sweeper, servers.raw() as raw:
        sweeper.execute("SET session_replication_role = replica")
        small, large = Place.with_children(SMALL), Place.with_children(LARGE)
        for place, children in ((small, 1), (small, SMALL), (large, LARGE)):
            empty = place.emptier(sweeper)
            system = Way(lambda place=place, n=children: place.mark(n), empty)
            floor = Way(place.floor(raw, children), empty)
            _check(system, children)
            yield Result(
                f"save {children} mark{'s' if children > 1 else ''}, attendance.actions.mark",
                size,
                total,
                "one statement with the same triggers, outbox and commit",
                queries=count_queries(system),
                budget=SAVE_BUDGET,
                **in_turns(system, floor, effort),
            )
        post = _post(small, sweeper, raw, effort)
        yield Result(
            f"register POST, {SMALL} marks", size, total, "one statement, as above", **post
        )
        for place in (small, large):  # the pages that follow show a marked register
            place.emptier(sweeper)()
            place.mark(len(place.placements))


def _check(system: Way, children: int) -> None:
    system.before()
    saved = system.work()
    if saved.problems or saved.written != children:
        raise servers.CannotRun(f"The register was not saved: {dict(saved.problems)}")


def _post(
    place: Place, sweeper: psycopg.Connection, raw: psycopg.Connection, effort: Effort
) -> dict[str, Any]:
    client, empty = place.client(), place.emptier(sweeper)
    sent = {f"code-{row.pk}": MORNING for row in place.placements}
    sent |= {f"seen-{row.pk}": "0" for row in place.placements}
    empty()
    answer = client.post(place.path, sent)
    written = Mark.objects.filter(
        date=place.on, session=place.session, placement__in=place.placements
    ).count()
    if answer.status_code != REDIRECT or written != SMALL:
        note = f"not timed: answered {answer.status_code}, wrote {written}"
        return {"system_ms": 0.0, "note": note}
    system = Way(lambda: client.post(place.path, sent), empty)
    return {
        "queries": count_queries(system),
        "note": "sign-in, gate, form, trail and redirect included",
        **in_turns(system, Way(place.floor(raw, SMALL), empty), effort),
    }
