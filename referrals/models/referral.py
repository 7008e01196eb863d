"""A school's request that the council find alternative provision for a pupil."""

import uuid
from datetime import date, timedelta
from typing import Any, Self

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, Q, When
from django.db.models.functions import JSONObject, Least
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Clock, Organisation, SchoolCalendar, User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from apsystem.lib.gds import day
from pupils.models import PermanentExclusion, Pupil, Reach
from referrals.models.hints import hints
from referrals.models.narrowing import NarrowedQuerySet, owed


class Status(models.TextChoices):
    """Where a referral stands."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "With the SEND team"
    WAITING = "waiting", "Waiting for the school"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


DECIDED = [Status.ACCEPTED, Status.DECLINED]
UNDECIDED = [Status.SUBMITTED, Status.WAITING]
OPEN = [Status.DRAFT, *UNDECIDED]


class Reason(models.TextChoices):
    """Why a school asks: the cases that the council's strategy names."""

    AT_RISK = "at risk", "At risk of exclusion"
    SUSPENSION = "suspension", "Suspended"
    PERMANENT_EXCLUSION = "permanent exclusion", "Permanently excluded"
    MEDICAL = "medical", "Cannot attend because of illness (section 19)"
    SEMH = "semh", "Unmet social, emotional and mental health need"
    OTHER = "other", "Another reason"


class Tier(models.IntegerChoices):
    """The three tiers of the council's strategy."""

    OUTREACH = 1, "Tier 1: outreach in the home school"
    SHORT = 2, "Tier 2: short, time-limited placement"
    LONGER = 3, "Tier 3: longer placement"


class SharingBasis(models.TextChoices):
    """Why the school may share what it writes."""

    PUBLIC_TASK = "public task", "The school's and council's duties; the parents were told"
    CONSENT = "consent", "A parent's consent"


# The answers of the school, in the order in which they are asked, with what each is called.
ANSWERS = {
    "reason": "Why help is needed",
    "event_on": "Date of the suspension or permanent exclusion",
    "concern": "What is happening",
    "tried": "What the school has tried",
    "hoped": "A good outcome",
    "pupil_view": "What the pupil says",
    "parent_view": "What the parents say",
    "basis": "Sharing information",
    "consent_from": "Who gave consent",
    "consent_on": "Date of the consent",
}
# The clocks that may run: a decision is due until it is made. The nearer of two counts.
_NEXT = Least(Case(When(status__in=UNDECIDED, then=F("decide_by"))), F("day_six_on"))
REFERENCE = "AP-{:06d}"
SORTS: dict[str, list[Any]] = {
    "waiting": ["submitted_at", "pk"],
    "newest": ["-submitted_at", "-pk"],
    "due": [_NEXT.asc(nulls_last=True), "submitted_at", "pk"],
    "school": ["school__name", "submitted_at", "pk"],
}


class ReferralQuerySet(NarrowedQuerySet):
    """Referrals within reach: a school sees its own."""

    reach = Reach(pupil="pupil", school="school")

    def waiting(self) -> Self:
        """Keep those that wait for a decision, the longest wait first."""
        return self.filter(status=Status.SUBMITTED).order_by("submitted_at")

    def with_clocks(self, today: date) -> Self:
        """Keep those for which a clock runs: undecided, or education is owed."""
        return self.filter(Q(status__in=UNDECIDED) | owed(today))

    def sorted_by(self, name: str) -> Self:
        """Order by one of the sorts that the desk offers; the longest wait first otherwise."""
        return self.order_by(*SORTS.get(name, SORTS["waiting"]))

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "school", "made_by", "assigned_to")

    def with_hints(self) -> Self:
        """Tell of each whether another record looks like the same child, or like a sibling."""
        return self.annotate(**hints())

    def with_earlier(self, seen: Self) -> Self:
        """Tell of each which others, of those seen, the child has: `earlier` makes rows of them."""
        others = seen.filter(pupil=OuterRef("pupil")).exclude(pk=OuterRef("pk"))
        known = others.values(known=JSONObject(id="pk", uid="uid", status="status"))
        return self.annotate(others=ArraySubquery(known))

    def accepted_without_placement(self) -> Self:
        """Keep accepted ones for which no placement is opened yet, the oldest decision first."""
        return self.filter(status=Status.ACCEPTED, is_placed=False).order_by("decided_on")


@pghistory.track()
class Referral(WorkflowModel):
    """One request for one pupil, from draft to decision.

    `made_by` began it; `held_by` has it at the school now; `assigned_to` is the council's officer.
    `revision` counts the saves, so that two people's answers never overwrite each other unseen.
    `is_placed`: a placement is offered or taken up. `education_from`: its first day, once the
    provider has accepted; until then a day-6 duty runs on.
    """

    MOVES = moves(
        ("submit", {Status.DRAFT}, Status.SUBMITTED, Permission.REFERRAL_MAKE),
        ("ask", {Status.SUBMITTED}, Status.WAITING, Permission.REFERRAL_DECIDE),
        ("answer", {Status.WAITING}, Status.SUBMITTED, Permission.REFERRAL_MAKE),
        ("withdraw", set(OPEN), Status.WITHDRAWN, Permission.REFERRAL_MAKE),
        ("accept", set(UNDECIDED), Status.ACCEPTED, Permission.REFERRAL_DECIDE),
        ("decline", set(UNDECIDED), Status.DECLINED, Permission.REFERRAL_DECIDE),
        ("undo", set(DECIDED), Status.SUBMITTED, Permission.REFERRAL_DECIDE),
    )
    TAG_COLOURS = {
        Status.DRAFT: "grey",
        Status.SUBMITTED: "blue",
        Status.WAITING: "yellow",
        Status.ACCEPTED: "green",
        Status.DECLINED: "orange",
        Status.WITHDRAWN: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="referrals")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="referrals")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    reason = models.CharField(max_length=30, choices=Reason, blank=True)
    event_on = models.DateField(
        "date of the suspension or permanent exclusion", null=True, blank=True
    )
    concern = models.TextField(max_length=4000, blank=True)
    tried = models.TextField(max_length=4000, blank=True)
    hoped = models.TextField(max_length=4000, blank=True)
    pupil_view = models.TextField(max_length=4000, blank=True)
    parent_view = models.TextField(max_length=4000, blank=True)
    basis = models.CharField(max_length=20, choices=SharingBasis, blank=True)
    consent_from = models.CharField(max_length=150, blank=True)
    consent_on = models.DateField(null=True, blank=True)
    not_known = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    revision = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    assigned_to = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decide_by = models.DateField(null=True, blank=True)
    day_six_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    tier = models.PositiveSmallIntegerField(choices=Tier, null=True, blank=True)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    decision_reason = models.TextField(max_length=4000, blank=True)
    is_placed = models.BooleanField(default=False)
    exclusion = models.OneToOneField(
        PermanentExclusion,
        models.PROTECT,
        related_name="referral",
        null=True,
        blank=True,
        help_text="The permanent exclusion that it answers.",
    )
    education_from = models.DateField(null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="referrals_referral_status_is_known",
                violation_error_message="A referral is a draft, submitted, decided or withdrawn.",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["", *Reason.values]),
                name="referrals_referral_reason_is_known",
                violation_error_message="Choose a reason from the list.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.DRAFT, Status.WITHDRAWN]) | ~Q(reason=""),
                name="referrals_referral_sent_with_its_reason",
                violation_error_message="Choose why help is needed before you submit.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.DRAFT, Status.WITHDRAWN]) | ~Q(concern=""),
                name="referrals_referral_sent_with_its_concern",
                violation_error_message="Say what is happening before you submit.",
            ),
            models.CheckConstraint(
                condition=Q(basis__in=["", *SharingBasis.values]),
                name="referrals_referral_basis_is_known",
                violation_error_message="Choose why the information may be shared.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.DRAFT, Status.WITHDRAWN])
                | ~Q(basis=SharingBasis.CONSENT)
                | ~Q(consent_from="") & Q(consent_on__isnull=False),
                name="referrals_referral_consent_is_whole",
                violation_error_message="Enter who gave consent, and when.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=DECIDED,
                    decided_on__isnull=False,
                    decided_by__isnull=False,
                )
                & ~Q(decision_reason="")
                | ~Q(status__in=DECIDED)
                & Q(decided_on__isnull=True, decided_by__isnull=True, decision_reason=""),
                name="referrals_referral_decision_is_whole",
                violation_error_message="A decision needs its date, its reason and who made it.",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.ACCEPTED, tier__isnull=False, tier__in=Tier.values)
                | ~Q(status=Status.ACCEPTED) & Q(tier__isnull=True, provider__isnull=True),
                name="referrals_referral_tier_with_acceptance",
                violation_error_message="An accepted referral has a tier, and no other has one.",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT, submitted_at__isnull=True)
                | Q(status=Status.WITHDRAWN)
                | ~Q(status=Status.DRAFT) & Q(submitted_at__isnull=False),
                name="referrals_referral_submitted_at_with_submission",
                violation_error_message="A submitted referral has the moment of its submission.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=Reason.PERMANENT_EXCLUSION)
                | Q(status__in=[Status.DRAFT, Status.WITHDRAWN])
                | Q(event_on__isnull=False),
                name="referrals_referral_exclusion_has_its_date",
                violation_error_message="Enter the date of the permanent exclusion: "
                "the council must provide education from the sixth school day.",
            ),
            models.CheckConstraint(
                condition=Q(education_from__isnull=True)
                | Q(status=Status.ACCEPTED, is_placed=True),
                name="referrals_referral_education_follows_a_placement",
                violation_error_message="Education begins with a placement of an accepted "
                "referral.",
            ),
            models.UniqueConstraint(
                fields=["pupil"],
                condition=Q(status__in=OPEN),
                name="referrals_referral_one_open_for_a_pupil",
                violation_error_message="This pupil already has an open referral, perhaps of another "
                "school. Ring the council's SEND team: it joins the two.",
            ),
        ]
        indexes = [models.Index(fields=["status", "submitted_at"], name="referrals_queue")]

    def __str__(self) -> str:
        return f"Referral {self.reference}"

    def get_absolute_url(self) -> str:
        """Return the address of the referral's page."""
        return reverse("referrals:detail", args=[self.uid])

    def is_decided_by(self, user: User, verb: str, tier: int | None) -> bool:
        """Tell whether this person made this very decision already."""
        return (
            self.decided_by_id == user.pk
            and self.status == self.MOVES[verb].target
            and self.tier == tier
        )

    @property
    def earlier(self) -> "list[Referral]":
        """Return the child's others as `with_earlier` read them: number, address and status only."""
        return [Referral(**known) for known in self.others]  # type: ignore[attr-defined]

    @property
    def awaits_a_place(self) -> bool:
        """Tell whether a placement can still follow: sent, not refused, and none offered so far."""
        return not self.is_placed and self.status in (*UNDECIDED, Status.ACCEPTED)

    @property
    def reference(self) -> str:
        """Return the number that people say on the telephone."""
        return REFERENCE.format(self.pk)

    @property
    def holder(self) -> User:
        """Return who has it at the school: the person it was handed to, or who began it."""
        return self.held_by or self.made_by

    @property
    def missing(self) -> list[str]:
        """Return the answers that are neither given nor said to be unknown, by name."""
        skipped = {"event_on", "consent_from", "consent_on"}
        return [
            name
            for name in ANSWERS
            if name not in skipped and name not in self.not_known and not getattr(self, name)
        ]

    def clocks(self, calendar: SchoolCalendar, today: date | None = None) -> list[Clock]:
        """Return the clocks that run while the council has not decided, the next to expire first."""
        today = today or localdate()
        found = []
        if self.status in UNDECIDED and self.submitted_at and self.decide_by:
            sent_on = timezone.localtime(self.submitted_at).date()
            found.append(calendar.clock("Decision", sent_on, self.decide_by, today=today))
        if self.day_six_on and self.event_on and self._is_owed_education(today):
            found.append(
                calendar.clock(
                    "Day-6 duty",
                    self.event_on,
                    self.day_six_on,
                    today=today,
                    place=self.school_id,
                    source="section 19 Education Act 1996",
                )
            )
        return sorted(found, key=lambda clock: clock.due_on or date.max)

    def _is_owed_education(self, today: date) -> bool:
        """Tell whether nothing begins in time, or has begun late: `owed_education` for a row."""
        start = self.education_from
        is_met = start and (start <= today or (self.day_six_on and start <= self.day_six_on))
        return self.status != Status.WITHDRAWN and not is_met

    def age(self, calendar: SchoolCalendar, today: date | None = None) -> int | None:
        """Return how many school days it has waited since it was sent; None for a draft."""
        if self.submitted_at is None:
            return None
        sent_on = timezone.localtime(self.submitted_at).date()
        return calendar.between(
            sent_on + timedelta(days=1), (today or localdate()) + timedelta(days=1)
        )

    @property
    def next_step(self) -> str:
        """Say in words what happens next, and who has it."""
        officer = f" {self.assigned_to} has it." if self.assigned_to else ""
        return {
            Status.DRAFT: f"{self.holder} finishes the referral and submits it.",
            Status.SUBMITTED: "The council's SEND team reads the referral and decides." + officer,
            Status.WAITING: "The SEND team asked the school for more. "
            "When the school answers, the referral goes on by itself.",
            Status.ACCEPTED: self._after_acceptance,
            Status.DECLINED: "Nothing more: read the reason below. The school may refer again.",
            Status.WITHDRAWN: "Nothing more: the school withdrew the referral.",
        }[Status(self.status)]

    @property
    def _after_acceptance(self) -> str:
        if not self.is_placed:
            return "The council's SEND team offers a placement to a provider."
        if self.education_from is None:
            return "A placement is offered. The provider accepts or declines it next."
        verb = "begins" if self.education_from > localdate() else "began"
        return f"The placement {verb} on {day(self.education_from)}. Its page says how it goes."
