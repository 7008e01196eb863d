"""Keys with which the system of an organisation sends data on its own."""

import secrets
from datetime import timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models.organisation import Organisation
from accounts.models.personal import TOKEN_BYTES, hash_of
from accounts.models.user import User
from accounts.permissions import REACH_ALL, REACH_PROVIDER, Permission

SOON = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys of organisations."""

    def as_user(self, user: User) -> Self:
        """Keep those of the person's own organisation; for those who reach every child, all."""
        if user.roles & REACH_ALL:
            return self.all()
        return self.filter(organisation__in=user.organisations_as(REACH_PROVIDER))

    def valid(self) -> Self:
        """Keep those that are neither over nor revoked."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def ending_soon(self) -> Self:
        """Keep the valid ones that end within 30 days."""
        return self.valid().filter(expires_at__lte=timezone.now() + SOON)

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("organisation", "made_by")


@pghistory.track(exclude=["token_hash", "used_at"])
class ApiKey(models.Model):
    """A key for one organisation, kept as its hash only, with a last day.

    It acts for the person who made it, and only while that person holds a role there that may do
    the same: somebody always answers for it, and nothing is written in nobody's name.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")),
                name="accounts_apikey_ends_after_it_is_made",
                violation_error_message="A key lasts for some time.",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="accounts_apikey_revoked_by_somebody",
                violation_error_message="A revoked key says when, and by whom.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}"

    @property
    def is_valid(self) -> bool:
        """Tell whether the key opens anything today."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @staticmethod
    def new_token() -> str:
        """Return a new secret that nobody guesses."""
        return secrets.token_urlsafe(TOKEN_BYTES)


def key_of(token: str, permission: Permission) -> ApiKey | None:
    """Return the valid key of a token, whose maker may still do something there, or None.

    The maker acts in the roles held there, or at the council, and no other. The moment is written down, once
    a minute at most.
    """
    keys = ApiKey.objects.valid().filter(organisation__closed_on=None)
    key = keys.with_names().filter(token_hash=hash_of(token)).first()
    if key is None:
        return None
    maker, now = key.made_by, timezone.now()
    maker.acting = [
        held
        for held in maker.memberships_in_force
        if held.organisation_id == key.organisation_id
        or held.organisation.kind == Organisation.Kind.COUNCIL
    ]
    if not maker.can(permission):
        return None
    if key.used_at is None or key.used_at < now - SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(used_at=now)
    return key
