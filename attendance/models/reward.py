"""What is celebrated: rewards, and who may stand on an attendance display."""

import uuid
from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation, User
from attendance.models.support import SupportPlan
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach


class RewardQuerySet(ChildQuerySet):
    """Rewards within reach: a provider sees those that it gave."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="provider", dated="given_on")

    def with_names(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("given_by", "provider")

    def on_display(self, provider: Organisation, start: date, end: date) -> Self:
        """Keep those of a provider and some days that have words for the display."""
        rows = self.filter(provider=provider, given_on__gte=start, given_on__lt=end)
        return rows.exclude(display_words="")


@pghistory.track()
class Reward(models.Model):
    """Something that a pupil got for coming. `display_words` are for everybody to read."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="rewards")
    plan = models.ForeignKey(
        SupportPlan, models.PROTECT, related_name="rewards", null=True, blank=True
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    given_for = models.CharField(max_length=300)
    what = models.CharField(max_length=200)
    display_words = models.CharField(max_length=100, blank=True)
    given_on = models.DateField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = RewardQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(given_for="") & ~Q(what=""),
                name="attendance_reward_says_what_for",
                violation_error_code="given_for",
                violation_error_message="Say what the reward is for, and what it is.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}, for {self.given_for}"


class DisplayConsentQuerySet(ChildQuerySet):
    """Consents within reach: a provider sees those for its own displays."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="provider")

    def in_force(self) -> Self:
        """Keep those that nobody withdrew."""
        return self.filter(withdrawn_on=None)

    def with_names(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("provider", "recorded_by")


@pghistory.track()
class DisplayConsent(models.Model):
    """A young person and the parent agree that the name may stand on a provider's displays.

    Up to `withdrawn_on`: without a consent in force nobody stands there.
    """

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="display_consents")
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    agreed_by = models.CharField(max_length=300)
    agreed_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = DisplayConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-agreed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(agreed_by=""),
                name="attendance_displayconsent_says_who_agreed",
                violation_error_code="agreed_by",
                violation_error_message="Say who agreed.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True, withdrawn_by="")
                | Q(withdrawn_on__gte=F("agreed_on")) & ~Q(withdrawn_by=""),
                name="attendance_displayconsent_withdrawn_by_somebody",
                violation_error_code="withdrawn_by",
                violation_error_message="Say who withdrew the consent.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "provider"],
                condition=Q(withdrawn_on__isnull=True),
                name="attendance_displayconsent_one_in_force",
                violation_error_code="provider",
                violation_error_message="The pupil may stand on this provider's displays already.",
            ),
        ]

    def __str__(self) -> str:
        return f"On displays of {self.provider}"
