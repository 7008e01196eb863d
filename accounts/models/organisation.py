"""The council, the schools and the providers."""

import uuid
from collections.abc import Iterable
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from accounts.permissions import REACH_PROVIDER, REACH_SCHOOL, Role

models.CharField.register_lookup(Length)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations are no secret: every signed-in person may read their names."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self

    def providers(self) -> Self:
        """Keep the open providers of alternative provision, by name."""
        return self.filter(kind=Organisation.Kind.PROVIDER, closed_on=None).order_by("name")

    def schools(self) -> Self:
        """Keep the open schools, by name."""
        return self.filter(kind=Organisation.Kind.SCHOOL, closed_on=None).order_by("name")

    def where_pupils_go(self, school: int) -> Self:
        """Keep the open providers, and the pupil's own school, where tier 1 works."""
        return self.filter(
            Q(kind=Organisation.Kind.PROVIDER) | Q(pk=school), closed_on=None
        ).order_by("kind", "name")

    def of_pupils(self) -> Self:
        """Keep the open schools and providers, by name."""
        return self.still_open().exclude(kind=Organisation.Kind.COUNCIL)

    def still_open(self) -> Self:
        """Keep those that are not closed, by name."""
        return self.filter(closed_on=None).order_by("name")

    def with_roll(self) -> Self:
        """Keep the open schools, and the providers that are schools, by name."""
        return self.still_open().filter(
            Q(kind=Organisation.Kind.SCHOOL)
            | Q(kind=Organisation.Kind.PROVIDER, is_registered_school=True)
        )

    def with_roll_of(self, pupil: int) -> Self:
        """Keep the schools, and providers that are schools, on whose roll a pupil is or was."""
        there = self.filter(enrolments__pupil=pupil).values("pk")
        return self.with_roll().filter(pk__in=there)

    def with_calendar(self) -> Self:
        """Keep the open schools and providers, by name: places that have closures of their own."""
        return self.exclude(kind=Organisation.Kind.COUNCIL).still_open()


@pghistory.track()
class Organisation(models.Model):
    """A council, a school, or a provider of alternative provision."""

    class Kind(models.TextChoices):
        COUNCIL = "council", "Council"
        SCHOOL = "school", "School"
        PROVIDER = "provider", "Provider of alternative provision"

    class Phase(models.TextChoices):
        """The phase, or as DfE's statistics have it beside the phases, that the school is special."""

        NURSERY = "nursery", "Nursery"
        PRIMARY = "primary", "Primary"
        SECONDARY = "secondary", "Secondary"
        ALL_THROUGH = "all-through", "All-through"
        SIXTEEN_PLUS = "16 plus", "16 plus"
        SPECIAL = "special", "Special"
        NOT_APPLICABLE = "not applicable", "Not applicable"

    # Which roles a person may hold in an organisation of each kind.
    ROLES = {
        Kind.COUNCIL: set(Role) - REACH_PROVIDER - REACH_SCHOOL,
        Kind.SCHOOL: REACH_SCHOOL | {Role.PANEL_MEMBER, Role.PANEL_CHAIR},
        Kind.PROVIDER: REACH_PROVIDER | {Role.PANEL_MEMBER},
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    urn = models.CharField("URN", max_length=6, unique=True, null=True, blank=True)
    ukprn = models.CharField("UKPRN", max_length=8, unique=True, null=True, blank=True)
    laestab = models.CharField("LAESTAB", max_length=7, blank=True)
    phase = models.CharField(max_length=20, choices=Phase, default=Phase.NOT_APPLICABLE)
    is_registered_school = models.BooleanField(
        default=False,
        help_text="A provider that is itself a school keeps a register of its own.",
    )
    is_maintained = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether a local authority maintains the school; empty where it is not known.",
    )
    postcode = models.CharField(max_length=10, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    absence_email = models.EmailField(
        blank=True,
        help_text="Where a school wants to hear that a pupil of its own is away; empty: its staff.",
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["council", "school", "provider"]),
                name="accounts_organisation_kind_is_known",
                violation_error_message="Choose council, school or provider.",
            ),
            models.CheckConstraint(
                condition=Q(urn__isnull=True) | Q(urn__regex=r"^[0-9]{6}$"),
                name="accounts_organisation_urn_has_six_digits",
                violation_error_message="A URN has six digits.",
            ),
            models.CheckConstraint(
                condition=Q(ukprn__isnull=True) | Q(ukprn__regex=r"^1[0-9]{7}$"),
                name="accounts_organisation_ukprn_has_eight_digits",
                violation_error_message="A UKPRN has eight digits and begins with 1.",
            ),
            models.CheckConstraint(
                condition=Q(laestab="") | Q(laestab__regex=r"^[0-9]{7}$"),
                name="accounts_organisation_laestab_has_seven_digits",
                violation_error_message="A LAESTAB has seven digits.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=models.F("opened_on")),
                name="accounts_organisation_closed_after_opened",
                violation_error_message="The closing date must be after the opening date.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def where_one_goes(cls, places: Iterable["Organisation"], school: int) -> "list[Organisation]":
        """Return of open places, by name, what `where_pupils_go` keeps, in its order."""
        found = [
            place for place in places if place.kind == cls.Kind.PROVIDER or place.pk == school
        ]
        return sorted(found, key=lambda place: place.kind)
