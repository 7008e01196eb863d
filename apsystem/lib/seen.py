"""What a person saw when a form was opened, so that nobody's save replaces another's unseen."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac

CHANGED = (
    "Somebody else saved changes while you wrote. What you typed is kept. Look at what is marked "
    "below, then save again."
)
STATE, PRINT = 32, 8  # characters of a row's state, and of the print of one value


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
    return salted_hmac("apsystem.seen", repr(values)).hexdigest()[:STATE]


def print_of(value: Any) -> str:
    """Return a short hash of a value, the same for what is saved and for what a box gives."""
    if isinstance(value, models.Model):
        value = value.pk
    elif isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    elif isinstance(value, list):
        value = ",".join(map(str, value))
    plain = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return salted_hmac("apsystem.print", plain).hexdigest()[:PRINT]


def hold_seen(fresh: models.Model, seen: str) -> None:
    """Raise Stale unless the locked row is what the person saw. Prints of values may follow."""
    if state_of(fresh) != seen[:STATE]:
        raise Stale(fresh)
