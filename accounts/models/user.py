"""People, and the roles that they hold in organisations."""

import uuid
from datetime import date
from functools import cached_property
from typing import ClassVar, Self

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate

from accounts.models.organisation import Organisation
from accounts.permissions import GRANTS, Permission, Role


class UserManager(BaseUserManager["User"]):
    """Make people. There is no superuser: nobody passes the gate without a role."""

    def create_user(self, email: str, password: str | None = None, *, name: str) -> "User":
        """Make a person who may sign in with a password, or with none yet."""
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address, whatever its case."""
        return self.get(email__iexact=username)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person who signs in. What they may do hangs on their memberships."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=150)
    position = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=models.functions.Lower("email")),
                name="accounts_user_email_is_lower_case",
                violation_error_message="Write the e-mail address in lower case.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def memberships_in_force(self) -> "list[Membership]":
        """Return today's memberships, one query a request. The gate narrows them to one place."""
        if not self.is_active:
            return []
        return list(
            Membership.objects.filter(user=self)
            .in_force(localdate())
            .select_related("organisation")
            .order_by("organisation__name", "role")
        )

    @cached_property
    def acting(self) -> "list[Membership]":
        """Return the memberships that count now: those of the organisation the person acts for."""
        return self.memberships_in_force

    @property
    def roles(self) -> set[Role]:
        """Return the roles that the person acts in."""
        return {Role(membership.role) for membership in self.acting}

    def can(self, permission: Permission) -> bool:
        """Tell whether a role that the person acts in holds the permission."""
        return any(permission in GRANTS[role] for role in self.roles)

    def organisations_as(self, roles: set[Role]) -> list[int]:
        """Return the ids of the organisations where the person acts in one of the roles."""
        return [entry.organisation_id for entry in self.acting if entry.role in roles]

    def organisations_with(self, permission: Permission) -> list[int]:
        """Return the ids of the organisations where a role of the person holds the permission."""
        return self.organisations_as({role for role in Role if permission in GRANTS[role]})


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Who holds which role where, and when."""

    def as_user(self, user: User) -> Self:
        """Keep those of the organisations that the person acts for."""
        return self.filter(organisation__in=[entry.organisation_id for entry in user.acting])

    def in_force(self, on: date) -> Self:
        """Keep those in force on a day."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on),
            starts_on__lte=on,
            organisation__closed_on__isnull=True,
        )

    def people_who(self, permission: Permission) -> models.QuerySet[User]:
        """Return the active people who may do something today, by name."""
        roles = [role for role, held in GRANTS.items() if permission in held]
        held = self.in_force(localdate()).filter(role__in=roles)
        return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name")


@pghistory.track()
class Membership(models.Model):
    """A role that a person holds in an organisation, from `starts_on` up to, not on, `ends_on`."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values),
                name="accounts_membership_role_is_known",
                violation_error_message="Choose a role from the list.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="accounts_membership_ends_after_it_starts",
                violation_error_message="The end must be after the start.",
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ends_on__isnull=True),
                name="accounts_membership_one_open_of_a_kind",
                violation_error_message="This person already holds this role here.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}, {self.organisation}"
