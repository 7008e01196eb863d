"""A mark that was taken back seconds after the tap: the session is unmarked again."""

import pgtrigger
from django.db import models

from accounts.models import User
from apsystem.lib.calendar import Session
from placements.models import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Reach


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
