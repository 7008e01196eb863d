"""A permanent exclusion: what must follow, by when, and where the review of it stands."""

import uuid
from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Clock, Organisation, SchoolCalendar, User
from accounts.permissions import REACH_ALL, REACH_PROVIDER, REACH_SCHOOL
from apsystem.lib.calendar import year_bounds
from apsystem.lib.gds import day
from pupils.models.codes import (
    AFTER_PANEL,
    BEFORE_BOARD,
    NO_PLACE_TO_GO,
    NOT_COUNTED,
    ReviewResult,
)
from pupils.models.pupil import Enrolment, Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach
from pupils.models.reason import ReasonsMixin, reasons_in_order
from pupils.models.suspension import BOARD_MEETS, tell_clock, with_social_worker

EDUCATED_BY_COUNCIL = "Education from day 6, arranged by the council"
ASKED_FOR_PANEL = [ReviewResult.GNO, *AFTER_PANEL]


class PermanentExclusionQuerySet(ChildQuerySet):
    """Permanent exclusions within reach: those of the children on the roll."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL, dated="decided_on")

    def whole(self, user: User) -> Self:
        """Fetch with them what lists show, and whether the child had a social worker then."""
        return self.select_related("pupil", "school", "reason_1").annotate(
            has_social_worker=with_social_worker(user, "effective_on")
        )

    def changeable_by(self, user: User) -> Self:
        """Keep those of the person's own school; for people of the council, all within reach."""
        if user.roles & REACH_ALL:
            return self
        return self.filter(school__in=user.organisations_as(REACH_SCHOOL | REACH_PROVIDER))

    def standing(self) -> Self:
        """Keep those that were neither withdrawn nor ended by an offer of reinstatement."""
        return self.exclude(result__in=NOT_COUNTED)

    def in_window(self, start: date, end: date) -> Self:
        """Keep those that took effect from start up to, but not on, end."""
        return self.filter(effective_on__gte=start, effective_on__lt=end)

    def in_year(self, year: int) -> Self:
        """Keep those that took effect in an academic year."""
        return self.in_window(*year_bounds(year))

    def to_tell(self) -> Self:
        """Keep those of which the parents or the council are not recorded as told."""
        return self.standing().filter(Q(parents_told_on=None) | Q(authority_told_on=None))

    def without_education(self) -> Self:
        """Keep those with no education recorded from the sixth day: neither here nor by a roll."""
        elsewhere = (
            Enrolment.objects.filter(
                pupil=OuterRef("pupil"), starts_on__gte=OuterRef("effective_on")
            )
            .exclude(organisation=OuterRef("school"))
            .exclude(status__in=NO_PLACE_TO_GO)
        )
        return self.standing().filter(~Exists(elsewhere), provision_from=None)

    def awaiting_board(self) -> Self:
        """Keep those that the governing board has not considered."""
        return self.standing().filter(board_met_on=None)

    def narrowed(self, *, school: str = "", year: str = "", waits: str = "") -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all."""
        rows = self
        if school.isdecimal() and len(school) <= 9:  # noqa: PLR2004 - what a key can hold
            rows = rows.filter(school=int(school))
        if year.isdecimal() and len(year) == len("2026"):
            rows = rows.in_year(int(year)) if 2000 <= int(year) <= 2100 else rows  # noqa: PLR2004
        return {
            "tell": rows.to_tell,
            "education": rows.without_education,
            "board": rows.awaiting_board,
        }.get(waits, lambda: rows)()


@pghistory.track()
class PermanentExclusion(ReasonsMixin):
    """One permanent exclusion: decided on a day, in force from `effective_on`.

    `result` says where it stands by the codes of CS105. `day_six_on`, `board_by` and `review_by`
    are counted when the row is saved, and again when the calendar changes.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="permanent_exclusions")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    decided_on = models.DateField()
    effective_on = models.DateField()
    result = models.CharField(max_length=3, choices=ReviewResult, default=ReviewResult.NOG)
    review_by = models.DateField(null=True, blank=True, editable=False)
    review_asked_on = models.DateField(null=True, blank=True)
    review_held_on = models.DateField(null=True, blank=True)
    rescinded_on = models.DateField(null=True, blank=True)
    rescinded_because = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with each change.")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = PermanentExclusionQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_on__gte=F("decided_on")),
                name="pupils_permanentexclusion_decided_first",
                violation_error_code="effective_on",
                violation_error_message="It cannot take effect before it was decided.",
            ),
            models.CheckConstraint(
                condition=Q(result__in=ReviewResult.values),
                name="pupils_permanentexclusion_result_is_known",
                violation_error_code="result",
                violation_error_message="Choose where the review stands.",
            ),
            models.CheckConstraint(
                condition=Q(result__in=BEFORE_BOARD, board_met_on=None)
                | ~Q(result__in=BEFORE_BOARD)
                & Q(board_met_on__gte=F("decided_on"))
                & Q(board_met_on__isnull=False),
                name="pupils_permanentexclusion_board_is_whole",
                violation_error_code="board_met_on",
                violation_error_message="Enter the day on which the governing board met together "
                "with its result: not before the decision.",
            ),
            models.CheckConstraint(
                condition=~Q(result__in=ASKED_FOR_PANEL)
                | Q(review_asked_on__isnull=False, review_asked_on__gte=F("board_met_on")),
                name="pupils_permanentexclusion_review_was_asked_for",
                violation_error_code="review_asked_on",
                violation_error_message="Enter the day on which the independent review was asked "
                "for: not before the board met.",
            ),
            models.CheckConstraint(
                condition=Q(result__in=AFTER_PANEL, review_held_on__isnull=False)
                & Q(review_held_on__gte=F("review_asked_on"))
                | ~Q(result__in=AFTER_PANEL) & Q(review_held_on=None),
                name="pupils_permanentexclusion_panel_is_whole",
                violation_error_code="review_held_on",
                violation_error_message="Enter the day on which the panel met together with its "
                "result: not before the review was asked for.",
            ),
            models.CheckConstraint(
                condition=Q(result=ReviewResult.HWD, rescinded_on__isnull=False)
                & ~Q(rescinded_because="")
                | ~Q(result=ReviewResult.HWD) & Q(rescinded_on=None, rescinded_because=""),
                name="pupils_permanentexclusion_withdrawn_whole",
                violation_error_code="rescinded_on",
                violation_error_message="A withdrawn exclusion has its day and the reason.",
            ),
            models.CheckConstraint(
                condition=Q(provision_from=None) | Q(provision_from__gte=F("effective_on")),
                name="pupils_permanentexclusion_education_after_it",
                violation_error_code="provision_from",
                violation_error_message="Education cannot begin before the exclusion.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "school"],
                condition=~Q(result__in=NOT_COUNTED),
                name="pupils_permanentexclusion_one_by_a_school",
                violation_error_code="decided_on",
                violation_error_message="A permanent exclusion of this pupil by this school is "
                "recorded already.",
            ),
            *reasons_in_order("permanentexclusion"),
        ]
        indexes = [
            models.Index(fields=["effective_on"], name="pupils_permanent_effective"),
        ]

    def __str__(self) -> str:
        return f"Permanent exclusion, {self.effective_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("pupils:exclusion", args=[self.uid])

    @property
    def is_standing(self) -> bool:
        """Tell whether it was neither withdrawn nor ended by an offer of reinstatement."""
        return self.result not in NOT_COUNTED

    @property
    def can_be_withdrawn(self) -> bool:
        """Tell whether the head may still withdraw it: the board has not met."""
        return self.is_standing and self.board_met_on is None

    @property
    def waiting(self) -> list[str]:
        """Return what is still to be done, in words, for rows that `whole` fetched."""
        if not self.is_standing:
            return []
        found = []
        if untold := self.to_tell(has_social_worker=getattr(self, "has_social_worker", False)):
            found.append(f"Tell {', '.join(untold)}")
        if self.board_by and not self.board_met_on:
            found.append(f"Governing board by {day(self.board_by)}")
        return found

    def clocks(
        self, calendar: SchoolCalendar, *, has_social_worker: bool, today: date | None = None
    ) -> list[Clock]:
        """Return what runs: notices, the council's day-6 duty, the board, the parents' time."""
        today, found, place = today or localdate(), [], self.school_id
        if not self.is_standing:
            return []
        if untold := self.to_tell(has_social_worker=has_social_worker):
            found.append(tell_clock(calendar, untold, self.decided_on, today, place))
        aim = "; aim for the first day: the child has a social worker" if has_social_worker else ""
        runs = [
            (
                EDUCATED_BY_COUNCIL,
                self.effective_on,
                None if self.provision_from else self.day_six_on,
                f"section 19 Education Act 1996{aim}",
            ),
            (
                BOARD_MEETS,
                self.board_told_on or self.decided_on,
                None if self.board_met_on else self.board_by,
                "from the day on which the board was told, or the decision",
            ),
            (
                "Parents may ask for an independent review until",
                self.board_met_on or self.decided_on,
                None if self.result != ReviewResult.DNO else self.review_by,
                "from the day on which the board met",
            ),
        ]
        for title, started_on, due_on, source in runs:
            if due_on:
                found.append(
                    calendar.clock(
                        title, started_on, due_on, today=today, place=place, source=source
                    )
                )
        return found
