"""A mark that was taken back seconds after the tap: the session is unmarked again."""

from datetime import date

import pgtrigger
from django.db import connection, models

from accounts.models import User
from apsystem.lib.calendar import Session
from placements.models import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Reach

# The version of a first mark, past those taken back. `line` has placement_id, date and session.
FIRST_VERSION = """
    1 + coalesce((
        SELECT max(taken.version) FROM attendance_takenback AS taken
        WHERE taken.placement_id = line.placement_id
          AND taken.date = line.date AND taken.session = line.session
    ), 0)
"""
ONE_LINE = f"""
    SELECT {FIRST_VERSION}
    FROM (VALUES (%s::bigint, %s::date, %s::smallint)) AS line(placement_id, date, session)
"""  # noqa: S608 - no part of it comes from outside


def first_version(placement: int, on: date, session: int) -> int:
    """Return the version that a first mark of this session has. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_LINE, [placement, on, session])
        return int(cursor.fetchone()[0])


class TakenBackQuerySet(ChildQuerySet):
    """What was taken back of marks within reach."""

    reach = Reach(
        pupil="placement__pupil", school=ON_ROLL, provider="placement__provider", dated="date"
    )


class TakenBack(models.Model):
    """A first mark that its writer took back within seconds. Append-only.

    The next mark of the session counts its versions on from here: whoever still sees the one that
    was taken back cannot mistake the new one for it.
    """

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="+", db_index=False)
    date = models.DateField()
    session = models.PositiveSmallIntegerField(choices=[(s.value, s.name) for s in Session])
    code = models.CharField(max_length=2)
    version = models.PositiveSmallIntegerField()
    marked_at = models.DateTimeField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    by_position = models.CharField(max_length=100)

    objects = TakenBackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "date", "session", "version"],
                name="attendance_takenback_version_once",
                violation_error_message="This mark is taken back already.",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.date} taken back"
