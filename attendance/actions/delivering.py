"""What a device sends line by line: it arrives once, however often it is sent."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import work
from accounts.models import Organisation, User
from attendance.actions import register
from attendance.actions.register import Entry, Saved
from attendance.actions.taking_back import take_back
from attendance.models import Delivery

CLAIM = """
    INSERT INTO attendance_delivery (user_id, key, body_hash, answer, tapped_at, at)
    SELECT %(by)s, key, body_hash, '{}', tapped_at, %(at)s
    FROM unnest(%(keys)s::uuid[], %(hashes)s::varchar[], %(tapped)s::timestamptz[])
        AS line(key, body_hash, tapped_at)
    ON CONFLICT DO NOTHING RETURNING key
"""
ANSWER = """
    UPDATE attendance_delivery AS delivery SET answer = line.answer::jsonb
    FROM unnest(%(keys)s::uuid[], %(answers)s::text[]) AS line(key, answer)
    WHERE delivery.user_id = %(by)s AND delivery.key = line.key
"""


class OtherBody(Exception):
    """A key came again with something else in it."""


@dataclass(frozen=True)
class Sent:
    """One line as a device sends it. `is_undo` takes the mark back instead."""

    key: UUID
    entry: Entry
    is_undo: bool = False
    tapped_at: datetime | None = None

    def hash(self, place: str) -> str:
        """Return what tells this body from another one with the same key."""
        body = [place, asdict(self.entry), self.is_undo]
        return hashlib.sha256(json.dumps(body, default=str, sort_keys=True).encode()).hexdigest()


@dataclass
class Answered:
    """What each key is answered, and how much of the register is marked now."""

    lines: dict[str, dict[str, Any]]
    marked: int
    expected: int
    at: datetime


def deliver(
    provider: Organisation,
    on: date,
    session: int,
    sent: Sequence[Sent],
    *,
    by: User,
) -> Answered:
    """Save what a device sends. The same key and body get the same answer; nothing happens twice.

    A fixed number of statements, however many lines. Raise OtherBody where a key came with another
    body, and what `mark` raises.
    """
    register.check_may_mark(provider, on, by)
    place = f"{provider.pk} {on} {session}"
    hashes = {one.key: one.hash(place) for one in sorted(sent, key=lambda one: one.key)}
    with transaction.atomic():
        fresh = _claim(hashes, sent, by)
        known = _known(hashes, fresh, by)
        new = [one for one in sent if one.key in fresh]
        back = take_back(provider, on, session, [s.entry for s in new if s.is_undo], by=by)
        saved = register.save(
            provider, on, session, [s.entry for s in new if not s.is_undo], by=by
        )
        answers = {str(one.key): _answer(one, back if one.is_undo else saved) for one in new}
        _keep(answers, by)
        if saved.written or back.written:
            work.post("marks.changed", day=on.isoformat())
    at = saved.at or timezone.now()
    return Answered(known | answers, len(saved.rows), saved.expected, at)


def _claim(hashes: dict[UUID, str], sent: Sequence[Sent], by: User) -> set[UUID]:
    tapped = {one.key: one.tapped_at for one in sent}
    given: dict[str, Any] = {
        "by": by.pk,
        "at": timezone.now(),
        "keys": list(hashes),
        "hashes": list(hashes.values()),
        "tapped": [tapped[key] for key in hashes],
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, given)
        return {key for (key,) in cursor.fetchall()}


def _known(hashes: dict[UUID, str], fresh: set[UUID], by: User) -> dict[str, dict[str, Any]]:
    """Return what was answered before. Raise OtherBody where another body had the key."""
    if len(fresh) == len(hashes):
        return {}
    rows = Delivery.objects.filter(user=by, key__in=set(hashes) - fresh)
    if any(row.body_hash != hashes[row.key] for row in rows):
        raise OtherBody
    return {str(row.key): row.answer for row in rows}


def _keep(answers: dict[str, dict[str, Any]], by: User) -> None:
    if answers:
        given: dict[str, Any] = {
            "by": by.pk,
            "keys": list(answers),
            "answers": [json.dumps(answer) for answer in answers.values()],
        }
        with connection.cursor() as cursor:
            cursor.execute(ANSWER, given)


def _answer(one: Sent, saved: Saved) -> dict[str, Any]:
    """Say what became of a line, and what it says now. It names no child."""
    key = one.entry.placement_id
    answer = {"row": key, "problem": saved.problems.get(key, ""), "asks": saved.asks.get(key, "")}
    row = saved.rows.get(key)
    if row is None:
        return answer | {"code": "", "version": 0}
    return answer | {
        "code": row.code,
        "version": row.version,
        "by": row.marked_by,
        "at": f"{timezone.localtime(row.marked_at):%H:%M}",
        "minutes": row.minutes_late,
        "left": f"{row.left_at:%H:%M}" if row.left_at else "",
        "note": row.note,
    }
