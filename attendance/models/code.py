"""The attendance codes of the 2024 regulations, and their class in DfE's statistics."""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from apsystem.lib.calendar import Session

MORNING, AFTERNOON = "/", "\\"
LATE = "L"  # before the register closed: a part of present
DATA = Path(__file__).resolve().parent.parent / "data" / "codes.csv"


class Kind(models.TextChoices):
    """How DfE counts a code (reference 1.2)."""

    ATTENDING = "attending", "Attending"
    APPROVED = "approved activity", "Approved educational activity"
    AUTHORISED = "authorised", "Authorised absence"
    UNAUTHORISED = "unauthorised", "Unauthorised absence"
    NOT_REQUIRED = "not required", "Not a possible attendance"
    UNABLE = "unable", "Unable to attend: not a possible attendance"
    ADMINISTRATIVE = "administrative", "Administrative: not a possible attendance"


PRESENT_KINDS = [Kind.ATTENDING, Kind.APPROVED]
ABSENT_KINDS = [Kind.AUTHORISED, Kind.UNAUTHORISED]
POSSIBLE_KINDS = PRESENT_KINDS + ABSENT_KINDS


class CodeQuerySet(models.QuerySet["Code"]):
    """The codes: public law, the same for everybody."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self

    def in_force(self, on: date) -> Self:
        """Keep those that may be used for a day."""
        return self.filter(
            Q(in_force_from__isnull=True) | Q(in_force_from__lte=on),
            Q(in_force_to__isnull=True) | Q(in_force_to__gt=on),
        )

    def usable_at(self, session: int) -> Self:
        """Leave out the code of the other session of the day."""
        return self.exclude(pk=AFTERNOON if session == Session.AM else MORNING)


@pghistory.track()
class Code(models.Model):
    """One attendance code, usable from `in_force_from` up to, not on, `in_force_to`.

    School Attendance (Pupil Registration) (England) Regulations 2024, SI 2024/208, regulation 10,
    in force from 19 August 2024. An empty `in_force_from` means: older than our records.
    """

    code = models.CharField(max_length=2, primary_key=True)
    meaning = models.CharField(max_length=250)
    kind = models.CharField(max_length=20, choices=Kind)
    in_force_from = models.DateField(null=True, blank=True)
    in_force_to = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=400)

    objects = CodeQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="attendance_code_kind_is_known",
                violation_error_message="Choose from the list how the code is counted.",
            ),
            models.CheckConstraint(
                condition=Q(in_force_to__isnull=True)
                | Q(in_force_from__isnull=True)
                | Q(in_force_to__gt=F("in_force_from")),
                name="attendance_code_ends_after_it_starts",
                violation_error_message="The end must be after the start.",
            ),
        ]
        # Weekly totals hold what the marks counted as when they were written.
        triggers = [
            pgtrigger.Protect(
                name="kind_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.meaning}"

    @property
    def is_possible(self) -> bool:
        """Tell whether a session with this code could have been attended."""
        return self.kind in POSSIBLE_KINDS

    def is_in_force(self, on: date) -> bool:
        """Tell whether the code may be used for a day."""
        return (self.in_force_from or on) <= on and (
            self.in_force_to is None or on < self.in_force_to
        )


@cache
def codes_of(*kinds: Kind) -> tuple[str, ...]:
    """Return the codes of some statistical classes, from the shipped table.

    The class of a code never changes in the table: a changed meaning gets a new code, as J gave
    way to J1. A test holds the table in the database against this one.
    """
    with DATA.open(encoding="utf-8", newline="") as lines:
        return tuple(row["code"] for row in csv.DictReader(lines) if row["class"] in kinds)
