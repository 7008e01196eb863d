"""A request in JSON as it came: read strictly, so that a slip of the sender is not guessed at."""

import hashlib
import json
from typing import Any

from attendance.actions.sending import Sent

MOST_MARKS = 10_000
LONGEST_KEY, LONGEST_REASON, LONGEST_TEXT = 100, 300, 40
TEXTS = {"upn", "date", "session", "code"}
ALLOWED = {"marks", "reason", "dry_run"}


class Malformed(Exception):
    """A request is not what the description says. The sentence says where."""


def read_sent(body: bytes, request_key: str) -> Sent:
    """Return the request. Raise Malformed."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON in UTF-8.") from error
    if not isinstance(found, dict) or not {"marks"} <= set(found) <= ALLOWED:
        raise Malformed("Send an object with marks, and where needed reason and dry_run.")
    marks, reason, dry_run = found["marks"], found.get("reason", ""), found.get("dry_run", False)
    if not _is_text(reason, LONGEST_REASON):
        raise Malformed(f"The reason is a text of at most {LONGEST_REASON} characters.")
    if not isinstance(dry_run, bool):
        raise Malformed("dry_run is true or false.")
    if len(request_key) > LONGEST_KEY or not (request_key.isascii() and _is_text(request_key)):
        raise Malformed(f"The Idempotency-Key has at most {LONGEST_KEY} plain characters.")
    _check_marks(marks)
    return Sent(marks, reason, dry_run, hashlib.sha256(body).hexdigest(), request_key)


def _check_marks(marks: Any) -> None:
    if not isinstance(marks, list) or not 1 <= len(marks) <= MOST_MARKS:
        raise Malformed(f"Send 1 to {MOST_MARKS:,} marks at once.")
    for place, mark in enumerate(marks, start=1):
        if (
            not isinstance(mark, dict)
            or set(mark) != TEXTS
            or not all(_is_text(text, LONGEST_TEXT) for text in mark.values())
        ):
            raise Malformed(
                f"Row {place}: a mark has upn, date, session and code, each a text, and no more."
            )


def _is_text(value: Any, longest: int = LONGEST_KEY) -> bool:
    return isinstance(value, str) and len(value) <= longest and (value.isprintable())
