"""The attendance contract: what a young person, the parent and the place agree, and its targets.

The council's strategy asks for attendance meetings with contracts in place and fortnightly reviews.
"""

import uuid
from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Count, DateField, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from accounts.models import SchoolCalendar, User
from accounts.models.clocks import Clock
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from apsystem.lib.calendar import academic_year, year_bounds
from attendance.models.code import ABSENT_KINDS, PRESENT_KINDS, codes_of
from attendance.models.mark import Mark
from attendance.models.share import Share
from placements.models import Placement
from placements.models.rule import LONGEST_HALF_TERM
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach

NOBODY = "nobody"


class Status(models.TextChoices):
    """Where a contract stands."""

    DRAFT = "draft", "To be agreed"
    AGREED = "agreed", "Agreed"
    MET = "met", "Target met"
    ENDED = "ended", "Ended"


RUNNING = [Status.DRAFT, Status.AGREED]
OVER = [Status.MET, Status.ENDED]


class Answer(models.TextChoices):
    """What the young person says to the contract."""

    YES = "yes", "Agrees"
    NO = "no", "Does not agree"


class SupportQuerySet(ChildQuerySet):
    """Rows of a contract. A provider sees those of its own placements, and those of none.

    `placed` is the way from the row to the placement.
    """

    placed = "placement"

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Leave out what belongs to placements at other providers."""
        own = Q(**{f"{self.placed}__isnull": True}) | Q(
            **{f"{self.placed}__provider__in": providers}
        )
        return super().reached_by_provider(providers) & own


class SupportPlanQuerySet(SupportQuerySet):
    """Contracts within reach, and the filters of the caseload, each worded once."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL, dated="opened_on")

    def running(self) -> Self:
        """Keep those that are neither met nor ended."""
        return self.filter(status__in=RUNNING)

    def to_agree(self) -> Self:
        """Keep the drafts."""
        return self.filter(status=Status.DRAFT)

    def agreed(self) -> Self:
        """Keep those that are agreed and go on."""
        return self.filter(status=Status.AGREED)

    def review_due(self, by: date) -> Self:
        """Keep those whose open review is due on a day or earlier. Each has one open review."""
        return self.agreed().filter(
            reviews__held_on=None, reviews__dropped_on=None, reviews__due_on__lte=by
        )

    def due_on(self, day: date) -> Self:
        """Keep those whose review is due on this very day."""
        return self.review_due(day).filter(reviews__held_on=None, reviews__due_on=day)

    def overdue(self, today: date) -> Self:
        """Keep those whose review was due before a day."""
        return self.agreed().filter(
            reviews__held_on=None, reviews__dropped_on=None, reviews__due_on__lt=today
        )

    def narrowed(
        self, *, status: str = "", due: str = "", whose: str = "", provider: str = ""
    ) -> Self:
        """Keep what a filter asks for; without a status those that run."""
        today = localdate()
        rows = self.filter(status=status) if status in Status.values else self
        rows = rows.running() if not status else rows
        if due == "today":
            rows = rows.due_on(today)
        elif due == "overdue":
            rows = rows.overdue(today)
        elif due == "now":
            rows = rows.review_due(today)
        if whose == NOBODY:
            rows = rows.filter(owner=None)
        elif whose:
            rows = rows.filter(owner__uid=whose)
        return rows.filter(placement__provider__uid=provider) if provider else rows

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "placement__provider", "owner")

    def with_reviews(self) -> Self:
        """Tell of each when the last review was held, and when the next one is due."""
        reviews = self.model._meta.get_field("reviews").related_model.objects  # type: ignore[union-attr]
        rows = reviews.filter(plan=OuterRef("pk")).order_by()
        held = rows.filter(held_on__isnull=False).order_by("-held_on").values("held_on")
        due = rows.filter(held_on=None, dropped_on=None).values("due_on")
        return self.annotate(last_held_on=Subquery(held[:1]), next_due_on=Subquery(due[:1]))

    def by_due(self) -> Self:
        """Order by the day of the next review; drafts, which have none, come last."""
        return self.with_reviews().order_by(F("next_due_on").asc(nulls_last=True), "pk")

    def with_attendance(self, user: User, today: date) -> Self:
        """Count the sessions of each since it was agreed; of a draft, in this academic year.

        Of a contract for a placement those of the placement, of another those of all registers,
        as far as the person may see them.
        """
        start, _ = year_bounds(academic_year(today))
        since = Coalesce(
            OuterRef("agreed_on"), Value(start, output_field=DateField()), output_field=DateField()
        )
        marks = Mark.objects.as_user(user).filter(
            pupil=OuterRef("pupil"),
            placement=Coalesce(OuterRef("placement"), F("placement")),
            date__gte=since,
        )
        until = Coalesce(OuterRef("ended_on"), Value(date.max, output_field=DateField()))
        marks = marks.filter(date__lt=until).order_by()
        present = codes_of(*PRESENT_KINDS)
        possible = present + codes_of(*ABSENT_KINDS)
        return self.annotate(
            now_present=_counted(marks.filter(code__in=present)),
            now_possible=_counted(marks.filter(code__in=possible)),
        )


def _counted(marks: models.QuerySet) -> Coalesce:
    counted = marks.values("pupil").annotate(sessions=Count("pk")).values("sessions")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


# What each side does, the target, the answers: what an agreed contract cannot be without.
_SIDES = ~Q(pupil_will="") & ~Q(parent_will="") & ~Q(place_will="")
_TARGET = Q(target_percent__isnull=False) | ~Q(target_words="")
_HEARD = Q(pupil_answer__in=Answer.values) & ~Q(pupil_words="") | ~Q(pupil_not_asked="")
_PARENT = ~Q(parent_name="") & Q(parent_agreed_on__isnull=False)
_BASELINE = Q(baseline_from__isnull=False, baseline_present__isnull=False) & Q(
    baseline_possible__gte=F("baseline_present")
)


@pghistory.track()
class SupportPlan(WorkflowModel):
    """A contract, from the draft to the day on which its target is met or it ends.

    The baseline is counted from marks when the contract is agreed: the sessions of the academic
    year before `agreed_on`. `review_school_days` is the time from one review to the next.
    """

    MOVES = moves(
        ("agree", {Status.DRAFT}, Status.AGREED, Permission.ATTENDANCE_SUPPORT_OPEN),
        ("meet", {Status.AGREED}, Status.MET, Permission.ATTENDANCE_SUPPORT_OPEN),
        ("end", set(RUNNING), Status.ENDED, Permission.ATTENDANCE_SUPPORT_OPEN),
    )
    TAG_COLOURS = {
        Status.DRAFT: "yellow",
        Status.AGREED: "blue",
        Status.MET: "green",
        Status.ENDED: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="support_plans")
    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="support_plans", null=True, blank=True
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    why = models.TextField(max_length=2000)
    pupil_will = models.TextField(max_length=1000, blank=True)
    parent_will = models.TextField(max_length=1000, blank=True)
    place_will = models.TextField(max_length=1000, blank=True)
    council_will = models.TextField(max_length=1000, blank=True)
    target_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    target_words = models.CharField(max_length=300, blank=True)
    review_school_days = models.PositiveSmallIntegerField()
    pupil_answer = models.CharField(max_length=5, choices=Answer, blank=True)
    pupil_words = models.TextField(max_length=2000, blank=True)
    pupil_not_asked = models.CharField(max_length=300, blank=True)
    parent_name = models.CharField(max_length=200, blank=True)
    parent_agreed_on = models.DateField(null=True, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    baseline_from = models.DateField(null=True, blank=True)
    baseline_present = models.PositiveSmallIntegerField(null=True, blank=True)
    baseline_possible = models.PositiveSmallIntegerField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    end_words = models.TextField(max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with each change.")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_on = models.DateField(default=localdate)
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = SupportPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pupil_answer__in=["", *Answer.values]),
                name="attendance_supportplan_answer_is_known",
                violation_error_code="pupil_answer",
                violation_error_message="Choose whether the young person agrees.",
            ),
            models.CheckConstraint(
                condition=~Q(why=""),
                name="attendance_supportplan_says_why",
                violation_error_code="why",
                violation_error_message="Say why support begins.",
            ),
            models.CheckConstraint(
                condition=Q(target_percent__isnull=True)
                | Q(target_percent__gte=1, target_percent__lte=100),
                name="attendance_supportplan_target_is_a_share",
                violation_error_code="target_percent",
                violation_error_message="Enter a share of sessions from 1 to 100.",
            ),
            models.CheckConstraint(
                condition=Q(review_school_days__gte=1, review_school_days__lte=LONGEST_HALF_TERM),
                name="attendance_supportplan_reviewed_each_half_term",
                violation_error_code="review_school_days",
                violation_error_message="A contract is reviewed at least once a half term: "
                f"enter 1 to {LONGEST_HALF_TERM} school days.",
            ),
            models.UniqueConstraint(
                fields=["pupil"],
                condition=Q(status__in=RUNNING),
                name="attendance_supportplan_one_running_for_a_pupil",
                violation_error_message="This pupil has an attendance contract that is not over. "
                "Open that one, or end it first.",
            ),
            models.CheckConstraint(
                condition=Q(agreed_on__isnull=True, status__in=[Status.DRAFT, Status.ENDED])
                | Q(agreed_on__isnull=False, status__in=[Status.AGREED, *OVER])
                & _SIDES
                & _TARGET
                & _HEARD
                & _PARENT
                & _BASELINE,
                name="attendance_supportplan_whole_when_agreed",
                violation_error_message="An agreed contract says what each side does, the target, "
                "what the young person says, and which parent agreed on which day.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RUNNING, ended_on__isnull=True, end_words="")
                | Q(status__in=OVER, ended_on__isnull=False) & ~Q(end_words=""),
                name="attendance_supportplan_ends_with_a_day_and_words",
                violation_error_message="A contract that is over has its last day and a reason.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | Q(agreed_on__isnull=True)
                | Q(ended_on__gte=F("agreed_on")),
                name="attendance_supportplan_ends_after_it_starts",
                violation_error_code="ended_on",
                violation_error_message="The last day must not be before the first day.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner"],
                name="attendance_support_of_owner",
                condition=Q(status__in=RUNNING),
            )
        ]

    def __str__(self) -> str:
        return f"Attendance contract {self.reference}"

    def next_clock(self, calendar: SchoolCalendar, today: date) -> Clock | None:
        """Return the clock of the next review, and how it was counted. `with_reviews` is read."""
        due = self.next_due_on  # type: ignore[attr-defined]
        if self.status != Status.AGREED or due is None or self.agreed_on is None:
            return None
        place = self.placement.provider_id if self.placement else None
        since = self.last_held_on or self.agreed_on  # type: ignore[attr-defined]
        return calendar.clock("Next review", since, due, today=today, place=place)

    @property
    def reference(self) -> str:
        """Return the name of the contract that names no child."""
        return f"A-{self.pk:06d}"

    @property
    def place(self) -> str:
        """Return where the pupil is, as the list shows it."""
        return self.placement.provider.name if self.placement else "No placement"

    @property
    def is_running(self) -> bool:
        """Tell whether the contract is neither met nor ended."""
        return self.status in RUNNING

    @property
    def baseline(self) -> Share | None:
        """Return the share attended before the contract began."""
        if self.baseline_present is None or self.baseline_possible is None:
            return None
        return Share(self.baseline_present, self.baseline_possible)

    @property
    def now(self) -> Share:
        """Return the share attended since, of rows that `with_attendance` read."""
        return Share(self.now_present, self.now_possible)  # type: ignore[attr-defined]

    @property
    def stands(self) -> str:
        """Say in words whether the target is reached so far."""
        reached = self.now.reaches(self.target_percent)
        if reached is None or not self.agreed_on:
            return ""
        return "target reached" if reached else "below the target"

    @property
    def missing(self) -> list[str]:
        """Return what the draft still needs before it can be agreed."""
        needed = {
            "what the young person will do": self.pupil_will,
            "what the parent will do": self.parent_will,
            "what the school or provider will do": self.place_will,
            "a target": self.target_percent or self.target_words,
        }
        return [words for words, value in needed.items() if not value]
