"""Which rows a person sees: `as_user`, asked wherever rows are read for a person."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import REACH_ALL, REACH_PROVIDER, REACH_SCHOOL

if TYPE_CHECKING:
    from accounts.models import User

NO_ROWS = Q(pk__in=[])


class ScopedQuerySet(models.QuerySet):
    """Rows about children. Case workers reach all, schools and providers what their rule says.

    A queryset that states no rule gives a school and a provider nothing: forgetting fails safe.
    """

    def as_user(self, user: "User") -> Self:
        """Keep the rows that this person may see."""
        if user.roles & REACH_ALL:
            return self.all()
        reached = NO_ROWS
        if schools := user.organisations_as(REACH_SCHOOL):
            reached |= self.reached_by_school(schools)
        if providers := user.organisations_as(REACH_PROVIDER):
            reached |= self.reached_by_provider(providers)
        return self.filter(reached)

    def reached_by_school(self, schools: list[int]) -> Q:
        """Return the rule for people of these schools."""
        return NO_ROWS

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for people of these providers."""
        return NO_ROWS
