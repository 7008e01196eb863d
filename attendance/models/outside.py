"""Why a mark stands at a session for which the register does not ask."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from attendance.models.expected import TIMETABLE_CODE
from attendance.models.mark import Mark
from attendance.models.timetable import PartTimeTimetable
from pupils.models import ON_ROLL, ChildQuerySet, Reach


class OutsideMarkQuerySet(ChildQuerySet):
    """Those of marks within reach."""

    reach = Reach(
        pupil="mark__pupil",
        school=ON_ROLL,
        provider="mark__placement__provider",
        dated="mark__date",
    )

    def not_corrected(self) -> Self:
        """Keep those whose mark still is the code that the clock writes for a timetable."""
        return self.filter(mark__code=TIMETABLE_CODE)


@pghistory.track()
class OutsideMark(models.Model):
    """What a mark outside the expected sessions comes from: a timetable, or a person's reason.

    Of a mark from a timetable, the clock wrote the first version: code C2. Append-only.
    """

    mark = models.OneToOneField(Mark, models.PROTECT, related_name="outside")
    timetable = models.ForeignKey(
        PartTimeTimetable, models.PROTECT, related_name="marks", null=True, blank=True
    )
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = OutsideMarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(timetable__isnull=False, reason="")
                | Q(timetable=None) & ~Q(reason=""),
                name="attendance_outsidemark_timetable_or_reason",
                violation_error_code="reason",
                violation_error_message="Say why the pupil is marked at a session that is not "
                "expected.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.reason or f"From the timetable of {self.timetable}"
