"""Places at the providers: how many the council pays for, which are held, and who takes nobody."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self, cast

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Organisation, User
from accounts.models.calendar import DateRange, SameNumber
from accounts.permissions import REACH_PROVIDER
from pupils.models import ChildQuerySet, Reach
from referrals.models import Referral
from referrals.models import Status as ReferralStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_PLACES = 1000
DAY = "j F Y"


class OfProviderQuerySet(models.QuerySet):
    """Rows about providers: the council's people see all, a provider's people their own."""

    def as_user(self, user: User) -> Self:
        """Keep the rows that this person may see."""
        kinds = {entry.organisation.kind for entry in user.acting}
        if Organisation.Kind.COUNCIL in kinds:
            return self.all()
        return self.filter(provider__in=user.organisations_as(REACH_PROVIDER))

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("provider").order_by("provider__name", "-starts_on", "pk")


class CommissionQuerySet(OfProviderQuerySet):
    """How many places there are, from which day on."""

    def on(self, days: "Iterable[date]") -> dict[tuple[int, date], int]:
        """Return the places of each provider on each of some days. One query."""
        wanted = sorted(days)
        found: dict[tuple[int, date], int] = {}
        rows = self.order_by("starts_on").values_list("provider", "starts_on", "places")
        for provider, start, places in rows:
            found |= {(provider, day): places for day in wanted if day >= start}
        return found


@pghistory.track()
class Commission(models.Model):
    """How many places the council commissions at a provider from a day on.

    A place is for one pupil, whatever the number of weekly sessions. A later row replaces this one.
    """

    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="commissions")
    starts_on = models.DateField()
    places = models.PositiveSmallIntegerField()

    objects = CommissionQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "starts_on"],
                name="placements_commission_one_from_a_day",
                violation_error_code="starts_on",
                violation_error_message="The places from this day on are entered already.",
            ),
            models.CheckConstraint(
                condition=Q(places__lte=MOST_PLACES),
                name="placements_commission_places_are_believable",
                violation_error_code="places",
                violation_error_message=f"Enter {MOST_PLACES:,} places or fewer.",
            ),
        ]

    def __str__(self) -> str:
        start = f"{self.starts_on.day} {self.starts_on:%B %Y}"
        return f"{self.places} places at {self.provider} from {start}"


class ClosedToNewQuerySet(OfProviderQuerySet):
    """When providers take nobody new."""

    def on(self, day: date) -> Self:
        """Keep those that hold on a day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)

    def not_over(self, today: date) -> Self:
        """Keep those that hold today or later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=today))

    def said(self, today: date) -> dict[int, str]:
        """Return what is said beside each provider that is closed, or is to be. The next time counts."""
        rows = cast("Iterable[ClosedToNew]", self.not_over(today).order_by("-starts_on", "-pk"))
        return {row.provider_id: row.in_words(today) for row in rows}


@pghistory.track()
class ClosedToNew(models.Model):
    """A time in which a provider takes no new placements. Who is there stays. Half-open."""

    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="closed_to_new")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)

    objects = ClosedToNewQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="placements_closedtonew_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before the first day.",
            ),
            ExclusionConstraint(
                name="placements_closedtonew_one_at_a_time",
                expressions=[
                    (SameNumber("provider"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_code="starts_on",
                violation_error_message="The provider is closed to new placements in that time "
                "already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} closed to new placements"

    @property
    def last_day(self) -> date | None:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    def in_words(self, today: date) -> str:
        """Say until when the provider takes nobody new, and from when where that is to come."""
        begins = "" if self.starts_on <= today else f"from {date_format(self.starts_on, DAY)} "
        until = "until further notice"
        if self.last_day:
            until = f"until {date_format(self.last_day, DAY)}"
        return f"takes no new placements {begins}{until}"


class HoldEnd(models.TextChoices):
    """How a place came to be held no longer."""

    OFFERED = "offered", "Held place taken up by an offer"
    RELEASED = "released", "Held place given free"
    LAPSED = "lapsed", "Held place ran out"


class HoldQuerySet(ChildQuerySet):
    """Held places within reach: providers see that one is held at theirs, not for whom."""

    reach = Reach(pupil="referral__pupil")

    def given_up(self) -> Self:
        """Keep those that somebody released, or offered to the pupil."""
        return self.filter(released_at__isnull=False).exclude(ended=HoldEnd.LAPSED)

    def run_out(self, today: date | None = None) -> Self:
        """Keep those whose last day passed while they were held."""
        held_till_then = Q(released_at=None) | Q(ended=HoldEnd.LAPSED)
        return self.filter(held_till_then, expires_on__lt=today or timezone.localdate())

    def live(self, today: date | None = None) -> Self:
        """Keep those that nobody released, that have not run out, and whose referral goes on."""
        rows = self.filter(released_at=None, expires_on__gte=today or timezone.localdate())
        return rows.exclude(
            referral__status__in=[ReferralStatus.DECLINED, ReferralStatus.WITHDRAWN]
        ).select_related("provider", "referral__pupil", "held_by")


@pghistory.track()
class Hold(models.Model):
    """A place kept for the pupil of a referral, until it is offered, released or runs out.

    It counts from `starts_on`, the day on which the pupil is to come. `expires_on` is the last day
    on which it is held. `ended` and `ended_by` say how it ended and who did it: a place that ran out
    is released when another is held, and by nobody.
    """

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="holds")
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="holds")
    starts_on = models.DateField()
    expires_on = models.DateField()
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    held_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=20, choices=HoldEnd, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    against = models.TextField(max_length=1000, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["expires_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(released_at=None),
                name="placements_hold_one_for_a_referral",
                violation_error_message="A place is held for this referral already.",
            ),
            models.CheckConstraint(
                condition=Q(ended="", ended_by=None)
                | Q(ended__in=HoldEnd.values, released_at__isnull=False),
                name="placements_hold_ended_with_its_moment",
                violation_error_message="A held place that ended says how, and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"Place held at {self.provider} until {self.expires_on.day} {self.expires_on:%B %Y}"
