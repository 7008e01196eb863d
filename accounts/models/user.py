"""People, and the roles that they hold in organisations."""

import uuid
from datetime import date, timedelta
from functools import cached_property
from typing import ClassVar, Self

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models.organisation import Organisation
from accounts.permissions import GRANTS, REACH_PEOPLE, Permission, Role

IDLE_AFTER = timedelta(days=90)


class UserQuerySet(models.QuerySet["User"]):
    """The people within reach of those who answer for accounts, and how to find one."""

    def as_user(self, user: "User") -> Self:
        """Keep those with a role, today or to come, in a place whose staff the person may see."""
        if user.roles & REACH_PEOPLE:
            return self.all()
        here = Membership.objects.as_user(user).not_over(localdate())
        return self.filter(Exists(here.filter(user=OuterRef("pk"))))

    def matching(self, text: str, user: "User") -> Self:
        """Keep those where every word is part of the name, the address or an organisation."""
        rows, held = self, Membership.objects.as_user(user).not_over(localdate())
        for word in text.split():
            there = held.filter(user=OuterRef("pk"), organisation__name__icontains=word)
            rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word) | Exists(there))
        return rows

    def idle(self) -> Self:
        """Keep those who hold a role and have not signed in for 90 days.

        Who never signed in counts from the day on which the role began.
        """
        since = timezone.now() - IDLE_AFTER
        held = Membership.objects.in_force(localdate()).filter(user=OuterRef("pk"))
        for_long = held.filter(starts_on__lte=localdate() - IDLE_AFTER)
        return self.filter(
            Q(last_login__lt=since) & Exists(held) | Q(last_login=None) & Exists(for_long),
            is_active=True,
        )

    def without_role(self) -> Self:
        """Keep those who hold no role today, or whose account is closed."""
        held = Membership.objects.in_force(localdate()).filter(user=OuterRef("pk"))
        return self.filter(~Exists(held) | Q(is_active=False))

    def with_roles(self, user: "User") -> Self:
        """Fetch with them, as `held`, the roles that the person may see and that are not over."""
        rows = Membership.objects.as_user(user).not_over(localdate())
        held = rows.select_related("organisation").order_by("organisation__name", "role")
        return self.prefetch_related(Prefetch("memberships", held, to_attr="held"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
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
    email = models.EmailField(
        "email address",
        unique=True,
        error_messages={
            "unique": "Somebody with this e-mail address is known already. Find the person in the "
            "list of people, and add a role there."
        },
    )
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

    def memberships_at(self, chosen: int | None) -> "list[Membership]":
        """Return today's memberships of one organisation: the chosen one, or else the first."""
        held = self.memberships_in_force
        places = [entry.organisation_id for entry in held]
        place = chosen if chosen in places else next(iter(places), None)
        return [entry for entry in held if entry.organisation_id == place]

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

    def colleagues_who(self, permission: Permission) -> "models.QuerySet[User]":
        """Return the people of the places the person acts for who may do something, by name."""
        here = [entry.organisation_id for entry in self.acting]
        return Membership.objects.filter(organisation__in=here).people_who(permission)

    def colleagues(self) -> "models.QuerySet[User]":
        """Return the active people of the places the person acts for, themselves too, by name."""
        here = [entry.organisation_id for entry in self.acting]
        held = Membership.objects.in_force(localdate()).filter(organisation__in=here)
        people = User.objects.filter(is_active=True, pk__in=held.values("user"))
        return people.order_by("name", "pk")

    def organisations_as(self, roles: set[Role]) -> list[int]:
        """Return the ids of the organisations where the person acts in one of the roles."""
        return [entry.organisation_id for entry in self.acting if entry.role in roles]

    def organisations_with(self, permission: Permission) -> list[int]:
        """Return the ids of the organisations where a role of the person holds the permission."""
        return self.organisations_as({role for role in Role if permission in GRANTS[role]})


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Who holds which role where, and when."""

    def as_user(self, user: User) -> Self:
        """Keep those in the places whose staff the person may see."""
        if user.roles & REACH_PEOPLE:
            return self.all()
        return self.filter(organisation__in=user.organisations_with(Permission.PEOPLE_VIEW))

    def endable_by(self, user: User) -> Self:
        """Keep those that are not over and that the person may end."""
        rows = self.as_user(user).not_over(localdate())
        if user.can(Permission.PEOPLE_CHANGE):
            return rows
        return rows.filter(organisation__in=user.organisations_with(Permission.ROLE_END))

    def not_over(self, on: date) -> Self:
        """Keep those in force on a day or later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))

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
                violation_error_code="role",
                violation_error_message="Choose a role from the list.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="accounts_membership_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The end must be after the start.",
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ends_on__isnull=True),
                name="accounts_membership_one_open_of_a_kind",
                violation_error_code="role",
                violation_error_message="This person already holds this role here.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}, {self.organisation}"

    def clean(self) -> None:
        """Refuse a role that the place does not have, and one that is held there already."""
        if self.organisation_id is None or self.starts_on is None:
            return
        allowed = Organisation.ROLES[Organisation.Kind(self.organisation.kind)]
        if self.role not in allowed:
            labels = sorted(Role(role).label.lower() for role in allowed)
            raise ValidationError(
                {"role": f"{self.organisation} has no such role. Its roles: {', '.join(labels)}."}
            )
        same = Membership.objects.not_over(self.starts_on).filter(
            user=self.user_id, organisation=self.organisation_id, role=self.role
        )
        if self.ends_on is not None:
            same = same.filter(starts_on__lt=self.ends_on)
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"role": "This person already holds this role here."})

    @property
    def last_day(self) -> date | None:
        """Return the last day of the role, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def is_over(self) -> bool:
        """Tell whether the role has ended."""
        return self.ends_on is not None and self.ends_on <= localdate()
