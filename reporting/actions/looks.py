"""Noting that a person looks at a child's page."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from pupils.models import Pupil
from reporting.models.look import ONE_VISIT

# One statement: two tabs that open at once leave one row.
NOTE = """
    INSERT INTO reporting_lastlook AS last (user_id, pupil_id, at)
    VALUES (%(user)s, %(pupil)s, %(now)s)
    ON CONFLICT (user_id, pupil_id) DO UPDATE SET
        before = CASE WHEN last.at < %(visit)s THEN last.at ELSE last.before END,
        at = greatest(last.at, excluded.at)
    RETURNING before
"""


def look(pupil: Pupil, *, by: User, now: datetime | None = None) -> datetime | None:
    """Note a look, and return when the person looked before this visit; None: never."""
    now = now or timezone.now()
    given: dict[str, Any] = {
        "user": by.pk,
        "pupil": pupil.pk,
        "now": now,
        "visit": now - ONE_VISIT,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, given)
        before: datetime | None = cursor.fetchone()[0]
    return before
