"""The plan of a pupil's way back: where to, in which half term, with whom, and how it ended."""

import uuid
from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Count, F, Max, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import HalfTerm, Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from placements.models import PLANNED_ROUTES, Placement, Route
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach

GATES = 3


class Status(models.TextChoices):
    """Where a plan stands."""

    PREPARING = "preparing", "Being prepared"
    RETURNING = "returning", "Returning"
    CLOSED = "closed", "Closed"


class Outcome(models.TextChoices):
    """How a plan ended. Labels are the council's: no code set is published."""

    MAINSTREAM = "mainstream", "Back in a mainstream school"
    SPECIAL = "special", "In a special school"
    POST_16 = "post-16", "In post-16 education, employment or training"
    GOES_ON = "goes on", "Goes on in another placement, with a plan of its own"
    NOT_BACK = "not back", "Not back: the placement ended without a return"
    MOVED = "moved", "Moved away"


class PlanQuerySet(ChildQuerySet):
    """Plans within reach: a provider's own, and a school's pupils and those who come to it."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="placement__provider")

    def reached_by_school(self, schools: list[int]) -> Q:
        """Add the plans that lead to these schools, as long as they are open or were fulfilled."""
        coming = Q(receiving_school__in=schools) & (
            ~Q(status=Status.CLOSED) | Q(outcome__in=[Outcome.MAINSTREAM, Outcome.SPECIAL])
        )
        return super().reached_by_school(schools) | coming

    def open(self) -> Self:
        """Keep those that are not closed."""
        return self.exclude(status=Status.CLOSED)

    def overdue(self, today: date) -> Self:
        """Keep those not closed whose half term of return is over."""
        return self.open().filter(target__ends_on__lte=today)

    def left_behind(self) -> Self:
        """Keep those not closed whose placement has ended or was cancelled."""
        return self.open().filter(placement__status__in=["ended", "cancelled"])

    def with_week_to_review(self, today: date) -> Self:
        """Keep those in the weeks of return that have a week behind them nobody has reviewed."""
        return self.filter(
            status=Status.RETURNING,
            weeks__attempt=F("attempt"),
            weeks__ends_on__lte=today,
            weeks__judgement="",
            weeks__is_skipped=False,
        ).distinct()

    def with_check_due(self, today: date) -> Self:
        """Keep those whose return has a check to be answered."""
        return self.filter(stay_checks__answer="", stay_checks__due_on__lte=today).distinct()

    def without_gate_since(self, day: date) -> Self:
        """Keep those in preparation, older than a day, that lack a gate and passed none since then."""
        now = Q(gates__attempt=F("attempt"))
        rows = self.alias(
            passed_at=Max("gates__recorded_at"),
            passed=Count("gates__kind", distinct=True, filter=now),
        )
        return rows.filter(
            Q(passed_at=None) | Q(passed_at__date__lt=day),
            passed__lt=GATES,
            status=Status.PREPARING,
            made_at__date__lt=day,
        )

    def narrowed(self, *, status: str = "", route: str = "", waits: str = "", today: date) -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all."""
        rows = self
        if status in Status.values:
            rows = rows.filter(status=status)
        if route in PLANNED_ROUTES:
            rows = rows.filter(route=route)
        if waits == "target":
            rows = rows.overdue(today)
        elif waits == "close":
            rows = rows.left_behind()
        elif waits == "review":
            rows = rows.with_week_to_review(today)
        elif waits == "check":
            rows = rows.with_check_due(today)
        return rows

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related(
            "pupil", "placement__provider", "placement__home_school", "receiving_school", "target",
            "first_target", "coordinator",
        )  # fmt: skip


@pghistory.track()
class Plan(WorkflowModel):
    """A reintegration plan, set up with the placement (strategy, "Transition planning").

    `first_target` is the half term that was named first and never changes; `target` is the one
    that holds. `attempt` counts the returns that were begun or are prepared: three gates open each.
    """

    MOVES = moves(
        ("begin", {Status.PREPARING}, Status.RETURNING, Permission.PLAN_WORK),
        ("stop", {Status.RETURNING}, Status.PREPARING, Permission.PLAN_WORK),
        ("complete", {Status.RETURNING}, Status.CLOSED, Permission.PLAN_WORK),
        ("close", {Status.PREPARING}, Status.CLOSED, Permission.PLAN_WORK),
    )
    TAG_COLOURS = {Status.PREPARING: "blue", Status.RETURNING: "green", Status.CLOSED: "grey"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    placement = models.OneToOneField(Placement, models.PROTECT, related_name="plan")
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="plans")
    route = models.CharField(max_length=20, choices=Route)
    first_target = models.ForeignKey(HalfTerm, models.PROTECT, related_name="+")
    target = models.ForeignKey(HalfTerm, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PREPARING)
    attempt = models.PositiveSmallIntegerField(default=1)
    receiving_school = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    receiving_place = models.CharField(max_length=200, blank=True)
    coordinator = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    school_coordinator = models.CharField(max_length=200, blank=True)
    barriers = models.TextField(max_length=4000, blank=True)
    goals = models.TextField(max_length=4000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    outcome_words = models.TextField(max_length=2000, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["target__year", "target__number", "pupil__surname", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="reintegration_plan_status_is_known",
                violation_error_message="A plan is prepared, in the weeks of return, or closed.",
            ),
            models.CheckConstraint(
                condition=Q(route__in=PLANNED_ROUTES),
                name="reintegration_plan_route_is_known",
                violation_error_code="route",
                violation_error_message="Choose where the way leads.",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED, closed_on__isnull=False)
                & Q(outcome__in=Outcome.values)
                | ~Q(status=Status.CLOSED) & Q(outcome="", closed_on__isnull=True),
                name="reintegration_plan_closed_with_its_outcome",
                violation_error_code="outcome",
                violation_error_message="A closed plan has its outcome and its day.",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RETURNING)
                | Q(receiving_school__isnull=False)
                | ~Q(receiving_place=""),
                name="reintegration_plan_returns_to_somewhere",
                violation_error_code="receiving_school",
                violation_error_message="Name the receiving school before the weeks begin.",
            ),
            models.CheckConstraint(
                condition=Q(receiving_school__isnull=True) | Q(receiving_place=""),
                name="reintegration_plan_one_receiving_place",
                violation_error_code="receiving_place",
                violation_error_message="Choose a school of the list or name another place, "
                "not both.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="three_gates_open_the_return",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__status="returning"),
                func=f"""
                    IF (SELECT count(DISTINCT kind) FROM reintegration_gate
                        WHERE plan_id = NEW.id AND attempt = NEW.attempt) < {GATES} THEN
                        RAISE EXCEPTION 'Three gates are passed before the weeks of return begin'
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'reintegration_plan_three_gates_open_the_return';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - a number of ours
            ),
        ]

    def __str__(self) -> str:
        return f"Plan for {self.pupil}"

    def get_absolute_url(self) -> str:
        """Return the address of the plan's page."""
        return reverse("reporting:plan", args=[self.uid])

    @property
    def reference(self) -> str:
        """Return the number that people say on the telephone."""
        return f"W-{self.pk or 0:06d}"

    @property
    def destination(self) -> str:
        """Return where the way leads, in words."""
        if self.receiving_school:
            return self.receiving_school.name
        return self.receiving_place or "Not named so far"

    @property
    def is_open(self) -> bool:
        """Tell whether something can still happen to it."""
        return self.status != Status.CLOSED

    def is_late(self, today: date) -> bool:
        """Tell whether the half term of return is over and the plan is not closed."""
        return self.is_open and self.target.ends_on <= today


class TargetChangeQuerySet(ChildQuerySet):
    """Changes of the half term of return, within reach."""

    reach = Reach(pupil="plan__pupil", school=ON_ROLL, provider="plan__placement__provider")


class TargetChange(models.Model):
    """The half term of return was moved: from which to which, why, by whom. Append-only."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="target_changes")
    before = models.ForeignKey(HalfTerm, models.PROTECT, related_name="+")
    after = models.ForeignKey(HalfTerm, models.PROTECT, related_name="+")
    reason = models.TextField(max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = TargetChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="reintegration_targetchange_has_a_reason",
                violation_error_code="reason",
                violation_error_message="Say why the half term of return changes.",
            ),
            models.CheckConstraint(
                condition=~Q(before=models.F("after")),
                name="reintegration_targetchange_changes_something",
                violation_error_code="target",
                violation_error_message="Choose another half term than the one that holds.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"From {self.before} to {self.after}"
