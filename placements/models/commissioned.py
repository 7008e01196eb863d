"""Alternative provision that a school arranges itself: the full record that it must keep.

Arranging alternative provision (DfE 2025): the commissioner keeps a full record of each placement,
of progress, achievements, the destination, and the pupil's own assessment; the council is told.
"""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Floor
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from placements.models.census import CensusCode
from placements.models.instrument import plain
from placements.models.placement import Destination
from placements.models.review import RATINGS
from pupils.models import ChildQuerySet, Pupil, Reach

FULL_TIME = Decimal(10)


class CostUnit(models.TextChoices):
    """What a price is for."""

    SESSION = "session", "A session"
    DAY = "day", "A day"
    WEEK = "week", "A week"
    WHOLE = "whole", "The whole placement"


class Theme(models.TextChoices):
    """The four themes of the voluntary national standards (DfE, August 2025)."""

    SAFEGUARDING = "safeguarding", "Safeguarding and welfare"
    SAFETY = "safety", "Health and safety"
    SUPPORT = "support", "Admissions, support and guidance"
    QUALITY = "quality", "Quality of education"


NO_PLACE = Q(urn="", ukprn="", setting=None) & (
    Q(provider=None) | Q(provider__urn=None, provider__ukprn=None)
)
NO_VIEW = Q(pupil_rating=None, pupil_words="", pupil_not_asked="")


class SchoolPlacementQuerySet(ChildQuerySet):
    """Placements that schools arrange: a school sees its own, the council all, a provider none."""

    reach = Reach(pupil="pupil", school="school", dated="starts_on")

    def whole(self) -> Self:
        """Fetch with them what pages and exports show. One more query, for the checks."""
        return self.select_related(
            "pupil", "school", "provider", "reason", "setting", "recorded_by"
        ).prefetch_related("checks__made_by")

    def within(self, start: date, until: date) -> Self:
        """Keep those that touch the days from one to another, both included."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=start), starts_on__lte=until)

    def not_over(self, on: date) -> Self:
        """Keep those in force on a day or later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on))

    def with_gaps(self) -> Self:
        """Keep those whose record lacks something: `SchoolPlacement.gaps` in SQL."""
        over = Q(ends_on__lte=localdate())
        after = Q(progress="") | Q(destination="") | NO_VIEW
        lacking = Q(reason=None) | Q(sessions=None) | Q(cost=None) | NO_PLACE | over & after
        themes = Count("checks__theme", distinct=True)
        rows = self.annotate(themes=themes).filter(lacking | Q(themes__lt=len(Theme)))
        return self.filter(pk__in=rows.order_by().values("pk"))

    def narrowed(self, *, school: str = "", gaps: str = "", now: str = "") -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all."""
        rows, today = self, localdate()
        if school.isdecimal() and len(school) <= 9:  # noqa: PLR2004 - what a key can hold
            rows = rows.filter(school=int(school))
        if now:
            rows = rows.within(today, today)
        return rows.with_gaps() if gaps else rows


@pghistory.track()
class SchoolPlacement(models.Model):
    """A placement that a school arranged and pays for, up to, not on, `ends_on`.

    Only what is needed to begin a record is required. What is missing shows as a gap.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="school_placements")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    provider_name = models.CharField(max_length=200, blank=True)
    urn = models.CharField("URN", max_length=6, blank=True)
    ukprn = models.CharField("UKPRN", max_length=8, blank=True)
    setting = models.ForeignKey(
        CensusCode, models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.ForeignKey(CensusCode, models.PROTECT, related_name="+", null=True, blank=True)
    why = models.TextField(max_length=2000, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    sessions = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    cost = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    cost_unit = models.CharField(max_length=10, choices=CostUnit, blank=True)
    progress = models.TextField(max_length=4000, blank=True)
    destination = models.CharField(max_length=20, choices=Destination, blank=True)
    pupil_rating = models.PositiveSmallIntegerField(choices=RATINGS, null=True, blank=True)
    pupil_words = models.TextField(max_length=2000, blank=True)
    pupil_not_asked = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with each change.")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = SchoolPlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(provider__isnull=False, provider_name="", urn="", ukprn="")
                | Q(provider__isnull=True) & ~Q(provider_name=""),
                name="placements_schoolplacement_one_provider",
                violation_error_code="provider_name",
                violation_error_message="Choose a provider from the list, or enter the name of "
                "another one, not both. The numbers of one from the list are known.",
            ),
            models.CheckConstraint(
                condition=Q(urn="", ukprn="")
                | Q(urn="", setting__isnull=True)
                | Q(ukprn="", setting__isnull=True),
                name="placements_schoolplacement_one_way_to_name_the_place",
                violation_error_code="setting",
                violation_error_message="Give one of these three: the URN, the UKPRN, or the "
                "setting type where there is neither.",
            ),
            models.CheckConstraint(
                condition=Q(urn="") | Q(urn__regex=r"^[0-9]{6}$"),
                name="placements_schoolplacement_urn_has_six_digits",
                violation_error_code="urn",
                violation_error_message="A URN has six digits.",
            ),
            models.CheckConstraint(
                condition=Q(ukprn="") | Q(ukprn__regex=r"^1[0-9]{7}$"),
                name="placements_schoolplacement_ukprn_has_eight_digits",
                violation_error_code="ukprn",
                violation_error_message="A UKPRN has eight digits and begins with 1.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="placements_schoolplacement_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before the first day.",
            ),
            models.CheckConstraint(
                condition=Q(sessions__isnull=True)
                | Q(sessions__gt=0, sessions__lte=FULL_TIME)
                & Q(sessions=Floor(F("sessions") * 2) / Decimal(2)),
                name="placements_schoolplacement_sessions_fit_a_week",
                violation_error_code="sessions",
                violation_error_message="Enter half a session to 10 sessions a week, in steps of "
                "a half.",
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True, cost_unit="")
                | Q(cost__gte=0, cost_unit__in=CostUnit.values),
                name="placements_schoolplacement_cost_says_for_what",
                violation_error_code="cost_unit",
                violation_error_message="Enter the cost, and what it is for.",
            ),
            models.CheckConstraint(
                condition=Q(destination__in=["", *Destination.values]),
                name="placements_schoolplacement_destination_is_known",
                violation_error_code="destination",
                violation_error_message="Choose where the pupil went.",
            ),
            models.CheckConstraint(
                condition=Q(pupil_rating__isnull=True)
                | Q(pupil_rating__gte=1, pupil_rating__lte=5),
                name="placements_schoolplacement_rating_is_known",
                violation_error_code="pupil_rating",
                violation_error_message="Choose one of the five answers.",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "starts_on"], name="placements_of_school"),
        ]

    def __str__(self) -> str:
        return f"Placement at {self.place}"

    @property
    def place(self) -> str:
        """Return the name of the provider."""
        return self.provider.name if self.provider else self.provider_name

    @property
    def last_day(self) -> date | None:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def is_over(self) -> bool:
        """Tell whether the last day has passed."""
        return self.ends_on is not None and self.ends_on <= localdate()

    @property
    def identity(self) -> tuple[str, str, CensusCode | None]:
        """Return how the place is named to DfE: URN, or UKPRN, or setting type; never two."""
        urn = (self.provider.urn or "") if self.provider else self.urn
        ukprn = (self.provider.ukprn or "") if self.provider else self.ukprn
        if urn:
            return urn, "", None
        return ("", ukprn, None) if ukprn else ("", "", self.setting)

    @property
    def cost_words(self) -> str:
        """Return the cost in words: '£120.00 a week'."""
        if self.cost is None:
            return ""
        unit = self.get_cost_unit_display()
        return f"£{self.cost:,.2f}, {unit.lower()}"

    @property
    def sessions_words(self) -> str:
        """Return the sessions a week in words."""
        if self.sessions is None:
            return ""
        return plain(self.sessions) + (" (full time)" if self.sessions == FULL_TIME else "")

    @property
    def unchecked(self) -> list[str]:
        """Return the themes of quality that nobody checked."""
        made = {check.theme for check in self.checks.all()}
        return [theme.label for theme in Theme if theme.value not in made]

    @property
    def gaps(self) -> list[str]:
        """Return what the record lacks, in words: `with_gaps` in Python."""
        always = {
            "Primary reason": self.reason_id,
            "URN, UKPRN or setting type": any(self.identity),
            "Sessions a week": self.sessions is not None,
            "Cost": self.cost is not None,
        }
        seen = self.pupil_rating or self.pupil_words or self.pupil_not_asked
        after = {
            "Progress": self.progress,
            "Where the pupil went": self.destination,
            "The pupil's own assessment": seen,
        }
        found = [name for name, value in always.items() if not value]
        found += [f"Quality check: {theme.lower()}" for theme in self.unchecked]
        return found + [name for name, value in after.items() if self.is_over and not value]


class QualityCheckQuerySet(ChildQuerySet):
    """Checks of the places where schools send pupils: a school sees its own."""

    reach = Reach(pupil="placement__pupil", school="placement__school", dated="made_on")


@pghistory.track()
class QualityCheck(models.Model):
    """One look at the quality of a place: when, by whom, and what was found."""

    placement = models.ForeignKey(SchoolPlacement, models.PROTECT, related_name="checks")
    theme = models.CharField(max_length=20, choices=Theme)
    made_on = models.DateField()
    found = models.TextField(max_length=1000)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = QualityCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-made_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(theme__in=Theme.values),
                name="placements_qualitycheck_theme_is_known",
                violation_error_code="theme",
                violation_error_message="Choose what was checked.",
            ),
            models.UniqueConstraint(
                fields=["placement", "theme", "made_on"],
                name="placements_qualitycheck_once_a_day",
                violation_error_code="made_on",
                violation_error_message="A check of this theme on this day is recorded already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_theme_display()}: {self.placement}"
