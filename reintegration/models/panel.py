"""The Fair Access Panel: who sits on it and when, its meetings, the categories of the protocol."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Clock, ClockRule, Organisation, SchoolCalendar, User
from accounts.models.calendar import DateRange, SameNumber
from accounts.permissions import REACH_ALL, Permission, Role
from accounts.workflow import WorkflowModel, moves

PANEL_ROLES = {Role.PANEL_MEMBER, Role.PANEL_CHAIR}
READABLE_AFTER = timedelta(days=14)
LONGEST_MEETING = 600


class FairAccessCategoryQuerySet(models.QuerySet["FairAccessCategory"]):
    """The categories of the protocol: public, no child in them."""

    def as_user(self, user: object) -> Self:
        """Keep them all."""
        return self


class FairAccessCategory(models.Model):
    """A group of children that the protocol is for (School Admissions Code 2021, para 3.17)."""

    letter = models.CharField(max_length=1, primary_key=True)
    description = models.CharField(max_length=300)
    source = models.CharField(max_length=200)

    objects = FairAccessCategoryQuerySet.as_manager()

    class Meta:
        ordering = ["letter"]
        verbose_name_plural = "fair access categories"
        constraints = [
            models.CheckConstraint(
                condition=Q(letter__regex=r"^[a-z]$"),
                name="reintegration_fairaccesscategory_letter_is_one",
                violation_error_code="letter",
                violation_error_message="A category is named by one small letter.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter}: {self.description}"


class PanelMemberQuerySet(models.QuerySet["PanelMember"]):
    """Who sits on the panel, and when: staff, no children."""

    def as_user(self, user: User) -> Self:
        """Keep all for those who prepare meetings; a member sees who else sits there."""
        return self if user.can(Permission.PANEL_VIEW) else self.none()

    def on(self, day: date) -> Self:
        """Keep those who sit on the panel on a day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)

    def of(self, user: User) -> Self:
        """Keep the seats in which this person acts now, whether or not they are over."""
        return self.filter(user=user, organisation__in=user.organisations_as(PANEL_ROLES))

    def not_over(self, day: date) -> Self:
        """Keep those who sit on the panel on a day or later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day))

    def with_names(self) -> Self:
        """Fetch with them what a list shows, by organisation and name."""
        rows = self.select_related("user", "organisation")
        return rows.order_by("organisation__name", "user__name", "-starts_on")


@pghistory.track()
class PanelMember(models.Model):
    """A person sits on the panel for an organisation, from `starts_on` up to, not on, `ends_on`."""

    user = models.ForeignKey(User, models.PROTECT, related_name="panel_seats")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="panel_seats")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = PanelMemberQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="reintegration_panelmember_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before the first day.",
            ),
            ExclusionConstraint(
                name="reintegration_panelmember_one_seat_at_a_time",
                expressions=[
                    (SameNumber("user"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_code="starts_on",
                violation_error_message="This person sits on the panel in that time already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.organisation}"

    @property
    def last_day(self) -> date | None:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None


class MeetingStatus(models.TextChoices):
    """Where a meeting stands."""

    PLANNED = "planned", "Planned"
    PUBLISHED = "published", "Published"
    IN_SESSION = "in session", "In session"
    CLOSED = "closed", "Closed"


OUT = [MeetingStatus.PUBLISHED, MeetingStatus.IN_SESSION, MeetingStatus.CLOSED]
BUILT = [MeetingStatus.PLANNED, MeetingStatus.PUBLISHED]


class PanelMeetingQuerySet(models.QuerySet["PanelMeeting"]):
    """Meetings of the panel. No child stands in the row itself."""

    def as_user(self, user: User) -> Self:
        """Keep all for the council; for members, those of their time that they may still read.

        A member reads from the publication to 14 days after the meeting, and only while the seat
        and the role are in force, both on the day of the meeting and today.
        """
        if user.roles & REACH_ALL:
            return self.all()
        if not user.roles & PANEL_ROLES:
            return self.none()
        return self.filter(self.read_by(user))

    def read_by(self, user: User) -> Q:
        """Return the rule for members of the panel."""
        today = localdate()
        there = (
            PanelMember.objects.of(user)
            .on(today)
            .filter(
                Q(ends_on=None) | Q(ends_on__gt=OuterRef("held_on")),
                starts_on__lte=OuterRef("held_on"),
            )
        )
        return Q(Exists(there), status__in=OUT, held_on__gte=today - READABLE_AFTER)

    def to_come(self, after: date) -> Self:
        """Keep those after a day that are not in session or closed, the next one first."""
        return self.filter(status__in=BUILT, held_on__gt=after).order_by("held_on", "starts_at")

    def open_for_cases(self, today: date) -> Self:
        """Keep those whose agenda can be built, the next one first."""
        return self.filter(status__in=BUILT, held_on__gte=today).order_by("held_on", "starts_at")

    def planned(self) -> Self:
        """Keep those whose agenda is not published."""
        return self.filter(status=MeetingStatus.PLANNED)

    def not_closed(self) -> Self:
        """Keep those that are not closed, the next one first."""
        return self.exclude(status=MeetingStatus.CLOSED).order_by("held_on", "starts_at")


@pghistory.track()
class PanelMeeting(WorkflowModel):
    """A meeting of the panel. `minutes` is how long it may take, `quorum` how many must decide."""

    MOVES = moves(
        ("publish", {MeetingStatus.PLANNED}, MeetingStatus.PUBLISHED, Permission.PANEL_PREPARE),
        ("open", {MeetingStatus.PUBLISHED}, MeetingStatus.IN_SESSION, Permission.PANEL_CHAIR),
        ("close", {MeetingStatus.IN_SESSION}, MeetingStatus.CLOSED, Permission.PANEL_CHAIR),
    )
    TAG_COLOURS = {
        MeetingStatus.PLANNED: "grey",
        MeetingStatus.PUBLISHED: "blue",
        MeetingStatus.IN_SESSION: "yellow",
        MeetingStatus.CLOSED: "green",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(max_length=10, choices=MeetingStatus, default=MeetingStatus.PLANNED)
    held_on = models.DateField()
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=200)
    quorum = models.PositiveSmallIntegerField()
    attended = models.ManyToManyField(PanelMember, related_name="meetings", blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PanelMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MeetingStatus.values),
                name="reintegration_panelmeeting_status_is_known",
                violation_error_message="A meeting is planned, published, in session or closed.",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=10, minutes__lte=LONGEST_MEETING),
                name="reintegration_panelmeeting_takes_a_while",
                violation_error_code="minutes",
                violation_error_message="A meeting may take 10 to 600 minutes.",
            ),
            models.CheckConstraint(
                condition=Q(quorum__gte=1),
                name="reintegration_panelmeeting_somebody_decides",
                violation_error_code="quorum",
                violation_error_message="At least one member must be there to decide.",
            ),
            models.CheckConstraint(
                condition=Q(status=MeetingStatus.PLANNED, published_at__isnull=True)
                | ~Q(status=MeetingStatus.PLANNED)
                & Q(published_at__isnull=False, published_by__isnull=False),
                name="reintegration_panelmeeting_publication_is_whole",
                violation_error_message="A published meeting has who published it, and when.",
            ),
            models.CheckConstraint(
                condition=Q(status=MeetingStatus.CLOSED, closed_at__isnull=False)
                & Q(closed_by__isnull=False)
                | ~Q(status=MeetingStatus.CLOSED) & Q(closed_at__isnull=True),
                name="reintegration_panelmeeting_closing_is_whole",
                violation_error_message="A closed meeting has who closed it, and when.",
            ),
            models.UniqueConstraint(
                fields=["held_on", "starts_at"],
                name="reintegration_panelmeeting_once_at_a_time",
                violation_error_code="starts_at",
                violation_error_message="A meeting is planned for that day and time already.",
            ),
        ]

    def __str__(self) -> str:
        return f"Panel meeting of {self.held_on.day} {self.held_on:%B %Y}"

    def get_absolute_url(self) -> str:
        """Return the address of the meeting's page."""
        return reverse("reintegration:panel-meeting", args=[self.uid])

    @property
    def readable_until(self) -> date:
        """Return the last day on which members can read it."""
        return self.held_on + READABLE_AFTER

    @property
    def is_built(self) -> bool:
        """Tell whether the agenda may still change."""
        return self.status in BUILT

    @property
    def when(self) -> str:
        """Return when and where, in words."""
        day = f"{self.held_on:%A} {self.held_on.day} {self.held_on:%B %Y}"
        return f"{day}, {self.starts_at:%H:%M}, {self.place}"

    def papers(self, calendar: SchoolCalendar, rules: list[ClockRule]) -> Clock | None:
        """Return by when the agenda is to be published, until it is; None where no rule holds.

        The rule in force on the day of the meeting counts: a new one holds for meetings from its day.
        """
        held = (rule for rule in rules if rule.starts_on <= self.held_on)
        rule = max(held, key=lambda rule: rule.starts_on, default=None)
        if rule is None or self.status != MeetingStatus.PLANNED:
            return None
        return calendar.clock_before(
            "Publish the papers",
            self.held_on,
            rule.school_days,
            today=localdate(),
            source=rule.source,
        )

    def hidden_from(self, user: User) -> list[int]:
        """Return the numbers of the items in which a person has an interest: numbers, no child."""
        rows = self.cases.filter(conflicts__member__user=user).order_by("position")
        return [row.position for row in rows if row.position is not None]

    def following(self) -> PanelMeetingQuerySet:
        """Return the later meetings that can take up a case of this one."""
        return PanelMeeting.objects.to_come(self.held_on)


def papers_of(meetings: Iterable[PanelMeeting]) -> list[tuple[PanelMeeting, Clock | None]]:
    """Tell of each meeting by when its papers are due. Two queries, however many there are."""
    rows, today = list(meetings), localdate()
    days = [today, *(row.held_on for row in rows)]
    calendar = SchoolCalendar(min(days), max(days))
    rules = list(ClockRule.objects.filter(kind=ClockRule.Kind.PAPERS))
    return [(row, row.papers(calendar, rules)) for row in rows]
