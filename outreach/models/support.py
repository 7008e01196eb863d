"""Support in a school: for one pupil (tier 1), or for the whole school."""

import uuid
from collections.abc import Collection
from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from placements.models import Aspect, Assessment, Placement
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach


class Kind(models.TextChoices):
    """For whom support is."""

    PUPIL = "pupil", "For a pupil"
    SCHOOL = "school", "For the whole school"


class Focus(models.TextChoices):
    """What work with a whole school is about (the strategy's priority 3)."""

    TRAUMA = "trauma", "Trauma-informed practice"
    TRAINING = "training", "Training of staff"
    POLICY = "policy", "Policies"
    OTHER = "other", "Something else"


class Status(models.TextChoices):
    """Where support stands."""

    PREPARING = "preparing", "To be opened"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


RUNNING = [Status.PREPARING, Status.OPEN]
BEGUN = [Status.OPEN, Status.CLOSED]


class OfSupportQuerySet(ChildQuerySet):
    """Rows of support: of a pupil within reach, or of work with the own school as a whole.

    `support` is the way from the row to the support, empty for support itself.
    """

    support = "support__"
    reach = Reach(pupil="support__pupil", school=ON_ROLL, provider="support__provider")

    def reached_by_school(self, schools: list[int]) -> Q:
        """Add those of work with these schools as a whole."""
        return super().reached_by_school(schools) | self._whole("school", schools)

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Add those of work with schools as a whole that these providers do."""
        return super().reached_by_provider(providers) | self._whole("provider", providers)

    def _whole(self, place: str, places: list[int]) -> Q:
        return Q(**{f"{self.support}kind": Kind.SCHOOL, f"{self.support}{place}__in": places})


class OutreachQuerySet(OfSupportQuerySet):
    """Support within reach."""

    support = ""
    reach = Reach(pupil="pupil", school=ON_ROLL, provider="provider", dated="starts_on")

    def running(self) -> Self:
        """Keep those to be opened and those that are open."""
        return self.filter(status__in=RUNNING)

    def to_open(self) -> Self:
        """Keep those that wait to be opened."""
        return self.filter(status=Status.PREPARING)

    def running_or(self, also: Collection[int]) -> Self:
        """Keep those to be opened, those that are open, and these."""
        return self.filter(Q(status__in=RUNNING) | Q(pk__in=also))

    def overdue(self, today: date) -> Self:
        """Keep the open ones whose planned last day has passed."""
        return self.filter(status=Status.OPEN, planned_last_day__lt=today)

    def with_cycle_to_review(self, by: date) -> Self:
        """Keep the open ones with a cycle whose review is due on a day or earlier."""
        due = self.filter(cycles__judgement="", cycles__review_on__lte=by)
        return due.filter(status=Status.OPEN).distinct()

    def of_pupils(self) -> Self:
        """Keep those for a pupil."""
        return self.filter(kind=Kind.PUPIL)

    def narrowed(
        self, *, status: str = "", kind: str = "", whose: str = "", school: str = ""
    ) -> Self:
        """Keep what a filter asks for; without a status those that run."""
        rows = self.filter(status=status) if status in Status.values else self.running()
        if status == "late":
            rows = rows.overdue(timezone.localdate())
        if status == "review":
            rows = rows.with_cycle_to_review(timezone.localdate())
        if kind in Kind.values:
            rows = rows.filter(kind=kind)
        if whose == "nobody":
            rows = rows.filter(worker=None)
        elif whose:
            rows = rows.filter(worker__uid=whose)
        return rows.filter(school__uid=school) if school else rows

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "school", "provider", "worker")


def _measured(aspect: str, when: str) -> Q:
    """Return the rule: an assessment, or a reason why there is none, and not both."""
    scores, reason = f"{aspect}_{when}", f"no_{aspect}_{when}"
    is_measured = Q(**{f"{scores}__isnull": False, reason: ""})
    return is_measured | Q(**{f"{scores}__isnull": True}) & ~Q(**{reason: ""})


def _nothing(when: str) -> Q:
    """Return the rule: nothing is said of either aspect."""
    empty = Q()
    for aspect in Aspect.values:
        empty &= Q(**{f"{aspect}_{when}__isnull": True, f"no_{aspect}_{when}": ""})
    return empty


def _scores() -> models.ForeignKey:
    return models.ForeignKey(Assessment, models.PROTECT, related_name="+", null=True, blank=True)


@pghistory.track()
class Support(WorkflowModel):
    """An intervention of tier 1, from `starts_on` to `ended_on`, which is its last day.

    What follows is counted from the day after `ended_on`: twelve months end on, not with, the same
    day of the next year. The scores are of the pupil's SEMH needs and of access to the curriculum,
    each before and after; where there are none, the reason stands instead and is counted.
    """

    MOVES = moves(
        ("open", {Status.PREPARING}, Status.OPEN, Permission.OUTREACH_WORK),
        ("close", {Status.OPEN}, Status.CLOSED, Permission.OUTREACH_WORK),
        ("cancel", set(RUNNING), Status.CANCELLED, Permission.OUTREACH_WORK),
    )
    TAG_COLOURS = {
        Status.PREPARING: "yellow",
        Status.OPEN: "green",
        Status.CLOSED: "grey",
        Status.CANCELLED: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PUPIL)
    pupil = models.ForeignKey(
        Pupil, models.PROTECT, related_name="outreach", null=True, blank=True
    )
    placement = models.OneToOneField(
        Placement, models.PROTECT, related_name="support", null=True, blank=True
    )
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    focus = models.CharField(max_length=10, choices=Focus, blank=True)
    aims = models.TextField(max_length=4000, blank=True)
    worker = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PREPARING)
    starts_on = models.DateField()
    planned_last_day = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    end_words = models.TextField(max_length=4000, blank=True)
    semh_baseline = _scores()
    no_semh_baseline = models.CharField(max_length=300, blank=True)
    semh_exit = _scores()
    no_semh_exit = models.CharField(max_length=300, blank=True)
    curriculum_baseline = _scores()
    no_curriculum_baseline = models.CharField(max_length=300, blank=True)
    curriculum_exit = _scores()
    no_curriculum_exit = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = OutreachQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.PUPIL, pupil__isnull=False, focus="")
                | Q(kind=Kind.SCHOOL, pupil__isnull=True, focus__in=Focus.values)
                & Q(placement__isnull=True),
                name="outreach_support_for_a_pupil_or_a_school",
                violation_error_code="focus",
                violation_error_message="Support is for one pupil, or for a whole school with what "
                "it is about.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.PREPARING, Status.CANCELLED])
                | ~Q(aims="") & Q(worker__isnull=False, planned_last_day__isnull=False),
                name="outreach_support_open_with_aims_and_a_worker",
                violation_error_code="aims",
                violation_error_message="Open support has aims, a worker and a planned last day.",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.PREPARING) & _nothing("baseline")
                | Q(status=Status.CANCELLED)
                | Q(kind=Kind.SCHOOL) & _nothing("baseline")
                | Q(kind=Kind.PUPIL, status__in=BEGUN)
                & _measured("semh", "baseline")
                & _measured("curriculum", "baseline"),
                name="outreach_support_opens_with_a_baseline",
                violation_error_code="semh_baseline",
                violation_error_message="Choose a baseline for each of the two, or say why there "
                "is none.",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CLOSED) & _nothing("exit")
                | Q(kind=Kind.SCHOOL) & _nothing("exit")
                | Q(kind=Kind.PUPIL, status=Status.CLOSED)
                & _measured("semh", "exit")
                & _measured("curriculum", "exit"),
                name="outreach_support_closes_with_an_exit",
                violation_error_code="semh_exit",
                violation_error_message="Choose an exit assessment for each of the two, or say why "
                "there is none.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RUNNING, ended_on__isnull=True, end_words="")
                | Q(status=Status.CLOSED, ended_on__gte=F("starts_on")) & ~Q(end_words="")
                | Q(status=Status.CANCELLED) & ~Q(end_words=""),
                name="outreach_support_ends_with_a_day_and_words",
                violation_error_code="ended_on",
                violation_error_message="Closed support has a last day, not before the first, and "
                "what came of it; cancelled support has a reason.",
            ),
            models.CheckConstraint(
                condition=Q(planned_last_day__isnull=True)
                | Q(planned_last_day__gte=F("starts_on")),
                name="outreach_support_planned_to_end_after_it_starts",
                violation_error_code="planned_last_day",
                violation_error_message="The planned last day must not be before the first day.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ended_on"],
                name="outreach_support_ended",
                condition=Q(status="closed", kind="pupil"),
            )
        ]

    def __str__(self) -> str:
        return f"Outreach {self.reference}"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("outreach:support", args=[self.uid])

    @property
    def reference(self) -> str:
        """Return the number that people say on the telephone."""
        return f"O-{self.pk or 0:06d}"

    @property
    def subject(self) -> str:
        """Return whom or what it is for, as lists show it."""
        return str(self.pupil) if self.pupil else f"{self.school}: {self.get_focus_display()}"

    @property
    def is_running(self) -> bool:
        """Tell whether something can still happen to it."""
        return self.status in RUNNING

    @property
    def is_late(self) -> bool:
        """Tell whether it is open beyond its planned last day."""
        planned = self.planned_last_day
        return self.status == Status.OPEN and bool(planned and planned < timezone.localdate())

    @property
    def followed_from(self) -> date | None:
        """Return the first day of the twelve months afterwards; None while it runs."""
        return self.ended_on + timedelta(days=1) if self.ended_on else None
