"""What the collections of pupils ask of a child, and nothing else of the record holds."""

import re
from datetime import date, timedelta
from typing import Self

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from pupils.models.pupil import Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach

ULN_DIGITS = 10


def is_uln(number: str) -> bool:
    """Tell whether ten digits are a ULN: the first is not 0, and the last belongs to the others.

    Each digit counts ten times, nine times and so on down to once; divided by 11, the sum leaves
    10. Source: HESA, "Student 2021/22 - Unique Learner Number".
    """
    weights = range(ULN_DIGITS, 0, -1)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))
    return number[0] != "0" and total % 11 == 10  # noqa: PLR2004


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

    def clean(self) -> None:
        """Refuse a ULN in which a digit is wrong or two are exchanged."""
        is_whole = re.fullmatch(r"[0-9]{10}", self.uln or "")
        if is_whole and not is_uln(is_whole.group()):
            raise ValidationError({"uln": "A digit of this ULN is wrong. Check the number."})

    @property
    def last_day(self) -> date | None:
        """Return the last day of free school meals, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None
