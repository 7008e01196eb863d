"""What the collections of pupils ask of a child, and nothing else of the record holds."""

from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q

from pupils.models.pupil import Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach


class CensusItemsQuerySet(ChildQuerySet):
    """Census items of children: schools and the council enter them, providers need none."""

    reach = Reach(pupil="pupil", school=ON_ROLL)

    def of(self, pupil: Pupil) -> Self:
        """Keep those of a child: one row or none."""
        return self.filter(pupil=pupil)


@pghistory.track()
class CensusItems(models.Model):
    """The unique learner number, and the days of free school meals up to, not on, `ends_on`.

    `Pupil.has_free_meals` says whether the child is eligible now; the days are for the collections.
    """

    pupil = models.OneToOneField(Pupil, models.PROTECT, related_name="census_items")
    uln = models.CharField(
        "ULN",
        max_length=10,
        unique=True,
        null=True,
        blank=True,
        error_messages={"unique": "Another pupil has this ULN. Check the number."},
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = CensusItemsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(uln__isnull=True) | Q(uln__regex=r"^[0-9]{10}$"),
                name="pupils_censusitems_uln_has_ten_digits",
                violation_error_code="uln",
                violation_error_message="A ULN has ten digits.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=False) & Q(ends_on__gte=F("starts_on")),
                name="pupils_censusitems_meals_end_after_they_start",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before the first day, and needs "
                "one.",
            ),
        ]

    def __str__(self) -> str:
        return f"Census items of {self.pupil}"

    @property
    def last_day(self) -> date | None:
        """Return the last day of free school meals, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None
