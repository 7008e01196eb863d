"""Questions that somebody without an account answers behind a link."""

import uuid
from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate

from accounts.models.personal import hash_of
from outreach.models.support import OfSupportQuerySet


class LinkedQuerySet(OfSupportQuerySet):
    """Rows with a link."""

    def opened_by(self, token: str, today: date) -> Self:
        """Keep the one that the secret of a link opens on a day. One query, whatever the token.

        A secret that is wrong and one that is over cost the same, so that neither can be told.
        """
        return self.filter(token_hash=hash_of(token), link_ends_on__gt=today)

    def unanswered(self) -> Self:
        """Keep those that nobody answered."""
        return self.filter(answered_at=None)


class Linked(models.Model):
    """A row that a link opens, for one purpose, up to, not on, `link_ends_on`.

    The secret follows from `uid` and the installation's key: no row and no message holds it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    link_ends_on = models.DateField(null=True, blank=True)
    sent_to = ArrayField(models.EmailField(), default=list, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_as = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def token(self) -> str:
        """Return the secret of the link."""
        label = f"outreach.{type(self).__name__}".lower()
        return salted_hmac(label, self.uid.hex, algorithm="sha256").hexdigest()

    def fill_hash(self) -> None:
        """Keep the hash of the secret; to be called before the row is first saved."""
        self.token_hash = hash_of(self.token)

    @property
    def is_open(self) -> bool:
        """Tell whether its link opens today, and waits for an answer."""
        is_over = self.link_ends_on is None or self.link_ends_on <= localdate()
        return self.answered_at is None and not is_over

    @property
    def last_day(self) -> date | None:
        """Return the last day on which the link works."""
        return self.link_ends_on - timedelta(days=1) if self.link_ends_on else None

    @property
    def who_answered(self) -> str:
        """Return who answered, in which position."""
        return f"{self.answered_by}, {self.answered_as}" if self.answered_at else ""
