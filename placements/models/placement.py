"""A pupil's time with a provider: tier 1 in the home school, tiers 2 and 3 at the provider."""

import uuid
from datetime import date, timedelta
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.models.calendar import DateRange, SameNumber
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from apsystem.lib.calendar import SESSIONS_A_WEEK, pattern_words, session_bit
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach
from referrals.models import Referral, Tier

EVERY_SESSION = 2**SESSIONS_A_WEEK - 1


class Status(models.TextChoices):
    """Where a placement stands."""

    OPEN = "open", "Open"
    ENDED = "ended", "Ended"
    CANCELLED = "cancelled", "Cancelled"


class PlacementQuerySet(ChildQuerySet):
    """Placements within reach: a provider sees its own."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="provider", dated="starts_on")

    def in_force(self, on: date) -> Self:
        """Keep those in force on a day."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on),
            ~Q(status=Status.CANCELLED),
            starts_on__lte=on,
        )

    def with_register(self) -> Self:
        """Keep those whose sessions the provider marks."""
        return self.filter(sessions__gt=0)

    def expected(self, on: date, session: int) -> Self:
        """Keep those in force whose weekly pattern holds the session of the day."""
        bit = F("sessions").bitand(session_bit(on, session))
        return self.in_force(on).filter(GreaterThan(bit, 0))

    def by_pupil(self) -> Self:
        """Order by the pupils' names, and fetch the pupils."""
        return self.select_related("pupil").order_by("pupil__surname", "pupil__forename", "pk")

    def expected_by_provider(self, on: date, session: int) -> dict[int, int]:
        """Return how many children each provider expects at a session. One query."""
        rows = self.expected(on, session).order_by().values_list("provider")
        return dict(rows.annotate(children=models.Count("pk")))

    def narrowed(self, *, status: str = "", tier: str = "") -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all."""
        rows = self
        if status in Status.values:
            rows = rows.filter(status=status)
        if tier in {str(value) for value in Tier.values}:
            rows = rows.filter(tier=tier)
        return rows

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "provider", "home_school")


@pghistory.track()
class Placement(WorkflowModel):
    """A placement from `starts_on` up to, not on, `ends_on` (empty: no end agreed yet).

    `sessions` is the weekly pattern, a bit for each of the ten sessions from Monday morning (1) to
    Friday afternoon (512); 0 for tier 1, which has no register.
    """

    MOVES = moves(
        ("end", {Status.OPEN}, Status.ENDED, Permission.PLACEMENT_END),
    )
    TAG_COLOURS = {Status.OPEN: "green", Status.ENDED: "grey", Status.CANCELLED: "grey"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="placements")
    referral = models.OneToOneField(
        Referral, models.PROTECT, related_name="placement", null=True, blank=True
    )
    tier = models.PositiveSmallIntegerField(choices=Tier)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="placements")
    home_school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    sessions = models.PositiveSmallIntegerField()
    purpose = models.TextField(max_length=2000, blank=True)
    end_reason = models.TextField(max_length=2000, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="placements_placement_status_is_known",
                violation_error_message="A placement is open, ended or cancelled.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="placements_placement_ends_after_it_starts",
                violation_error_message="The last day must not be before the first day.",
            ),
            models.CheckConstraint(
                condition=Q(tier=1, sessions=0)
                | Q(tier__in=[2, 3], sessions__gte=1, sessions__lte=EVERY_SESSION),
                name="placements_placement_sessions_fit_the_tier",
                violation_error_message="Tier 1 has no sessions at the provider; "
                "tiers 2 and 3 have one to ten a week.",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.OPEN, end_reason="")
                | ~Q(status=Status.OPEN) & Q(ends_on__isnull=False) & ~Q(end_reason=""),
                name="placements_placement_end_is_whole",
                violation_error_message="An ended placement has a last day and a reason.",
            ),
            models.CheckConstraint(
                condition=~Q(tier=Tier.SHORT) | Q(ends_on__isnull=False),
                name="placements_placement_tier_2_is_time_limited",
                violation_error_message="Tier 2 is time-limited: enter the last day.",
            ),
            ExclusionConstraint(
                name="placements_placement_none_overlap_at_one_provider",
                expressions=[
                    (SameNumber("pupil"), RangeOperators.OVERLAPS),
                    (SameNumber("provider"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(status=Status.CANCELLED),
                violation_error_message="The pupil already has a placement there in that time.",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "starts_on"], name="placements_of_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} at {self.provider}"

    @property
    def last_day(self) -> date | None:
        """Return the last day of the placement, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def sessions_words(self) -> str:
        """Return the weekly pattern in words."""
        return pattern_words(self.sessions) if self.sessions else "none: support in school"

    @property
    def sessions_a_week(self) -> int:
        """Return how many sessions a week the pattern holds; ten is full time."""
        return self.sessions.bit_count()

    @property
    def has_started(self) -> bool:
        """Tell whether the first day has come."""
        return self.starts_on <= localdate()
