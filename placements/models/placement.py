"""A pupil's time with a provider: tier 1 in the home school, tiers 2 and 3 at the provider."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any, Self

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.lookups import GreaterThan
from django.utils.timezone import localdate

from accounts.models import HalfTerm, Organisation, User
from accounts.models.calendar import DateRange, SameNumber
from accounts.permissions import REACH_PROVIDER, Permission
from accounts.scoping import NO_ROWS
from accounts.workflow import WorkflowModel, moves
from apsystem.lib.calendar import SESSIONS_A_WEEK, pattern_words, session_bit
from placements.models.away import is_away
from placements.models.rate import Rate
from placements.models.rule import TierRule
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach
from referrals.models import Referral, Tier
from referrals.models.narrowing import start_of_day

EVERY_SESSION = 2**SESSIONS_A_WEEK - 1


class Status(models.TextChoices):
    """Where a placement stands."""

    PROPOSED = "proposed", "Offered to the provider"
    DECLINED = "declined", "Declined by the provider"
    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"
    CANCELLED = "cancelled", "Cancelled"


class Route(models.TextChoices):
    """Where a placement is meant to lead (the strategy: an intervention, not a destination)."""

    MAINSTREAM = "mainstream", "Back to mainstream school"
    SPECIAL = "special", "On to a special school"
    POST_16 = "post-16", "On to post-16 education, employment or training"
    UNDECIDED = "undecided", "Not decided so far"


PLANNED_ROUTES = [Route.MAINSTREAM, Route.SPECIAL, Route.POST_16]


class Destination(models.TextChoices):
    """Where the pupil went after a placement. Labels are the council's: DfE publishes no codes."""

    HOME_SCHOOL = "home school", "Back to the home school"
    OTHER_SCHOOL = "other school", "Another mainstream school"
    SPECIAL = "special school", "A special school"
    OTHER_TIER = "other tier", "Another placement in alternative provision"
    POST_16 = "post-16", "Post-16 education, employment or training"
    HOME_EDUCATION = "home education", "Elective home education"
    MOVED = "moved", "Moved out of the area"
    OTHER = "other", "Somewhere else"
    NOT_KNOWN = "not known", "Not known"


RUNNING = [Status.OPEN, Status.PAUSED]
TAKEN_UP = [*RUNNING, Status.ENDED]
GIVEN_UP = [Status.DECLINED, Status.CANCELLED]


class PlacementQuerySet(ChildQuerySet):
    """Placements within reach: a provider sees its own, and what it is asked to take on."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="provider", dated="starts_on")

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Add what is offered to these providers, and what they accepted and has not begun.

        The pages show neither before its time: an offer names no child (assurance 2a).
        """
        to_come = Q(status=Status.PROPOSED) | Q(status=Status.OPEN, starts_on__gt=localdate())
        return super().reached_by_provider(providers) | Q(provider__in=providers) & to_come

    def in_force(self, on: date) -> Self:
        """Keep those that were taken up, and are in force on a day."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on), status__in=TAKEN_UP, starts_on__lte=on
        )

    def overlapping(self, start: date, end: date | None) -> Self:
        """Keep those taken up whose time touches one from a day up to, not on, another."""
        return self.filter(status__in=TAKEN_UP).lying_in(start, end or date.max)

    def lying_in(self, start: date, end: date) -> Self:
        """Keep those whose time touches one from a day up to, not on, another."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=start), starts_on__lt=end)

    def with_register(self) -> Self:
        """Keep those whose sessions the provider marks."""
        return self.filter(sessions__gt=0)

    def expected(self, on: date, session: int) -> Self:
        """Keep those whose pattern of the week holds the session, and that are not paused."""
        bit = F("sessions").bitand(session_bit(on, session))
        return self.in_force(on).filter(GreaterThan(bit, 0), ~Q(is_away(on, session)))

    def running(self) -> Self:
        """Keep those that are open or paused."""
        return self.filter(status__in=RUNNING)

    def offered(self) -> Self:
        """Keep those that wait for the provider's answer."""
        return self.filter(status=Status.PROPOSED)

    def overstaying(self, today: date) -> Self:
        """Keep those past their last day that nobody ended, and those past their tier's limit."""
        return self.running().filter(Q(ends_on__lte=today) | TierRule.objects.overlong(today))

    def review_due(self, by: date) -> Self:
        """Keep the running ones whose next review is due on or before a day."""
        return self.running().filter(next_review_on__lte=by)

    def by_pupil(self) -> Self:
        """Order by the pupils' names, and fetch the pupils."""
        return self.select_related("pupil").order_by("pupil__surname", "pupil__forename", "pk")

    def expected_by_provider(self, on: date, session: int) -> dict[int, int]:
        """Return how many children each provider expects at a session. One query."""
        rows = self.expected(on, session).order_by().values_list("provider")
        return dict(rows.annotate(children=models.Count("pk")))

    def beginning_from(self, on: date) -> Self:
        """Keep those that go ahead and begin on a day or later."""
        return self.filter(status__in=[*RUNNING, Status.ENDED], starts_on__gte=on)

    def ending_by(self, on: date) -> Self:
        """Keep the running ones whose last day is that day or earlier."""
        return self.filter(status__in=RUNNING, ends_on__lte=on + timedelta(days=1))

    def ended_from(self, on: date) -> Self:
        """Keep those that were ended, with a last day on that day or later."""
        return self.filter(status=Status.ENDED, ends_on__gt=on)

    def narrowed(
        self,
        *,
        status: str = "",
        tier: str = "",
        waits: str = "",
        beginning: date | None = None,
        ending: date | None = None,
        ended: date | None = None,
        **news: Any,
    ) -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all.

        The news are `opened`, the id of who offered a placement, and `changed`, the day since when
        others than that person, or else than the `user`, did something to it.
        """
        rows = self._with_news(**news)._waiting_for(waits)
        if status in Status.values:
            rows = rows.filter(status=status)
        if tier in {str(value) for value in Tier.values}:
            rows = rows.filter(tier=tier)
        if beginning:
            rows = rows.beginning_from(beginning)
        if ending:
            rows = rows.ending_by(ending)
        return rows.ended_from(ended) if ended else rows

    def _waiting_for(self, waits: str) -> Self:
        if waits == "change":  # of an objective, proposed and not answered
            asked = {"objectives__changes__isnull": False, "objectives__changes__is_agreed": None}
            return self.running().filter(pk__in=self.model._default_manager.filter(**asked))
        if waits == "lead":
            return self.running().with_register().filter(lead=None)
        kept = {"review": self.review_due, "end": self.overstaying}
        return kept[waits](localdate()) if waits in kept else self

    def _with_news(
        self, *, changed: date | None = None, opened: int | None = None, user: User | None = None
    ) -> Self:
        rows = self.filter(opened_by=opened) if opened else self
        if changed and (opened or user):
            rows = rows.changed_since(start_of_day(changed), than=opened or user)
        return rows

    def changed_since(self, since: datetime, *, than: User | int | OuterRef | None) -> Self:
        """Keep those to which somebody else than a person did something since a moment."""
        told = self.model._meta.get_field("entries").related_model.objects.known_to_all()  # type: ignore[union-attr]
        entries = told.filter(placement=OuterRef("pk"), at__gte=since)
        return self.filter(Exists(entries.exclude(by=than)))

    def nameless_to(self, user: User) -> Self:
        """Mark which rows a person is shown without the name: offers, to a provider's people."""
        is_hidden = Q(status=Status.PROPOSED) if user.organisations_as(REACH_PROVIDER) else NO_ROWS
        return self.annotate(is_nameless=ExpressionWrapper(is_hidden, models.BooleanField()))

    def in_census(self, start: date, until: date) -> Self:
        """Keep the current or last placement of each pupil within a period. Tier 1 is none."""
        rows = self.overlapping(start, until + timedelta(days=1)).with_register()
        last = rows.order_by("pupil_id", "-starts_on", "-pk").distinct("pupil_id")
        return self.filter(pk__in=last.values("pk"))

    def for_census(self) -> Self:
        """Fetch with them what the council's census holds. Two more queries."""
        rows = self.select_related(
            "pupil__census_items", "provider", "home_school", "census__reason", "census__setting"
        )
        rows = rows.order_by("pupil__surname", "pupil__forename", "pk")
        return rows.prefetch_related("pupil__needs", "pupil__care")

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "provider", "home_school")


@pghistory.track()
class Placement(WorkflowModel):
    """A placement from `starts_on` up to, not on, `ends_on` (empty: no end agreed yet).

    `sessions` is the weekly pattern, a bit for each of the ten sessions from Monday morning (1) to
    Friday afternoon (512); 0 for tier 1, which has no register. `returns_in` is the half term of
    the way back that was named with the offer; the plan keeps what becomes of it. One that
    `has_shortened` what it follows keeps in `shortened_from` when that one was to end before.
    """

    MOVES = moves(
        ("accept", {Status.PROPOSED}, Status.OPEN, Permission.PLACEMENT_ANSWER),
        ("decline", {Status.PROPOSED}, Status.DECLINED, Permission.PLACEMENT_ANSWER),
        ("cancel", {Status.PROPOSED, Status.OPEN}, Status.CANCELLED, Permission.PLACEMENT_OPEN),
        ("pause", {Status.OPEN}, Status.PAUSED, Permission.PLACEMENT_END),
        ("resume", {Status.PAUSED}, Status.OPEN, Permission.PLACEMENT_END),
        ("end", set(RUNNING), Status.ENDED, Permission.PLACEMENT_END),
    )
    TAG_COLOURS = {
        Status.PROPOSED: "yellow",
        Status.DECLINED: "red",
        Status.OPEN: "green",
        Status.PAUSED: "orange",
        Status.ENDED: "grey",
        Status.CANCELLED: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="placements")
    referral = models.ForeignKey(
        Referral, models.PROTECT, related_name="placements", null=True, blank=True
    )
    follows = models.ForeignKey(
        "self", models.PROTECT, related_name="followed_by", null=True, blank=True
    )
    has_shortened = models.BooleanField(default=False)
    shortened_from = models.DateField(null=True, blank=True)
    tier = models.PositiveSmallIntegerField(choices=Tier)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="placements")
    home_school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    sessions = models.PositiveSmallIntegerField()
    purpose = models.TextField(max_length=2000, blank=True)
    route = models.CharField(max_length=20, choices=Route, default=Route.UNDECIDED)
    returns_in = models.ForeignKey(
        HalfTerm, models.PROTECT, related_name="+", null=True, blank=True
    )
    transport = models.CharField(max_length=500, blank=True)
    rate = models.ForeignKey(
        Rate, models.PROTECT, related_name="placements", null=True, blank=True
    )
    lead = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    next_review_on = models.DateField(null=True, blank=True)
    destination = models.CharField(max_length=20, choices=Destination, blank=True)
    end_reason = models.TextField(max_length=2000, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = PlacementQuerySet.as_manager()
    week_said = ""  # which week of a return it is: `with_week` reads it

    class Meta:
        ordering = ["-starts_on", "-pk"]
        # Sums of marks are kept by provider: who moves gets another placement.
        triggers = [pgtrigger.ReadOnly(name="provider_stays", fields=["provider"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="placements_placement_status_is_known",
                violation_error_message="A placement is offered, declined, open, paused, ended "
                "or cancelled.",
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
                condition=Q(status__in=[Status.PROPOSED, *RUNNING], end_reason="", destination="")
                | Q(status__in=GIVEN_UP, destination="") & ~Q(end_reason="")
                | Q(status=Status.ENDED, ends_on__isnull=False)
                & ~Q(end_reason="")
                & Q(destination__in=Destination.values),
                name="placements_placement_whole_at_its_end",
                violation_error_message="An ended placement has a last day, a reason and a "
                "destination; a declined or cancelled one has a reason.",
            ),
            models.CheckConstraint(
                condition=Q(route__in=Route.values),
                name="placements_placement_route_is_known",
                violation_error_message="Choose where the placement is meant to lead.",
            ),
            models.UniqueConstraint(
                fields=["referral"],
                condition=~Q(status__in=GIVEN_UP),
                name="placements_placement_one_for_a_referral",
                violation_error_message="This referral has a placement already.",
            ),
            models.UniqueConstraint(
                fields=["follows"],
                condition=~Q(status__in=GIVEN_UP),
                name="placements_placement_one_follows_another",
                violation_error_message="Another placement follows this one already.",
            ),
            models.CheckConstraint(
                condition=Q(has_shortened=True, follows__isnull=False)
                | Q(has_shortened=False, shortened_from__isnull=True),
                name="placements_placement_shortens_what_it_follows",
                violation_error_message="Only a placement that it follows is shortened.",
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
                condition=Q(status__in=TAKEN_UP),
                violation_error_message="The pupil already has a placement there in that time.",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "starts_on"], name="placements_of_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} at {self.provider}"

    @property
    def reference(self) -> str:
        """Return the number that people say on the telephone and that mails hold."""
        return f"PL-{self.pk:06d}"

    @property
    def last_day(self) -> date | None:
        """Return the last day of the placement, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def sessions_words(self) -> str:
        """Return the weekly pattern in words."""
        return pattern_words(self.sessions) if self.sessions else "None: support in school"

    @property
    def sessions_a_week(self) -> int:
        """Return how many sessions a week the pattern holds; ten is full time."""
        return self.sessions.bit_count()

    @property
    def has_started(self) -> bool:
        """Tell whether the first day has come."""
        return self.starts_on <= localdate()

    @property
    def is_over_its_time(self) -> bool:
        """Tell whether the last day has passed and nobody ended it."""
        return self.status in RUNNING and self.ends_on is not None and self.ends_on <= localdate()
