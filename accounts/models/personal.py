"""What a person sets for themselves: the feed of due dates, the summary by mail, who covers."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import Any, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import localdate

from accounts.models.calendar import DateRange, SameNumber
from accounts.models.organisation import Organisation
from accounts.models.user import Membership, User
from accounts.permissions import GRANTS, Permission, Role

FIRST_HOUR, LAST_HOUR = 6, 20
TOKEN_BYTES = 32
# `colleagues_who` and `Cover.by` in one, by hand: it stands on the desk, and the ORM takes longer to
# put it together than the database takes to answer.
BESIDE = """
    SELECT person.*, is_covered
    FROM (
        SELECT user_id, false AS is_covered
        FROM accounts_membership AS held
        JOIN accounts_organisation AS place ON place.id = held.organisation_id
        WHERE held.organisation_id = ANY(%(places)s) AND role = ANY(%(able)s)
          AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on > %(on)s) AND closed_on IS NULL
        UNION
        SELECT person_id, true FROM accounts_cover
        WHERE colleague_id = %(user)s AND starts_on <= %(on)s AND ends_on > %(on)s
          AND (organisation_id, role) IN (
              SELECT * FROM unnest(%(places)s::bigint[], %(roles)s::text[]))
    ) AS found JOIN accounts_user AS person ON person.id = found.user_id
    WHERE is_covered OR is_active
    ORDER BY name, person.id
"""


def hash_of(token: str) -> str:
    """Return what is kept of a token. It is long and random, so that no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class FeedQuerySet(models.QuerySet["Feed"]):
    """Addresses of calendar feeds."""

    def as_user(self, user: User) -> Self:
        """Keep the person's own."""
        return self.filter(user=user)

    def valid(self) -> Self:
        """Keep those that are not taken back."""
        return self.filter(revoked_at=None)


@pghistory.track(exclude=["token_hash"])
class Feed(models.Model):
    """The secret address of a person's due dates for a calendar program. Kept as its hash only."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at=None),
                name="accounts_feed_one_valid_for_a_person",
                violation_error_message="There is an address already. Replace it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar feed of {self.user}"

    @staticmethod
    def new_token() -> str:
        """Return a new secret that nobody guesses."""
        return secrets.token_urlsafe(TOKEN_BYTES)


def person_of(token: str) -> User | None:
    """Return whom the token of a feed stands for: somebody with a role today, or nobody."""
    feed = Feed.objects.valid().filter(token_hash=hash_of(token)).select_related("user").first()
    return feed.user if feed and feed.user.memberships_in_force else None


class DigestQuerySet(models.QuerySet["Digest"]):
    """Who gets a summary by mail, and when."""

    def as_user(self, user: User) -> Self:
        """Keep the person's own."""
        return self.filter(user=user)

    def due(self, on: date, hour: int) -> Self:
        """Keep those of open accounts whose hour has come and who had none this day."""
        return self.filter(
            Q(last_on=None) | Q(last_on__lt=on), hour__lte=hour, user__is_active=True
        )


@pghistory.track(exclude=["last_on", "told_until"])
class Digest(models.Model):
    """The hour at which a person is told by mail what changed; none: no mail.

    `told_until` is the moment up to which changes were told, `last_on` the day of the last run.
    """

    user = models.OneToOneField(User, models.PROTECT, related_name="+")
    hour = models.PositiveSmallIntegerField(null=True, blank=True)
    is_on_school_days_only = models.BooleanField(default=True)
    told_until = models.DateTimeField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hour__isnull=True) | Q(hour__gte=FIRST_HOUR, hour__lte=LAST_HOUR),
                name="accounts_digest_hour_is_in_the_day",
                violation_error_code="hour",
                violation_error_message="Choose an hour between 6am and 8pm.",
            ),
        ]

    def __str__(self) -> str:
        return f"Summary for {self.user}"


class CoverQuerySet(models.QuerySet["Cover"]):
    """Who covers for whom."""

    def as_user(self, user: User) -> Self:
        """Keep the person's own, on either side, and those of places where the person arranges."""
        places = user.organisations_with(Permission.COVER_ARRANGE)
        return self.filter(Q(person=user) | Q(colleague=user) | Q(organisation__in=places))

    def not_over(self, on: date) -> Self:
        """Keep those in force on a day or later."""
        return self.filter(ends_on__gt=on)

    def in_force(self, on: date) -> Self:
        """Keep those in force on a day."""
        return self.not_over(on).filter(starts_on__lte=on)

    def overlapping(self, starts_on: date, ends_on: date) -> Self:
        """Keep those that share a day with a range."""
        return self.filter(starts_on__lt=ends_on, ends_on__gt=starts_on)

    def by(self, user: User, on: date) -> Self:
        """Keep what a person covers on a day, in the roles that the person acts in.

        Who lost the role covers for nobody.
        """
        held = Q(pk__in=[])
        for entry in user.acting:
            held |= Q(organisation=entry.organisation_id, role=entry.role)
        return self.in_force(on).filter(held, colleague=user)

    def taken_on_by(self, user: User, on: date) -> list[User]:
        """Return for whom a person covers today. One query."""
        rows = self.by(user, on).select_related("person").order_by("pk")
        return [row.person for row in rows]

    def beside(
        self, user: User, permission: Permission, on: date
    ) -> tuple[list[User], list[User]]:
        """Return the colleagues who may do something, and for whom the person covers. One query."""
        given = {
            "on": on,
            "able": [role for role, granted in GRANTS.items() if permission in granted],
            "user": user.pk,
            "places": [entry.organisation_id for entry in user.acting],
            "roles": [entry.role for entry in user.acting],
        }
        found: list[Any] = list(User.objects.raw(BESIDE, given))
        return (
            [person for person in found if not person.is_covered],
            [person for person in found if person.is_covered],
        )

    def addresses(
        self,
        person: User,
        permission: Permission,
        *,
        at: Organisation | None = None,
    ) -> list[str]:
        """Return where to write about a person's work: to the person, and to who covers today.

        The work stands on both pages, so both are told. The cover counts in a role that holds the
        permission, at one place where that is named; who lost the role covers for nobody.
        """
        today = localdate()
        held = Membership.objects.in_force(today).filter(
            user=OuterRef("colleague"),
            organisation=OuterRef("organisation"),
            role=OuterRef("role"),
        )
        roles = [role for role, granted in GRANTS.items() if permission in granted]
        rows = self.in_force(today).filter(Exists(held), person=person, role__in=roles)
        rows = rows.filter(organisation=at) if at else rows
        covering = rows.filter(colleague__is_active=True).order_by("pk")
        return [person.email, *covering.values_list("colleague__email", flat=True)]


@pghistory.track()
class Cover(models.Model):
    """A colleague sees a person's work beside the own, from `starts_on` up to, not on, `ends_on`.

    Nothing is assigned anew: when it ends, it ends by itself.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    colleague = models.ForeignKey(User, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = CoverQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values),
                name="accounts_cover_role_is_known",
                violation_error_message="Choose a role from the list.",
            ),
            models.CheckConstraint(
                condition=~Q(person=F("colleague")),
                name="accounts_cover_by_somebody_else",
                violation_error_code="colleague",
                violation_error_message="Nobody covers for themselves. Choose a colleague.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="accounts_cover_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before the first day.",
            ),
            ExclusionConstraint(
                name="accounts_cover_none_overlap_for_a_person",
                expressions=[
                    (SameNumber("person"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_code="starts_on",
                violation_error_message="Somebody covers for this person on some of these days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.colleague} for {self.person}, {self.period}"

    @property
    def last_day(self) -> date:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1)

    @property
    def period(self) -> str:
        """Return the days, in words."""
        first, last = (f"{day.day} {day:%B %Y}" for day in (self.starts_on, self.last_day))
        return first if first == last else f"{first} to {last}"

    @property
    def has_begun(self) -> bool:
        """Tell whether the first day has come."""
        return self.starts_on <= localdate()
