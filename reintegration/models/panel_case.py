"""A case before the Fair Access Panel, from the day that it is agreed to consider it."""

import uuid
from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Deferrable, F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Clock, HalfTerm, Organisation, SchoolCalendar, User
from accounts.permissions import REACH_ALL, REACH_SCHOOL, Permission
from accounts.scoping import NO_ROWS
from accounts.workflow import WorkflowModel, moves
from placements.models import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach
from referrals.models import Referral
from reintegration.models.panel import PANEL_ROLES, FairAccessCategory, PanelMeeting
from reintegration.models.plan import Plan

FAIR_ACCESS_DAYS = 20  # school days to allot a place (School Admissions Code 2021, para 3.21)
SOURCE = "School Admissions Code 2021: a place within 20 school days of agreeing to consider"


class CaseKind(models.TextChoices):
    """What the panel is asked."""

    FAIR_ACCESS = "fair access", "A school place under the protocol"
    MODERATION = "moderation", "The way back of a pupil in alternative provision"


class CaseStatus(models.TextChoices):
    """Where a case stands."""

    WAITING = "waiting", "Waiting for an agenda"
    ON_AGENDA = "on agenda", "On an agenda"
    DECIDED = "decided", "Decided"
    DEFERRED = "deferred", "Deferred"
    WITHDRAWN = "withdrawn", "Withdrawn"


OPEN_CASES = [CaseStatus.WAITING, CaseStatus.ON_AGENDA]
DEALT_WITH = [CaseStatus.DECIDED, CaseStatus.DEFERRED, CaseStatus.WITHDRAWN]


class PanelOutcome(models.TextChoices):
    """What the panel decided. Labels are the council's: no code set is published."""

    ALLOTTED = "allotted", "A place at a school"
    RETURN = "return", "The return to this school goes ahead"
    PROVISION = "provision", "A place in alternative provision"
    MORE_TIME = "more time", "More time: another half term of return"
    STAYS = "stays", "Nothing changes: the pupil stays where they are taught"
    NOT_PROTOCOL = "not protocol", "Not a case for the protocol"


TO_SCHOOL = [PanelOutcome.ALLOTTED, PanelOutcome.RETURN]
OUTCOMES_OF = {
    CaseKind.FAIR_ACCESS: [
        PanelOutcome.ALLOTTED,
        PanelOutcome.PROVISION,
        PanelOutcome.STAYS,
        PanelOutcome.NOT_PROTOCOL,
    ],
    CaseKind.MODERATION: [
        PanelOutcome.RETURN,
        PanelOutcome.PROVISION,
        PanelOutcome.MORE_TIME,
        PanelOutcome.STAYS,
    ],
}


class PanelCaseQuerySet(ChildQuerySet):
    """Cases within reach. Whoever declared a conflict reaches the case no more, in any role.

    The council reaches all; members of the panel those of the meetings they may read; a school,
    once the meeting is closed, what was decided on its pupils and on those it is to take.
    """

    reach = Reach(pupil="pupil", school=ON_ROLL)

    def as_user(self, user: User) -> Self:
        """Keep the cases that this person may see."""
        return self.filter(self._reached_by(user)).exclude(conflicts__member__user=user)

    def _reached_by(self, user: User) -> Q:
        """Return the rule for a person. The few meetings a member may read are read first."""
        if user.roles & REACH_ALL:
            return Q()
        reached = NO_ROWS
        if schools := user.organisations_as(REACH_SCHOOL):
            reached |= self.reached_by_school(schools)
        if user.roles & PANEL_ROLES:
            meetings = PanelMeeting.objects.as_user(user).values_list("pk", flat=True)
            reached |= Q(meeting__in=list(meetings.order_by()))
        return reached

    def reached_by_school(self, schools: list[int]) -> Q:
        """Return the rule for schools: decisions of closed meetings, never what was discussed."""
        mine = super().reached_by_school(schools) | Q(school__in=schools)
        return mine & Q(status=CaseStatus.DECIDED, meeting__status="closed")

    def agenda_of(self, meeting: PanelMeeting) -> Self:
        """Keep the items of a meeting, in their order."""
        return self.filter(meeting=meeting).order_by("position", "pk")

    def told(self) -> Self:
        """Keep the decisions of closed meetings, the newest first."""
        rows = self.filter(status=CaseStatus.DECIDED, meeting__status="closed")
        return rows.order_by("-decided_at", "-pk")

    def candidates(self) -> Self:
        """Keep those that wait for an agenda, the first to be considered on top."""
        rows = self.filter(status=CaseStatus.WAITING)
        return rows.order_by(F("consider_by").asc(nulls_last=True), "agreed_on", "pk")

    def open(self) -> Self:
        """Keep those that the panel has not dealt with."""
        return self.filter(status__in=OPEN_CASES)

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related(
            "pupil", "category", "meeting", "school", "provider", "half_term", "next_in_turn",
            "plan__receiving_school", "plan__target", "referral", "placement__provider", "follows",
        )  # fmt: skip


@pghistory.track()
class PanelCase(WorkflowModel):
    """One child before the panel, from the day that it was agreed to consider the case.

    `why` is why we are here. `school_words` and `other_words` are the two sides of a disagreement.
    `stalled` says why the clock put a plan forward by itself. `next_in_turn` is the school that the
    ledger named at the decision; another one needs `override_reason`. `missing` is what a deferred
    case lacks: the case that `follows` it stands on the agenda that it was booked on.
    `decided_at` is when the panel, or whoever withdrew the case, was done with it.
    """

    MOVES = moves(
        ("put_on", {CaseStatus.WAITING}, CaseStatus.ON_AGENDA, Permission.PANEL_PREPARE),
        ("take_off", {CaseStatus.ON_AGENDA}, CaseStatus.WAITING, Permission.PANEL_PREPARE),
        ("withdraw", set(OPEN_CASES), CaseStatus.WITHDRAWN, Permission.PANEL_PREPARE),
        ("decide", {CaseStatus.ON_AGENDA}, CaseStatus.DECIDED, Permission.PANEL_CHAIR),
        ("defer", {CaseStatus.ON_AGENDA}, CaseStatus.DEFERRED, Permission.PANEL_CHAIR),
        ("reopen", {CaseStatus.DECIDED}, CaseStatus.ON_AGENDA, Permission.PANEL_CHAIR),
    )
    TAG_COLOURS = {
        CaseStatus.WAITING: "yellow",
        CaseStatus.ON_AGENDA: "blue",
        CaseStatus.DECIDED: "green",
        CaseStatus.DEFERRED: "orange",
        CaseStatus.WITHDRAWN: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="panel_cases")
    kind = models.CharField(max_length=20, choices=CaseKind)
    category = models.ForeignKey(
        FairAccessCategory, models.PROTECT, related_name="+", null=True, blank=True
    )
    referral = models.ForeignKey(
        Referral, models.PROTECT, related_name="panel_cases", null=True, blank=True
    )
    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="panel_cases", null=True, blank=True
    )
    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="panel_cases", null=True, blank=True
    )
    agreed_on = models.DateField()
    consider_by = models.DateField(null=True, blank=True)
    why = models.TextField(max_length=4000)
    stalled = models.CharField(max_length=200, blank=True)
    pupil_words = models.TextField(max_length=4000, blank=True)
    parent_words = models.TextField(max_length=4000, blank=True)
    school_words = models.TextField(max_length=4000, blank=True)
    other_words = models.TextField(max_length=4000, blank=True)
    put_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    put_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=CaseStatus, default=CaseStatus.WAITING)
    meeting = models.ForeignKey(
        PanelMeeting, models.PROTECT, related_name="cases", null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(default=8)
    follows = models.OneToOneField(
        "self", models.PROTECT, related_name="followed_by", null=True, blank=True
    )
    outcome = models.CharField(max_length=20, choices=PanelOutcome, blank=True)
    school = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    half_term = models.ForeignKey(
        HalfTerm, models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.TextField(max_length=4000, blank=True)
    next_in_turn = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    turn_words = models.CharField(max_length=300, blank=True)
    override_reason = models.TextField(max_length=2000, blank=True)
    is_overbooked = models.BooleanField(default=False)
    overbooking_reason = models.TextField(max_length=2000, blank=True)
    missing = models.TextField(max_length=2000, blank=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)
    year_group = models.SmallIntegerField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = PanelCaseQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CaseStatus.values),
                name="reintegration_panelcase_status_is_known",
                violation_error_message="A case waits, is on an agenda, or is dealt with.",
            ),
            models.CheckConstraint(
                condition=Q(kind=CaseKind.FAIR_ACCESS, category__isnull=False)
                | Q(kind=CaseKind.MODERATION, plan__isnull=False, category__isnull=True),
                name="reintegration_panelcase_kind_is_whole",
                violation_error_code="category",
                violation_error_message="A case under the protocol has its category; one about a "
                "way back has its plan.",
            ),
            models.CheckConstraint(
                condition=~Q(why=""),
                name="reintegration_panelcase_says_why",
                violation_error_code="why",
                violation_error_message="Say why the panel is asked.",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=120),
                name="reintegration_panelcase_takes_minutes",
                violation_error_code="minutes",
                violation_error_message="Plan 1 to 120 minutes for a case.",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.WAITING, meeting__isnull=True)
                & Q(position__isnull=True)
                | Q(status=CaseStatus.WITHDRAWN)
                | ~Q(status__in=[CaseStatus.WAITING, CaseStatus.WITHDRAWN])
                & Q(meeting__isnull=False, position__isnull=False),
                name="reintegration_panelcase_stands_on_an_agenda",
                violation_error_code="meeting",
                violation_error_message="A case that waits has no meeting; one on an agenda has "
                "its meeting and its place there.",
            ),
            models.UniqueConstraint(
                fields=["meeting", "position"],
                name="reintegration_panelcase_one_at_a_place",
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message="Another case stands at this place of the agenda.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "kind"],
                condition=Q(status__in=OPEN_CASES),
                name="reintegration_panelcase_one_open_for_a_pupil",
                violation_error_message="The panel is asked about this pupil already.",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.DECIDED, outcome__in=PanelOutcome.values)
                & Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(reason="")
                | ~Q(status=CaseStatus.DECIDED) & Q(outcome="", reason=""),
                name="reintegration_panelcase_decision_is_whole",
                violation_error_code="reason",
                violation_error_message="A decision has its outcome and its reason.",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=TO_SCHOOL, school__isnull=False)
                | ~Q(outcome__in=TO_SCHOOL) & Q(school__isnull=True),
                name="reintegration_panelcase_names_the_school",
                violation_error_code="school",
                violation_error_message="Choose the school.",
            ),
            models.CheckConstraint(
                condition=Q(outcome=PanelOutcome.PROVISION, provider__isnull=False)
                | ~Q(outcome=PanelOutcome.PROVISION) & Q(provider__isnull=True),
                name="reintegration_panelcase_names_the_provider",
                violation_error_code="provider",
                violation_error_message="Choose the provider.",
            ),
            models.CheckConstraint(
                condition=Q(outcome=PanelOutcome.MORE_TIME, half_term__isnull=False)
                | ~Q(outcome=PanelOutcome.MORE_TIME) & Q(half_term__isnull=True),
                name="reintegration_panelcase_names_the_half_term",
                violation_error_code="half_term",
                violation_error_message="Choose the half term of return.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=PanelOutcome.ALLOTTED)
                | Q(next_in_turn__isnull=True)
                | Q(next_in_turn=F("school"))
                | ~Q(override_reason=""),
                name="reintegration_panelcase_out_of_turn_says_why",
                violation_error_code="override_reason",
                violation_error_message="Another school is next in turn. Say why it is this one: "
                "the reason stands in the minutes.",
            ),
            models.CheckConstraint(
                condition=Q(is_overbooked=False) | ~Q(overbooking_reason=""),
                name="reintegration_panelcase_overbooking_says_why",
                violation_error_code="overbooking_reason",
                violation_error_message="The provider has no free place. Say why it is booked "
                "beyond its places.",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.DEFERRED) & ~Q(missing="")
                | ~Q(status=CaseStatus.DEFERRED) & Q(missing=""),
                name="reintegration_panelcase_deferred_says_what_is_missing",
                violation_error_code="missing",
                violation_error_message="Say what is missing.",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.WITHDRAWN) & ~Q(withdrawn_because="")
                | ~Q(status=CaseStatus.WITHDRAWN) & Q(withdrawn_because=""),
                name="reintegration_panelcase_withdrawn_says_why",
                violation_error_code="withdrawn_because",
                violation_error_message="Say why the case is withdrawn.",
            ),
        ]

    def __str__(self) -> str:
        return f"Case {self.reference}"

    def get_absolute_url(self) -> str:
        """Return the address of the case's page."""
        return reverse("reintegration:panel-case", args=[self.uid])

    @property
    def reference(self) -> str:
        """Return the number that people say on the telephone."""
        return f"F-{self.pk or 0:06d}"

    @property
    def outcomes(self) -> list[PanelOutcome]:
        """Return what the panel may decide on such a case."""
        return OUTCOMES_OF[CaseKind(self.kind)]

    @property
    def outcome_words(self) -> str:
        """Return the decision in words, with where or when."""
        about = self.school or self.provider or self.half_term
        label = self.get_outcome_display()
        return f"{label}: {about}" if about else label

    def clock(self, calendar: SchoolCalendar, today: date) -> Clock | None:
        """Return the clock of a case under the protocol that is not dealt with."""
        if self.kind != CaseKind.FAIR_ACCESS or self.status not in OPEN_CASES:
            return None
        return calendar.clock(
            "Fair access", self.agreed_on, self.consider_by, today=today, source=SOURCE
        )
