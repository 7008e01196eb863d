"""Rows of the register's save: through the action, and through the page."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pghistory
import psycopg
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.models.calendar import school_days_at
from apsystem.lib.calendar import Session
from attendance import actions
from attendance.models import Mark
from attendance.models.code import MORNING
from attendance.models.week import monday_of
from bench import servers
from bench.borough import AS_OF, LARGE, SMALL
from bench.marks import a_register
from bench.timing import Effort, Result, Way, count_queries, in_turns
from placements.models import Placement

SAVE_BUDGET = 6
UPKEEP_BUDGET = 2  # 3,700 saves a second without totals, 2,000 with them, when they were chosen
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
# The triggers sleep: what was written says "present", and is taken out of the week's totals.
EMPTIED = """
    WITH gone AS (
        DELETE FROM attendance_mark
        WHERE date = %(on)s AND session = %(session)s AND placement_id = ANY(%(placements)s)
        RETURNING placement_id
    )
    UPDATE attendance_weektotal AS total SET present = present - 1
    FROM gone WHERE total.placement_id = gone.placement_id AND week = %(week)s
"""
WITHOUT_TOTALS = """
    SELECT set_config('pgtrigger.ignore', '{' || tgname || '}', false)
    FROM pg_trigger WHERE tgname LIKE 'pgtrigger\\_weeks\\_insert%'
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
        named = {
            "on": self.on,
            "session": int(self.session),
            "placements": [row.pk for row in self.placements],
            "week": monday_of(self.on),
        }
        return lambda: raw.execute(EMPTIED, named)

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
        yield from _upkeep(small, sweeper, effort)
        post = _post(small, sweeper, raw, effort)
        yield Result(
            f"register POST, {SMALL} marks", size, total, "one statement, as above", **post
        )
        for place in (small, large):  # the pages that follow show a marked register
            place.emptier(sweeper)()
            place.mark(len(place.placements))


def _upkeep(place: Place, sweeper: psycopg.Connection, effort: Effort) -> Iterator[Result]:
    """Time what the weekly totals cost: the same statement, once without their trigger's work."""
    total, empty = Mark.objects.count(), place.emptier(sweeper)
    with servers.raw() as raw, servers.raw() as without:
        without.execute(WITHOUT_TOTALS)
        for children in (1, SMALL):
            kept = Way(place.floor(raw, children), empty)
            forgone = Way(place.floor(without, children), empty)
            yield Result(
                f"weekly totals kept: {children} mark{'s' if children > 1 else ''} saved",
                "S",
                total,
                "the same statement; the trigger returns at once",
                budget=UPKEEP_BUDGET,
                **in_turns(kept, forgone, effort),
            )
    call_command("verify_rollups", "--repair", stdout=io.StringIO())


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
