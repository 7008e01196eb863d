"""A filter of the triage desk that a person keeps under a name."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from accounts.models import User

MOST_LETTERS = 50
MOST_FILTERS = 30


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    """Saved filters: each person has the own."""

    def as_user(self, user: User) -> Self:
        """Keep the person's own."""
        return self.filter(user=user)


class SavedFilter(models.Model):
    """A name and the query string that the desk's own form made. It is the person's own.

    It is no record about a child, though a name may be searched for in it; so nobody else reads it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=MOST_LETTERS)
    query = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "user",
                Lower("name"),
                name="referrals_savedfilter_one_of_a_name",
                violation_error_code="name",
                violation_error_message="You have a filter of this name. Choose another name.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(query=""),
                name="referrals_savedfilter_has_name_and_filter",
                violation_error_code="name",
                violation_error_message="Choose what to show on the desk first, then save it.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the desk that shows this."""
        return f"{reverse('referrals:desk')}?{self.query}"
