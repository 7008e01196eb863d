"""What a pupil is assessed with: scales, their direction and bands, as the council sets them.

Only names and scores are kept, never the words of a questionnaire: those are licensed (SDQ, Boxall
Profile, PASS). Another version of a questionnaire, for other ages say, is another instrument.
"""

from decimal import Decimal
from typing import Self

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

LOWEST, HIGHEST = Decimal(-1000), Decimal(1000)
IN_RANGE = [MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]


class Informant(models.TextChoices):
    """Who answered, or who observed."""

    TEACHER = "teacher", "Teacher"
    PARENT = "parent", "Parent or carer"
    PUPIL = "pupil", "The pupil"
    OBSERVER = "observer", "Member of staff who observed"


class Direction(models.TextChoices):
    """Which way is better."""

    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"
    NONE = "", "Not set: change is shown, and not judged"


class Aspect(models.TextChoices):
    """What an instrument speaks of, where outreach compares before and after by it."""

    SEMH = "semh", "Social, emotional and mental health"
    CURRICULUM = "curriculum", "Access to the curriculum"


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    """Instruments. They are no secret."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self

    def in_use(self) -> Self:
        """Keep those that can be chosen: in use, with a scale at least."""
        return self.filter(is_in_use=True, scales__is_total=False).distinct()

    def whole(self) -> Self:
        """Fetch their scales and bands with them, two more queries."""
        return self.prefetch_related("scales__bands")


@pghistory.track()
class Instrument(models.Model):
    """A questionnaire, profile or observation that gives scores."""

    name = models.CharField(
        max_length=100,
        unique=True,
        error_messages={"unique": "An instrument has this name already."},
    )
    note = models.CharField(
        max_length=500, blank=True, help_text="Whose it is, and what to keep in mind."
    )
    informants = ArrayField(models.CharField(max_length=10, choices=Informant), size=4)
    aspect = models.CharField(max_length=10, choices=Aspect, blank=True)
    is_in_use = models.BooleanField(default=True)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(informants__len__gte=1),
                name="placements_instrument_has_an_informant",
                violation_error_code="informants",
                violation_error_message="Choose who can answer.",
            ),
            models.CheckConstraint(
                condition=Q(informants__contained_by=Informant.values),
                name="placements_instrument_informants_are_known",
                violation_error_code="informants",
                violation_error_message="Choose who can answer from the list.",
            ),
            models.CheckConstraint(
                condition=Q(aspect__in=["", *Aspect.values]),
                name="placements_instrument_aspect_is_known",
                violation_error_code="aspect",
                violation_error_message="Choose from the list what it speaks of.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def informants_words(self) -> str:
        """Return who can answer, in words."""
        return ", ".join(Informant(value).label for value in self.informants)


class ScaleQuerySet(models.QuerySet["Scale"]):
    """Scales."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self


@pghistory.track()
class Scale(models.Model):
    """One score of an instrument. A total is added up from the scales that count in it."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="scales")
    name = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField(help_text="Where it stands in the list.")
    minimum = models.DecimalField(
        max_digits=6, decimal_places=1, null=True, blank=True, validators=IN_RANGE
    )
    maximum = models.DecimalField(
        max_digits=6, decimal_places=1, null=True, blank=True, validators=IN_RANGE
    )
    direction = models.CharField(max_length=10, choices=Direction, blank=True)
    counts_in_total = models.BooleanField(default=False)
    is_total = models.BooleanField(default=False)

    objects = ScaleQuerySet.as_manager()

    class Meta:
        ordering = ["instrument", "place", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum__isnull=True)
                | Q(maximum__isnull=True)
                | Q(maximum__gt=F("minimum")),
                name="placements_scale_maximum_is_above_the_minimum",
                violation_error_code="maximum",
                violation_error_message="The highest score must be above the lowest one.",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values),
                name="placements_scale_direction_is_known",
                violation_error_code="direction",
                violation_error_message="Choose which way is better.",
            ),
            models.CheckConstraint(
                condition=Q(is_total=False) | Q(counts_in_total=False),
                name="placements_scale_total_is_not_in_itself",
                violation_error_code="counts_in_total",
                violation_error_message="A total does not count in itself.",
            ),
            models.UniqueConstraint(
                fields=["instrument", "name"],
                name="placements_scale_one_of_a_name",
                violation_error_code="name",
                violation_error_message="The instrument has a scale of this name.",
            ),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=Q(is_total=True),
                name="placements_scale_one_total",
                violation_error_message="The instrument has a total already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def range_words(self) -> str:
        """Return the range in words: '0 to 10', 'range not set'."""
        if self.minimum is None and self.maximum is None:
            return "range not set"
        if self.maximum is None:
            return f"{plain(self.minimum)} or more"
        if self.minimum is None:
            return f"up to {plain(self.maximum)}"
        return f"{plain(self.minimum)} to {plain(self.maximum)}"

    def band_of(self, informant: str, value: Decimal) -> str:
        """Return the band of a score, by the bands whose source is named; '' where none is set."""
        rows = [row for row in self.bands.all() if row.informant == informant and row.source]
        below = [row for row in rows if row.lowest <= value]
        return max(below, key=lambda row: row.lowest).name if below else ""

    def bands_by_informant(self) -> list[tuple[str, str, list["Band"]]]:
        """Return the bands of each informant: key, label and rows, the lowest first."""
        rows = sorted(self.bands.all(), key=lambda row: row.lowest)
        return [
            (key, Informant(key).label, [row for row in rows if row.informant == key])
            for key in self.instrument.informants
        ]


class BandQuerySet(models.QuerySet["Band"]):
    """Bands."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self


@pghistory.track()
class Band(models.Model):
    """What a score means, for one informant: from `lowest` up to the next band.

    Without a source a band is a draft: it is shown on the page of instruments, and used nowhere.
    """

    scale = models.ForeignKey(Scale, models.PROTECT, related_name="bands")
    informant = models.CharField(max_length=10, choices=Informant)
    name = models.CharField(max_length=60)
    lowest = models.DecimalField(max_digits=6, decimal_places=1, validators=IN_RANGE)
    source = models.CharField(max_length=200, blank=True)

    objects = BandQuerySet.as_manager()

    class Meta:
        ordering = ["scale", "informant", "lowest"]
        constraints = [
            models.CheckConstraint(
                condition=Q(informant__in=Informant.values),
                name="placements_band_informant_is_known",
                violation_error_message="Choose who answered from the list.",
            ),
            models.UniqueConstraint(
                fields=["scale", "informant", "lowest"],
                name="placements_band_one_from_a_score",
                violation_error_message="Two bands begin at the same score.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {plain(self.lowest)}"


def plain(value: Decimal | None) -> str:
    """Write a score without needless figures: 4, 4.5."""
    if value is None:
        return ""
    return f"{value.normalize():f}"
