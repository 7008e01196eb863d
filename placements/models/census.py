"""What the collections of alternative provision ask, in the council's own keys.

DfE's letter codes for reasons and attendance patterns were not found in public material (see
docs/sources.md), so each key keeps its code empty until somebody has read the current guide.
"""

from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from accounts.models import User
from placements.models.placement import Placement
from placements.models.review import WITHIN
from pupils.models import ON_ROLL, ChildQuerySet, Reach

JANUARY, THURSDAY = 1, 3


class CodeSet(models.TextChoices):
    """What a key answers."""

    SCHOOL_REASON = "school reason", "Primary reason, placements arranged by schools"
    AUTHORITY_REASON = "authority reason", "Primary reason, placements paid by the council"
    SETTING = "setting", "Setting type, where there is neither URN nor UKPRN"
    PATTERN = "pattern", "Attendance pattern"


class CensusCodeQuerySet(models.QuerySet["CensusCode"]):
    """Keys of the collections. They are no secret."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self

    def of(self, group: CodeSet) -> Self:
        """Keep the keys of one set, in their order."""
        return self.filter(group=group)


@pghistory.track()
class CensusCode(models.Model):
    """One answer that a collection knows: our key and words, and DfE's code once it is known."""

    group = models.CharField(max_length=20, choices=CodeSet)
    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=100)
    dfe_code = models.CharField("DfE code", max_length=10, null=True, blank=True)  # noqa: DJ001
    source = models.CharField(max_length=200, blank=True)
    place = models.PositiveSmallIntegerField()

    objects = CensusCodeQuerySet.as_manager()

    class Meta:
        ordering = ["group", "place"]
        constraints = [
            models.CheckConstraint(
                condition=Q(group__in=CodeSet.values),
                name="placements_censuscode_group_is_known",
                violation_error_message="Choose what the key answers.",
            ),
            models.UniqueConstraint(
                fields=["group", "key"],
                name="placements_censuscode_one_of_a_key",
                violation_error_message="There is such a key already.",
            ),
            models.UniqueConstraint(
                fields=["group", "dfe_code"],
                name="placements_censuscode_one_of_a_code",
                violation_error_code="dfe_code",
                violation_error_message="Another key has this code.",
            ),
            models.CheckConstraint(
                condition=Q(dfe_code__isnull=True) | Q(dfe_code__regex=r"^[A-Z0-9]{1,10}$"),
                name="placements_censuscode_code_is_letters_and_figures",
                violation_error_code="dfe_code",
                violation_error_message="A code has capital letters and figures only.",
            ),
            models.CheckConstraint(
                condition=Q(dfe_code__isnull=True) | ~Q(source=""),
                name="placements_censuscode_code_names_its_source",
                violation_error_code="source",
                violation_error_message="Say where the code was read.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class CensusAnswerQuerySet(ChildQuerySet):
    """Answers within reach."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider=WITHIN)


@pghistory.track()
class CensusAnswer(models.Model):
    """What the council's collection asks about a placement and nothing else holds."""

    placement = models.OneToOneField(Placement, models.PROTECT, related_name="census")
    reason = models.ForeignKey(CensusCode, models.PROTECT, related_name="+")
    setting = models.ForeignKey(
        CensusCode, models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = CensusAnswerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.reason}, {self.placement}"


def census_day(year: int) -> date:
    """Return the third Thursday in January of an academic year (reference 3.1)."""
    first = date(year + 1, JANUARY, 1)
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 14)
