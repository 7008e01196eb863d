"""When a person last looked at a child's page: what "since I last looked" goes by."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from pupils.models import ChildQuerySet, Pupil, Reach

ONE_VISIT = timedelta(minutes=30)


class LastLookQuerySet(ChildQuerySet):
    """The person's own looks: nobody sees those of others here. The trail is kept elsewhere."""

    reach = Reach(pupil="pupil")

    def as_user(self, user: User) -> Self:
        """Keep the person's own."""
        return self.filter(user=user)


class LastLook(models.Model):
    """A person's last look at a child's page, and the one before it.

    Looks within half an hour are one visit: `before` is when the visit before this one ended, so
    that what is new stays new while the person reads. It is no trail, is not kept in the history,
    and a feature may read it.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True, blank=True)

    objects = LastLookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "pupil"],
                name="reporting_lastlook_one_for_a_person_and_child",
                violation_error_message="The last look is kept already.",
            ),
            models.CheckConstraint(
                condition=Q(before=None) | Q(before__lt=F("at")),
                name="reporting_lastlook_before_the_last",
                violation_error_message="The look before was before the last one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} looked at {self.at:%d %B %Y %H:%M}"
