"""Times within a placement in which no register asks for its sessions."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models.calendar import DateRange, SameNumber
from placements.models.placement import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Reach


class PauseQuerySet(ChildQuerySet):
    """Pauses within reach."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider="placement__provider")


@pghistory.track()
class Pause(models.Model):
    """A time without sessions within a placement, up to, not on, `ends_on` (empty: it goes on)."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="pauses")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    reason = models.TextField(max_length=1000)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="placements_pause_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The first day back must not be before the pause.",
            ),
            ExclusionConstraint(
                name="placements_pause_one_at_a_time",
                expressions=[
                    (SameNumber("placement"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="The placement is paused in that time already.",
            ),
        ]

    def __str__(self) -> str:
        return f"Pause of {self.placement} from {self.starts_on.day} {self.starts_on:%B %Y}"
