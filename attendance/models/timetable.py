"""A part-time timetable: agreed for a time, reviewed, and over on its day. Never renewed in silence.

Regulation 11(6) of the School Attendance (Pupil Registration) (England) Regulations 2024: because
of exceptional circumstances, the school and a parent the pupil lives with agree at which times the
pupil is absent. Guidance adds reviews, the day on which full time is expected, and that it must
not be used to manage behaviour (reference 1.3).
"""

import uuid
from datetime import date, timedelta
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.models.calendar import DateRange, SameNumber
from apsystem.lib.calendar import pattern_words, session_bit
from apsystem.lib.conditions import Condition
from attendance.models.rule import Hours, TimetableRule
from placements.models import EVERY_SESSION, RUNNING, Placement
from pupils.models import ON_ROLL, ChildQuerySet, Reach

SOON = timedelta(days=14)
# Whether a timetable, by its first day, the day it is over and its pattern, leaves a session out.
LEAVES_OUT = "{0} <= %s AND {1} > %s AND {2} & %s = 0"


def waits(rule: TimetableRule | None) -> list[tuple[str, str]]:
    """Return what the list of timetables can be narrowed to, in words."""
    long = f"Part-time for more than {rule.long_weeks} weeks" if rule and rule.long_weeks else ""
    return [
        ("", "All that go on"),
        ("missed", "Review missed"),
        ("review", "Review due today or missed"),
        *([("long", long)] if long else []),
        ("ending", "Full time expected in the next 14 days"),
        ("past", "Full time was expected, and nobody recorded how it ended"),
        ("over", "All that are over"),
    ]


class Outcome(models.TextChoices):
    """How a part-time timetable ended."""

    FULL_TIME = "full time", "Full time again"
    RENEWED = "renewed", "A new timetable was agreed"
    PLACEMENT_ENDED = "placement ended", "The placement ended"
    TAKEN_BACK = "taken back", "The agreement was taken back"


class TimetableQuerySet(ChildQuerySet):
    """Timetables within reach: a provider sees those of its own placements."""

    reach = Reach(
        pupil="placement__pupil", school=ON_ROLL, provider="placement__provider", dated="starts_on"
    )

    def in_force(self, on: date) -> Self:
        """Keep those in force on a day."""
        return self.filter(starts_on__lte=on, ends_on__gt=on)

    def leaving_out(self, on: date, session: int) -> Self:
        """Keep those in force whose pattern does not hold the session of the day."""
        columns = (F("starts_on"), F("ends_on"), F("sessions"))
        given = (on, on, session_bit(on, session))
        return self.filter(Condition(LEAVES_OUT, *columns, given=given))

    def running(self, today: date) -> Self:
        """Keep those that are not over: in force, or agreed and to come."""
        return self.filter(ends_on__gt=today, placement__status__in=RUNNING)

    def outlived(self, today: date) -> Self:
        """Keep those that are over, and of which nobody recorded how they ended."""
        return self.filter(ends_on__lte=today, outcome="")

    def ending_by(self, on: date, today: date) -> Self:
        """Keep those that are not over, and will be on or before a day."""
        return self.running(today).filter(ends_on__lte=on)

    def review_due(self, by: date, today: date) -> Self:
        """Keep those not over whose next review is due on or before a day."""
        waiting = TimetableReview.objects.filter(held_on=None, due_on__lte=by)
        return self.running(today).filter(pk__in=waiting.values("timetable"))

    def longer_than(self, weeks: int, today: date) -> Self:
        """Keep those in force with which the pupil has been part-time for more than some weeks.

        Those that follow one another count as one time. Today is the last day that counts, as it
        is for the figure of those that last long.
        """
        begun = today - timedelta(weeks=weeks)
        return self.running(today).in_force(today).filter(part_time_since__lte=begun)

    def waiting_for(self, what: str, today: date, rule: TimetableRule | None) -> Self:
        """Keep what a filter asks for; without one, or with an unknown one, those not over."""
        if what == "missed":
            return self.review_due(today - timedelta(days=1), today)
        if what == "review":
            return self.review_due(today, today)
        if what == "ending":
            return self.ending_by(today + SOON, today)
        if what == "past":
            return self.outlived(today)
        if what == "long" and rule and rule.long_weeks:
            return self.longer_than(rule.long_weeks, today)
        return self.filter(ends_on__lte=today) if what == "over" else self.running(today)

    def with_names(self) -> Self:
        """Fetch with them what a list shows: names, and the day of the next review."""
        waiting = TimetableReview.objects.filter(timetable=OuterRef("pk"), held_on=None)
        return self.select_related(
            "placement__pupil", "placement__provider", "placement__home_school"
        ).annotate(next_review_on=Subquery(waiting.values("due_on")[:1]))


@pghistory.track()
class PartTimeTimetable(models.Model):
    """The sessions of a week at which a pupil is taught for a time, from `starts_on` on.

    It is over on `ends_on`, which is `full_time_on`, the day on which full time is expected, unless
    it is ended earlier. `sessions` is a bit pattern like the placement's, and part of it.
    `part_time_since` is the first day of the oldest timetable that this one goes on from.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    placement = models.ForeignKey(Placement, models.PROTECT, related_name="timetables")
    follows = models.OneToOneField(
        "self", models.PROTECT, related_name="followed_by", null=True, blank=True
    )
    sessions = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=2000)
    school_agreed_by = models.CharField(max_length=150)
    school_agreed_on = models.DateField()
    parent_agreed_by = models.CharField(max_length=150)
    parent_agreed_on = models.DateField()
    starts_on = models.DateField()
    full_time_on = models.DateField()
    ends_on = models.DateField()
    part_time_since = models.DateField()
    social_worker_told_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    outcome_words = models.TextField(max_length=2000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = TimetableQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sessions__gte=1, sessions__lt=EVERY_SESSION),
                name="attendance_parttimetimetable_is_part_of_a_week",
                violation_error_code="weekly",
                violation_error_message="A part-time timetable has one session a week at least, "
                "and fewer than all.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="attendance_parttimetimetable_says_why",
                violation_error_code="reason",
                violation_error_message="Say which exceptional circumstances make it necessary.",
            ),
            models.CheckConstraint(
                condition=~Q(school_agreed_by="") & Q(school_agreed_on__lte=F("starts_on")),
                name="attendance_parttimetimetable_agreed_by_the_school",
                violation_error_code="school_agreed_on",
                violation_error_message="The school agrees before the first day, by a person with "
                "a name.",
            ),
            models.CheckConstraint(
                condition=~Q(parent_agreed_by="") & Q(parent_agreed_on__lte=F("starts_on")),
                name="attendance_parttimetimetable_agreed_by_a_parent",
                violation_error_code="parent_agreed_on",
                violation_error_message="A parent the pupil lives with agrees before the first "
                "day.",
            ),
            models.CheckConstraint(
                condition=Q(full_time_on__gt=F("starts_on")),
                name="attendance_parttimetimetable_full_time_after_it_starts",
                violation_error_code="full_time_on",
                violation_error_message="Full time is expected after the first day.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), ends_on__lte=F("full_time_on")),
                name="attendance_parttimetimetable_over_when_full_time_is_expected",
                violation_error_code="ends_on",
                violation_error_message="It is over on the day on which full time is expected, or "
                "earlier. To go on longer, agree a new timetable.",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values) | Q(outcome="", ends_on=F("full_time_on")),
                name="attendance_parttimetimetable_ends_early_with_an_outcome",
                violation_error_code="outcome",
                violation_error_message="Choose how the timetable ended.",
            ),
            models.CheckConstraint(
                condition=Q(part_time_since=F("starts_on"), follows=None)
                | Q(part_time_since__lt=F("starts_on"), follows__isnull=False),
                name="attendance_parttimetimetable_part_time_since_the_first",
                violation_error_message="A timetable that follows another goes on from its first "
                "day.",
            ),
            ExclusionConstraint(
                name="attendance_parttimetimetable_none_overlap",
                expressions=[
                    (SameNumber("placement"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_code="starts_on",
                violation_error_message="Another part-time timetable of this placement covers "
                "these days. End that one first, or agree a new one that follows it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Part-time timetable from {self.starts_on.day} {self.starts_on:%B %Y}"

    @property
    def last_day(self) -> date:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1)

    @property
    def sessions_words(self) -> str:
        """Return the weekly pattern in words."""
        return pattern_words(self.sessions)

    @property
    def left_out_words(self) -> str:
        """Return the sessions of the placement that it leaves out, in words."""
        return pattern_words(self.placement.sessions & ~self.sessions)

    @property
    def is_over(self) -> bool:
        """Tell whether the last day has passed."""
        return self.ends_on <= localdate()

    def hours(self, rule: TimetableRule | None) -> Hours | None:
        """Return the hours that it holds and leaves out; None where no rule says how long."""
        return (
            rule.hours(self.sessions & self.placement.sessions, self.placement.sessions)
            if rule
            else None
        )


class ReviewOutcome(models.TextChoices):
    """What a review of a timetable agrees."""

    CONTINUE = "continue", "Continue as agreed"
    CHANGE = "change", "Agree a new timetable"
    FULL_TIME = "full time", "Full time earlier than agreed"


class Came(models.TextChoices):
    """Who can come to a review."""

    PUPIL = "pupil", "The pupil"
    PARENT = "parent", "A parent"
    SCHOOL = "school", "The home school"
    PROVIDER = "provider", "The provider"
    SOCIAL_WORKER = "social worker", "The social worker"
    COUNCIL = "council", "The council"
    OTHER = "other", "Somebody else"


class TimetableReviewQuerySet(ChildQuerySet):
    """Reviews of timetables within reach."""

    reach = Reach(
        pupil="timetable__placement__pupil",
        school=ON_ROLL,
        provider="timetable__placement__provider",
        dated="due_on",
    )

    def held(self) -> Self:
        """Keep those that took place."""
        return self.filter(held_on__isnull=False)

    def told(self) -> Self:
        """Order as a page shows them, and fetch who recorded them."""
        return self.select_related("recorded_by").order_by("-due_on", "-pk")


@pghistory.track()
class TimetableReview(models.Model):
    """A review of a part-time timetable: when it is due, and, once held, what was agreed."""

    timetable = models.ForeignKey(PartTimeTimetable, models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    came = ArrayField(models.CharField(max_length=20, choices=Came), default=list, blank=True)
    outcome = models.CharField(max_length=20, choices=ReviewOutcome, blank=True)
    words = models.TextField(max_length=2000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    objects = TimetableReviewQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["timetable"],
                condition=Q(held_on=None),
                name="attendance_timetablereview_one_waits",
                violation_error_message="The next review of this timetable is set already.",
            ),
            models.UniqueConstraint(
                fields=["timetable", "held_on"],
                name="attendance_timetablereview_one_a_day",
                violation_error_code="held_on",
                violation_error_message="A review on this day is recorded already.",
            ),
            models.CheckConstraint(
                condition=Q(
                    held_on=None, outcome="", came__len=0, recorded_by=None, recorded_at=None
                )
                | Q(
                    held_on__isnull=False,
                    outcome__in=ReviewOutcome.values,
                    came__len__gt=0,
                    recorded_by__isnull=False,
                    recorded_at__isnull=False,
                ),
                name="attendance_timetablereview_whole_when_held",
                violation_error_code="outcome",
                violation_error_message="A review that was held says who came and what was "
                "agreed.",
            ),
            models.CheckConstraint(
                condition=Q(came__contained_by=Came.values),
                name="attendance_timetablereview_came_is_known",
                violation_error_code="came",
                violation_error_message="Choose from the list who came.",
            ),
        ]

    def __str__(self) -> str:
        day = self.held_on or self.due_on
        return f"Review {'on' if self.held_on else 'due on'} {day.day} {day:%B %Y}"

    @property
    def is_missed(self) -> bool:
        """Tell whether the day has passed and nobody recorded the review."""
        return self.held_on is None and self.due_on < localdate()

    @property
    def came_words(self) -> str:
        """Return who came, in words."""
        return ", ".join(str(Came(who).label) for who in self.came)
