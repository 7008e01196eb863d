"""What happened to a referral: its entries, what was asked, what is attached, who read it."""

import uuid
from typing import Self

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from pupils.models import ChildQuerySet, Document, Reach
from referrals.models.referral import ANSWERS, Referral

SIDE = "referral__school"


class Kind(models.TextChoices):
    """What an entry tells."""

    SUBMITTED = "submitted", "Submitted"
    HANDED_OVER = "handed over", "Handed over to a colleague"
    ADDED = "added", "Information added"
    AMENDED = "amended", "Answer amended"
    ASSIGNED = "assigned", "Assigned to an officer"
    ASKED = "asked", "More was asked for"
    ANSWERED = "answered", "The school answered"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    UNDONE = "undone", "Decision taken back before it was read"
    WITHDRAWN = "withdrawn", "Withdrawn"


class EntryQuerySet(ChildQuerySet):
    """Entries within reach: a school sees those of its own referrals."""

    reach = Reach(pupil="referral__pupil", school=SIDE)

    def told(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("by")


class Entry(models.Model):
    """One thing that happened to a referral, in words, kept for good.

    An amended answer keeps the old and the new one in `before` and `after`.
    """

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=30, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="referrals_entry_kind_is_known",
                violation_error_message="An entry tells one of the things that can happen.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.AMENDED) | Q(answer__in=list(ANSWERS)),
                name="referrals_entry_amends_an_answer",
                violation_error_message="Choose the answer that is amended.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.referral}"

    @property
    def answer_label(self) -> str:
        """Return the name of the answer that was amended."""
        return ANSWERS.get(self.answer, "")


class RequestForMoreQuerySet(ChildQuerySet):
    """Requests within reach: a school sees those to itself."""

    reach = Reach(pupil="referral__pupil", school=SIDE)


@pghistory.track()
class RequestForMore(models.Model):
    """What the council still asks: exactly these questions, and a sentence of its own."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="requests")
    questions = ArrayField(models.CharField(max_length=30), blank=True)
    words = models.TextField(max_length=1000, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RequestForMoreQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(answered_at=None),
                name="referrals_requestformore_one_open",
                violation_error_message="The school has been asked already.",
            ),
            models.CheckConstraint(
                condition=Q(questions__len__gt=0) | ~Q(words=""),
                name="referrals_requestformore_asks_something",
                violation_error_message="Choose a question, or write one.",
            ),
        ]

    def __str__(self) -> str:
        return f"Request for more, {self.referral}"

    @property
    def question_labels(self) -> list[str]:
        """Return the names of the questions."""
        return [ANSWERS[name] for name in self.questions if name in ANSWERS]


class AttachmentQuerySet(ChildQuerySet):
    """Attachments within reach: a school sees those of its own referrals."""

    reach = Reach(pupil="referral__pupil", school=SIDE)


class Attachment(models.Model):
    """A document that belongs to a referral."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="attachments")
    document = models.OneToOneField(Document, models.PROTECT, related_name="attachment")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.document)


class DecisionReadQuerySet(ChildQuerySet):
    """Who has read which decision."""

    reach = Reach(pupil="referral__pupil", school=SIDE)


class DecisionRead(models.Model):
    """The school has opened the decision: from here on it is not taken back silently."""

    referral = models.OneToOneField(Referral, models.PROTECT, related_name="decision_read")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = DecisionReadQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Decision of {self.referral} read by {self.by}"
