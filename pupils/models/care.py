"""Needs, plans and care: special-category data, dated, and closed rather than deleted."""

from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from pupils.models.codes import CareKind, NeedType
from pupils.models.pupil import Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach


class NeedQuerySet(ChildQuerySet):
    """Special educational needs of children."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL)


@pghistory.track()
class Need(models.Model):
    """A type of special educational need: rank 1 is the primary one, rank 2 the secondary."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="needs")
    need_type = models.CharField(max_length=4, choices=NeedType)
    rank = models.PositiveSmallIntegerField()

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.CheckConstraint(
                condition=Q(need_type__in=NeedType.values),
                name="pupils_need_type_is_known",
                violation_error_message="Choose a type of need from the list.",
            ),
            models.CheckConstraint(
                condition=Q(rank__in=[1, 2]),
                name="pupils_need_rank_is_one_or_two",
                violation_error_message="A pupil has a primary and a secondary need, no more.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "rank"],
                name="pupils_need_one_of_a_rank",
                violation_error_message="The pupil already has a need of this rank.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "need_type"],
                name="pupils_need_each_type_once",
                violation_error_message="The two needs must be different.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_need_type_display()


class EhcPlanQuerySet(ChildQuerySet):
    """Education, health and care plans of children."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL)

    def in_force(self) -> Self:
        """Keep the plans that have not ceased."""
        return self.filter(ceased_on=None)


@pghistory.track()
class EhcPlan(models.Model):
    """An education, health and care plan, from its issue up to, not on, `ceased_on`."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="ehc_plans")
    issued_on = models.DateField()
    reviewed_on = models.DateField(null=True, blank=True)
    ceased_on = models.DateField(null=True, blank=True)

    objects = EhcPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ceased_on__isnull=True) | Q(ceased_on__gt=F("issued_on")),
                name="pupils_ehcplan_ceases_after_its_issue",
                violation_error_code="ceased_on",
                violation_error_message="A plan ceases after it was issued.",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_on__isnull=True) | Q(reviewed_on__gte=F("issued_on")),
                name="pupils_ehcplan_reviewed_after_its_issue",
                violation_error_code="reviewed_on",
                violation_error_message="A plan is reviewed after it was issued.",
            ),
            models.UniqueConstraint(
                fields=["pupil"],
                condition=Q(ceased_on__isnull=True),
                name="pupils_ehcplan_one_in_force",
                violation_error_code="issued_on",
                violation_error_message="The pupil already has a plan in force.",
            ),
        ]

    def __str__(self) -> str:
        return f"EHC plan issued {self.issued_on:%d/%m/%Y}"


class CareStatusQuerySet(ChildQuerySet):
    """Children known to social care."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL)

    def as_user(self, user: User) -> Self:
        """Keep those within reach, for those who may know of social care."""
        rows = super().as_user(user)
        return rows if user.can(Permission.CARE_VIEW) else rows.none()

    def not_over(self, on: date) -> Self:
        """Keep those in force on a day or later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))


@pghistory.track()
class CareStatus(models.Model):
    """How children's social care knows the child, from `starts_on` up to, not on, `ends_on`."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="care")
    kind = models.CharField(max_length=30, choices=CareKind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    responsible_authority = models.CharField(max_length=3, blank=True)
    social_worker = models.CharField(max_length=150, blank=True)

    objects = CareStatusQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CareKind.values),
                name="pupils_carestatus_kind_is_known",
                violation_error_message="Choose a care status from the list.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="pupils_carestatus_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The end must be after the start.",
            ),
            models.UniqueConstraint(
                fields=["pupil", "kind"],
                condition=Q(ends_on__isnull=True),
                name="pupils_carestatus_one_open_of_a_kind",
                violation_error_code="kind",
                violation_error_message="The pupil already has this care status.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def last_day(self) -> date | None:
        """Return the last day of the status, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def is_over(self) -> bool:
        """Tell whether the status has ended."""
        return self.ends_on is not None and self.ends_on <= localdate()
