"""What a device sends to a register: lines as JSON, each with the key that makes it arrive once."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from attendance.actions import Answered, Details, Entry, Sent
from attendance.forms.register import (
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_SHOWN,
    read_minutes,
    read_time,
)

MOST_LINES = 200
MOST_BYTES = 200_000


class NotUnderstood(Exception):
    """The body is not what a page of ours sends."""


def read(body: bytes) -> list[Sent]:
    """Read the lines that a device sends. Raise NotUnderstood for anything else."""
    try:
        if len(body) > MOST_BYTES:
            raise NotUnderstood
        lines = json.loads(body)["lines"]
        if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
            raise NotUnderstood
        sent = [_line(line) for line in lines]
        if len({one.key for one in sent}) < len(sent):
            raise NotUnderstood
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise NotUnderstood from error
    return sent


def _line(given: dict[str, Any]) -> Sent:
    row, seen = given["row"], given.get("seen", 0)
    if not all(type(number) is int and 0 <= number < 2**31 for number in (row, seen)):
        raise NotUnderstood
    return Sent(
        key=UUID(_text(given, "key", 36)),
        entry=Entry(
            row,
            _text(given, "code", LONGEST_SHOWN),
            seen,
            _text(given, "reason", LONGEST_REASON),
            _details(given),
            is_rest=given.get("rest") is True,
            is_swift=given.get("swift") is True,
        ),
        is_undo=given.get("undo") is True,
        tapped_at=_moment(_text(given, "tapped", 40)),
    )


def _text(given: dict[str, Any], name: str, longest: int) -> str:
    text = given.get(name, "")
    if not isinstance(text, str) or "\0" in text:
        raise NotUnderstood
    text.encode()  # half of a surrogate pair is a ValueError here, and no text for the database
    return text.strip()[:longest]


def _details(given: dict[str, Any]) -> Details | None:
    """Read what stands beside the code; wrong minutes are left to the action to refuse."""
    if "note" not in given:
        return None
    minutes, left = _text(given, "minutes", LONGEST_SHOWN), _text(given, "left", LONGEST_SHOWN)
    read_left = read_time(left) if left else None
    if left and read_left is None:
        raise NotUnderstood
    return Details(
        (read_minutes(minutes) or 0) if minutes else None,
        read_left,
        _text(given, "note", LONGEST_NOTE),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text) if text else None
    except ValueError:
        return None
    return moment if moment and is_aware(moment) else None


def answer(answered: Answered, saved_at: str) -> dict[str, Any]:
    """Return what the page is told."""
    return {
        "lines": answered.lines,
        "marked": answered.marked,
        "expected": answered.expected,
        "saved": saved_at,
    }
