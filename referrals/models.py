"""A school's request that the council find alternative provision for a pupil."""

import uuid
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from pupils.models import ChildQuerySet, Pupil, Reach, searchable


class Status(models.TextChoices):
    """Where a referral stands."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "With the SEND team"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


DECIDED = [Status.ACCEPTED, Status.DECLINED]
OPEN = [Status.DRAFT, Status.SUBMITTED]


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


class ReferralQuerySet(ChildQuerySet):
    """Referrals within reach: a school sees its own."""

    reach = Reach(pupil="pupil", school="school")

    def waiting(self) -> Self:
        """Keep those that wait for a decision, the longest wait first."""
        return self.filter(status=Status.SUBMITTED).order_by("submitted_at")

    def narrowed(
        self, *, status: str = "", reason: str = "", placed: str = "", q: str = ""
    ) -> Self:
        """Keep what a filter asks for: a status, a reason, no placement yet, part of a name."""
        rows = self.filter(is_placed=False) if placed == "no" else self
        if status:
            rows = rows.filter(status=status)
        if reason:
            rows = rows.filter(reason=reason)
        for word in searchable(q).split():
            rows = rows.filter(pupil__search_name__contains=word)
        return rows

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "school", "made_by")

    def accepted_without_placement(self) -> Self:
        """Keep accepted ones for which no placement is opened yet, the oldest decision first."""
        return self.filter(status=Status.ACCEPTED, is_placed=False).order_by("decided_on")


@pghistory.track()
class Referral(WorkflowModel):
    """One request for one pupil, from draft to decision."""

    MOVES = moves(
        ("submit", {Status.DRAFT}, Status.SUBMITTED, Permission.REFERRAL_MAKE),
        (
            "withdraw",
            {Status.DRAFT, Status.SUBMITTED},
            Status.WITHDRAWN,
            Permission.REFERRAL_MAKE,
        ),
        ("accept", {Status.SUBMITTED}, Status.ACCEPTED, Permission.REFERRAL_DECIDE),
        ("decline", {Status.SUBMITTED}, Status.DECLINED, Permission.REFERRAL_DECIDE),
    )
    TAG_COLOURS = {
        Status.DRAFT: "grey",
        Status.SUBMITTED: "blue",
        Status.ACCEPTED: "green",
        Status.DECLINED: "orange",
        Status.WITHDRAWN: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="referrals")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="referrals")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    reason = models.CharField(max_length=30, choices=Reason)
    event_on = models.DateField(
        "date of the suspension or permanent exclusion", null=True, blank=True
    )
    concern = models.TextField(max_length=4000)
    tried = models.TextField(max_length=4000, blank=True)
    hoped = models.TextField(max_length=4000, blank=True)
    pupil_view = models.TextField(max_length=4000, blank=True)
    parent_view = models.TextField(max_length=4000, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    tier = models.PositiveSmallIntegerField(choices=Tier, null=True, blank=True)
    decision_reason = models.TextField(max_length=4000, blank=True)
    is_placed = models.BooleanField(default=False)

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
                condition=Q(reason__in=Reason.values),
                name="referrals_referral_reason_is_known",
                violation_error_message="Choose a reason from the list.",
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
                | ~Q(status=Status.ACCEPTED) & Q(tier__isnull=True),
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
                | Q(status=Status.DRAFT)
                | Q(event_on__isnull=False),
                name="referrals_referral_exclusion_has_its_date",
                violation_error_message="Enter the date of the permanent exclusion: "
                "the council must provide education from the sixth school day.",
            ),
            models.UniqueConstraint(
                fields=["pupil"],
                condition=Q(status__in=OPEN),
                name="referrals_referral_one_open_for_a_pupil",
                violation_error_message="This pupil already has an open referral.",
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
    def reference(self) -> str:
        """Return the number that people say on the telephone."""
        return f"AP-{self.pk:06d}"

    @property
    def next_step(self) -> str:
        """Say in words what happens next, and who has it."""
        return {
            Status.DRAFT: "The school finishes the referral and submits it.",
            Status.SUBMITTED: "The council's SEND team reads the referral and decides.",
            Status.ACCEPTED: "A placement is open."
            if self.is_placed
            else "The council's SEND team opens the placement.",
            Status.DECLINED: "Nothing more: read the reason below. The school may refer again.",
            Status.WITHDRAWN: "Nothing more: the school withdrew the referral.",
        }[Status(self.status)]
