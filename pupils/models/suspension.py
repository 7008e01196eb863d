"""A suspension: a pupil may not come for a set time. What must follow, and by when.

Law and guidance: reference 2, docs/sources.md. A session is half a school day.
"""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Sum, When
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Clock, Organisation, SchoolCalendar, User
from accounts.models.calendar import DateRange, SameNumber
from accounts.permissions import REACH_ALL, REACH_PROVIDER, REACH_SCHOOL
from apsystem.lib.calendar import SESSIONS_A_DAY, academic_year, year_bounds
from apsystem.lib.gds import day
from pupils.models.care import CareStatus
from pupils.models.codes import WITH_SOCIAL_WORKER, BoardResult, SuspensionKind
from pupils.models.pupil import Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach
from pupils.models.reason import ReasonsMixin, reasons_in_order

EDUCATED_BY_SCHOOL = "Education from day 6, arranged by the school"
BOARD_MEETS = "Governing board meets"
MOST_DAYS = 45  # in one school year, across schools
MOST_SESSIONS = MOST_DAYS * SESSIONS_A_DAY
LONG_DAYS = 5  # over five consecutive days: education from the sixth; over five in a term: board
VERY_LONG_DAYS = 15  # over fifteen days in a term: the board meets whatever the parents say


def days_words(sessions: int) -> str:
    """Return sessions as school days, in words: 'half a school day', '2.5 school days'."""
    if sessions == 1:
        return "half a school day"
    days = Decimal(sessions) / SESSIONS_A_DAY
    number = str(days.quantize(Decimal("0.1"))).removesuffix(".0")
    return f"{number} school day" if sessions == SESSIONS_A_DAY else f"{number} school days"


def tell_clock(
    calendar: SchoolCalendar, untold: list[str], first_day: date, today: date, place: int
) -> Clock:
    """Return the clock of a notice: without delay, which is the first day at the latest."""
    return Clock(
        f"Tell {', '.join(untold)}",
        first_day,
        calendar.between(today, first_day, place),
        "without delay, so on the first day at the latest",
    )


def with_social_worker(user: User, day: str) -> Exists:
    """Return whether a row's child had a social worker on a day of the row, for all a person knows.

    Who may not know of social care reads it as no.
    """
    care = CareStatus.objects.as_user(user).filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef(day)),
        pupil=OuterRef("pupil"),
        kind__in=WITH_SOCIAL_WORKER,
        starts_on__lte=OuterRef(day),
    )
    return Exists(care)


class SuspensionQuerySet(ChildQuerySet):
    """Suspensions within reach: those of the children on the roll, whichever school gave them.

    The 45 days count across schools, so each school sees them all.
    """

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL, dated="starts_on")

    def whole(self, user: User) -> Self:
        """Fetch with them what lists show, and whether the child had a social worker then."""
        return self.select_related("pupil", "school", "reason_1").annotate(
            has_social_worker=with_social_worker(user, "starts_on")
        )

    def changeable_by(self, user: User) -> Self:
        """Keep those of the person's own school; for people of the council, all within reach."""
        if user.roles & REACH_ALL:
            return self
        return self.filter(school__in=user.organisations_as(REACH_SCHOOL | REACH_PROVIDER))

    def not_cancelled(self) -> Self:
        """Keep those that stand: the ones that counts of suspensions count."""
        return self.filter(cancelled_on=None)

    def in_window(self, start: date, end: date) -> Self:
        """Keep those whose first day lies from start up to, but not on, end."""
        return self.filter(starts_on__gte=start, starts_on__lt=end)

    def in_year(self, year: int) -> Self:
        """Keep those that begin in an academic year."""
        return self.in_window(*year_bounds(year))

    def sessions_counted(self) -> int:
        """Return the sessions that count to the 45 days: of a cancelled one, those served."""
        counted = Case(When(cancelled_on=None, then=F("sessions")), default=F("sessions_served"))
        return self.aggregate(total=Sum(counted))["total"] or 0

    def to_tell(self, user: User) -> Self:
        """Keep those of which somebody who must be told is not recorded as told, for all one knows.

        What came from a file is left out: the file does not say who was told.
        """
        untold = Q(parents_told_on=None) | Q(authority_told_on=None)
        untold |= Q(with_social_worker(user, "starts_on")) & (
            Q(social_worker_told_on=None) | Q(virtual_school_told_on=None)
        )
        return self.not_cancelled().filter(untold, is_imported=False)

    def without_education(self, today: date) -> Self:
        """Keep those that last beyond the fifth day with no education recorded for the sixth."""
        rows = self.not_cancelled().filter(day_six_on__isnull=False, provision_from=None)
        return rows.filter(back_on__gt=today)

    def awaiting_board(self) -> Self:
        """Keep those that a governing board must consider, and has not. Not those from a file."""
        rows = self.not_cancelled().filter(board_by__isnull=False, is_imported=False)
        return rows.filter(board_met_on=None)

    def narrowed(
        self, user: User, *, school: str = "", year: str = "", waits: str = "", state: str = ""
    ) -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all."""
        rows = self
        if school.isdecimal() and len(school) <= 9:  # noqa: PLR2004 - what a key can hold
            rows = rows.filter(school=int(school))
        if year.isdecimal() and len(year) == len("2026"):
            rows = rows.in_year(int(year)) if 2000 <= int(year) <= 2100 else rows  # noqa: PLR2004
        rows = {
            "tell": lambda: rows.to_tell(user),
            "education": lambda: rows.without_education(localdate()),
            "board": rows.awaiting_board,
        }.get(waits, lambda: rows)()
        if state == "cancelled":
            return rows.filter(cancelled_on__isnull=False)
        return rows.not_cancelled() if state == "standing" else rows


@pghistory.track()
class Suspension(ReasonsMixin):
    """One suspension, from `starts_on` up to, not on, `back_on`, the first day back.

    `sessions` are half school days, and lunchtimes where it is for lunchtimes: each counts as half
    a day. A cancelled one is kept, and the sessions that were served still count to the 45 days.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="suspensions")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(
        max_length=4, choices=SuspensionKind, default=SuspensionKind.SUSPENSION
    )
    starts_on = models.DateField()
    sessions = models.PositiveSmallIntegerField()
    back_on = models.DateField()
    cancelled_on = models.DateField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=500, blank=True)
    sessions_served = models.PositiveSmallIntegerField(null=True, blank=True)
    representations_on = models.DateField(null=True, blank=True)
    board_result = models.CharField(max_length=20, choices=BoardResult, blank=True)
    is_imported = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, help_text="Grows with each change.")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SuspensionKind.values),
                name="pupils_suspension_kind_is_known",
                violation_error_code="kind",
                violation_error_message="Choose what the pupil is suspended from.",
            ),
            models.CheckConstraint(
                condition=Q(sessions__gte=1, sessions__lte=MOST_SESSIONS),
                name="pupils_suspension_sessions_fit_45_days",
                violation_error_code="sessions",
                violation_error_message="Enter 1 to 90 half days: 45 school days are the most.",
            ),
            models.CheckConstraint(
                condition=Q(back_on__gt=F("starts_on")),
                name="pupils_suspension_back_after_it_starts",
                violation_error_code="back_on",
                violation_error_message="The first day back must come after the first day.",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on=None, cancelled_because="", sessions_served=None)
                | Q(
                    cancelled_on__isnull=False,
                    sessions_served__isnull=False,
                    sessions_served__lte=F("sessions"),
                )
                & ~Q(cancelled_because=""),
                name="pupils_suspension_cancelled_whole",
                violation_error_code="sessions_served",
                violation_error_message="A cancelled suspension has its day, the reason, and how "
                "many half days were served: not more than it had.",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on=None) | Q(board_met_on=None),
                name="pupils_suspension_cancelled_before_the_board_met",
                violation_error_code="cancelled_on",
                violation_error_message="The governing board has met, so it cannot be cancelled.",
            ),
            models.CheckConstraint(
                condition=Q(board_met_on=None, board_result="")
                | Q(board_met_on__isnull=False, board_result__in=BoardResult.values),
                name="pupils_suspension_board_is_whole",
                violation_error_code="board_result",
                violation_error_message="Enter both: the day of the meeting, and its result.",
            ),
            models.CheckConstraint(
                condition=Q(provision_from=None) | Q(provision_from__gte=F("starts_on")),
                name="pupils_suspension_education_after_it_starts",
                violation_error_code="provision_from",
                violation_error_message="Education cannot begin before the suspension.",
            ),
            models.CheckConstraint(
                condition=Q(is_imported=True) | Q(recorded_by__isnull=False),
                name="pupils_suspension_somebody_recorded_it",
                violation_error_message="Say who records it.",
            ),
            *reasons_in_order("suspension"),
            ExclusionConstraint(
                name="pupils_suspension_none_overlap",
                expressions=[
                    (SameNumber("pupil"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "back_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_on=None),
                violation_error_code="starts_on",
                violation_error_message="The pupil is suspended already in that time. One "
                "suspension ends before the next begins.",
            ),
        ]
        indexes = [
            models.Index(fields=["pupil", "starts_on"], name="pupils_suspension_of_pupil"),
            models.Index(fields=["school", "starts_on"], name="pupils_suspension_of_school"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.length}"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("pupils:suspension", args=[self.uid])

    @property
    def length(self) -> str:
        """Return how long it is, in words."""
        if self.kind == SuspensionKind.LUNCHTIME:
            return f"{self.sessions} lunchtime{'' if self.sessions == 1 else 's'}"
        return days_words(self.sessions)

    @property
    def last_day(self) -> date:
        """Return the day before the first day back."""
        return self.back_on - timedelta(days=1)

    @property
    def counted(self) -> int:
        """Return the sessions that count to the 45 days: `sessions_counted` for one row."""
        return self.sessions if self.cancelled_on is None else self.sessions_served or 0

    @property
    def year(self) -> int:
        """Return the academic year in which it counts."""
        return academic_year(self.starts_on)

    @property
    def waiting(self) -> list[str]:
        """Return what is still to be done, in words, for rows that `whole` fetched."""
        if self.cancelled_on:
            return []
        found = []
        untold = self.to_tell(has_social_worker=getattr(self, "has_social_worker", False))
        if untold and not self.is_imported:
            found.append(f"Tell {', '.join(untold)}")
        if self.day_six_on and not self.provision_from and self.back_on > localdate():
            found.append(f"Education from {day(self.day_six_on)}")
        if self.board_by and not self.board_met_on and not self.is_imported:
            found.append(f"Governing board by {day(self.board_by)}")
        return found

    def clocks(
        self, calendar: SchoolCalendar, *, has_social_worker: bool, today: date | None = None
    ) -> list[Clock]:
        """Return what runs: the notices, education from the sixth day, the governing board."""
        today, found, place = today or localdate(), [], self.school_id
        if self.cancelled_on:
            return []
        if untold := self.to_tell(has_social_worker=has_social_worker):
            found.append(tell_clock(calendar, untold, self.starts_on, today, place))
        if self.day_six_on and not self.provision_from:
            aim = "; aim for the first day: the child has a social worker"
            found.append(
                calendar.clock(
                    EDUCATED_BY_SCHOOL,
                    self.starts_on,
                    self.day_six_on,
                    today=today,
                    place=place,
                    source="the sixth school day in a row, the first day is day 1"
                    + (aim if has_social_worker else ""),
                )
            )
        if self.board_by and not self.board_met_on:
            found.append(
                calendar.clock(
                    BOARD_MEETS,
                    self.board_told_on or self.starts_on,
                    self.board_by,
                    today=today,
                    place=place,
                    source="from the day on which the board was told, or the first day",
                )
            )
        return found
