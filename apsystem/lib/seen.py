"""What a person saw when a form was opened, so that nobody's save replaces another's unseen."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac

CHANGED = (
    "Somebody else saved changes while you wrote. What you typed is kept in the boxes: save again "
    "to replace what is saved now."
)


class Stale(ValidationError):
    """The row was changed since the form was opened. Holds the fresh row."""

    def __init__(self, fresh: models.Model) -> None:
        """Keep what is saved now, so that the page can show both."""
        super().__init__(CHANGED)
        self.fresh = fresh


def state_of(row: models.Model) -> str:
    """Return a keyed hash of everything the row holds, and of `more_state()` where it has one."""
    values: list[Any] = [row.serializable_value(field.attname) for field in row._meta.fields]
    if more := getattr(row, "more_state", None):
        values += more()
    return salted_hmac("apsystem.seen", repr(values)).hexdigest()[:32]


def hold_seen(fresh: models.Model, seen: str) -> None:
    """Raise Stale unless the locked row is what the person saw."""
    if state_of(fresh) != seen:
        raise Stale(fresh)
