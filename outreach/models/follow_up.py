"""The twelve-month loop: what the school says 3, 6 and 12 months after support ended."""

from datetime import date, timedelta
from typing import Self

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Organisation, User
from apsystem.lib.gds import day
from outreach.models.linked import Linked, LinkedQuerySet
from outreach.models.support import Support
from pupils.models import Enrolment
from pupils.models.codes import MAIN_STATUSES

MONTHS = [3, 6, 12]
MOST_SUSPENSIONS = 90  # a suspension of half a day each, up to 45 days


class Told(models.TextChoices):
    """What a school says of suspensions or a permanent exclusion. Unknown is an answer."""

    NO = "no", "None"
    YES = "yes", "Yes"
    UNKNOWN = "unknown", "Not known"


def _lost() -> Q:
    """Return the rule: the school said that the pupil left, and nobody is asked since.

    Nobody will be of a pupil who left England or died.
    """
    of_these = {"support": OuterRef("support"), "months": OuterRef("months")}
    later = FollowUp.objects.filter(**of_these, turn__gt=OuterRef("turn"))
    gone = Enrolment.objects.gone_for_good().filter(pupil=OuterRef("support__pupil"))
    return Q(~Exists(later), ~Exists(gone), answered_at=None, passed_on__isnull=False)


class FollowUpQuerySet(LinkedQuerySet):
    """Follow-ups within reach."""

    def open(self) -> Self:
        """Keep those that are neither answered nor passed on to another school."""
        return self.filter(answered_at=None, passed_on=None)

    def due(self, by: date) -> Self:
        """Keep the open ones whose day has come."""
        return self.open().filter(due_on__lte=by)

    def unanswered_after(self, reminders: int) -> Self:
        """Keep the open ones that were reminded so often: a person has to ring."""
        return self.open().filter(reminders__gte=reminders)

    def lost(self) -> Self:
        """Keep those of pupils who left the school that was asked, to a school that is not known."""
        return self.filter(_lost())

    def without_address(self, today: date) -> Self:
        """Keep the due ones that nobody could be asked about, and the lost ones."""
        is_due = Q(answered_at=None, passed_on=None, sent_on=None, due_on__lte=today)
        return self.filter(is_due | _lost())

    def narrowed(self, *, state: str = "", school: str = "", today: date) -> Self:
        """Keep what a filter asks for; without one those that are due and open."""
        rows = {
            "all": self,
            "answered": self.filter(answered_at__isnull=False),
            "to come": self.open().filter(due_on__gt=today),
            "ring": self.unanswered_after(MOST_REMINDERS),
            "nobody": self.without_address(today),
        }.get(state, self.due(today))
        return rows.filter(school__uid=school) if school else rows

    def with_names(self) -> Self:
        """Fetch with them what a page shows, and whether they are lost."""
        rows = self.annotate(is_lost=models.ExpressionWrapper(_lost(), models.BooleanField()))
        return rows.select_related("support__pupil", "school", "support__worker", "taken_by")

    def to_take_down(self, today: date) -> Self:
        """Keep those that a worker may ring about: the due ones, and the lost ones."""
        return self.filter(Q(answered_at=None, passed_on=None, due_on__lte=today) | _lost())


MOST_REMINDERS = 3


@pghistory.track(exclude=["token_hash"])
class FollowUp(Linked):
    """The three questions to the school at which the pupil is now, `months` after the end.

    The answers are about the months from the end of support up to, not on, `due_on`, however much
    later the school answers. `taken_by` rang the school and took the answers down. `passed_on` is the day on which
    the pupil was found to be at another school: then that school is asked by a row of its own.
    """

    support = models.ForeignKey(Support, models.PROTECT, related_name="follow_ups")
    months = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField(default=1)
    due_on = models.DateField()
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    passed_on = models.DateField(null=True, blank=True)
    suspended = models.CharField(max_length=10, choices=Told, blank=True)
    suspensions = models.PositiveSmallIntegerField(null=True, blank=True)
    excluded = models.CharField(max_length=10, choices=Told, blank=True)
    possible = models.PositiveSmallIntegerField(null=True, blank=True)
    present = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.TextField(max_length=2000, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(months__in=MONTHS),
                name="outreach_followup_after_3_6_or_12_months",
                violation_error_message="A follow-up is 3, 6 or 12 months after the end.",
            ),
            models.UniqueConstraint(
                fields=["support", "months", "turn"],
                name="outreach_followup_one_of_a_turn",
                violation_error_message="This follow-up is there already.",
            ),
            models.UniqueConstraint(
                fields=["support", "months"],
                condition=Q(answered_at__isnull=True, passed_on__isnull=True),
                name="outreach_followup_one_open",
                violation_error_message="This follow-up is asked already.",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, suspended="", excluded="")
                & Q(possible__isnull=True)
                | Q(answered_at__isnull=False, suspended__in=Told.values)
                & Q(excluded__in=Told.values)
                & ~Q(answered_by="")
                & ~Q(answered_as=""),
                name="outreach_followup_answered_whole",
                violation_error_code="suspended",
                violation_error_message="Answer each question; not known is an answer.",
            ),
            models.CheckConstraint(
                condition=Q(suspended=Told.YES, suspensions__isnull=False, suspensions__gte=1)
                & Q(suspensions__lte=MOST_SUSPENSIONS)
                | ~Q(suspended=Told.YES) & Q(suspensions__isnull=True),
                name="outreach_followup_counts_suspensions",
                violation_error_code="suspensions",
                violation_error_message=f"Enter how many suspensions, 1 to {MOST_SUSPENSIONS}.",
            ),
            models.CheckConstraint(
                condition=Q(possible__isnull=True, present__isnull=True)
                | Q(possible__gte=1, possible__lte=500, present__lte=F("possible")),
                name="outreach_followup_attended_no_more_than_possible",
                violation_error_code="present",
                violation_error_message="Sessions attended are at most the possible ones, and "
                "possible are 1 to 500.",
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True) | Q(answered_at__isnull=False),
                name="outreach_followup_taken_down_is_answered",
                violation_error_message="Who took an answer down is said of an answer.",
            ),
        ]

    def __str__(self) -> str:
        return f"Follow-up after {self.months} months"

    @property
    def reference(self) -> str:
        """Return the name of the follow-up that names no child."""
        return f"{self.support.reference}/{self.months}"

    @property
    def time_words(self) -> str:
        """Return the time that the questions are about, from its first day to its last."""
        return f"from {day(self.support.followed_from)} to {day(self.due_on - timedelta(days=1))}"

    @property
    def who_answered(self) -> str:
        """Return who answered, in which position, and to whom on the telephone."""
        to = f", told to {self.taken_by}" if self.taken_by else ""
        return f"{super().who_answered}{to}"

    @property
    def attendance_words(self) -> str:
        """Return the attendance that was told, in words."""
        if self.possible is None:
            return "not known"
        return f"{self.present} of {self.possible} sessions"

    @property
    def suspended_words(self) -> str:
        """Return what was told of suspensions, in words."""
        if self.suspended == Told.YES:
            return f"{self.suspensions} suspension{'s' if self.suspensions != 1 else ''}"
        return "no suspension" if self.suspended == Told.NO else "not known"

    @property
    def excluded_words(self) -> str:
        """Return what was told of a permanent exclusion, in words."""
        words = {Told.YES: "permanently excluded", Told.NO: "not permanently excluded"}
        return words.get(Told(self.excluded), "not known") if self.excluded else ""


def main_rolls(today: date) -> models.QuerySet[Enrolment]:
    """Return the rolls on which pupils are the main ones on a day, the newest first.

    A provider that is a school (a pupil referral unit) has a roll of its own.
    """
    rows = Enrolment.objects.in_force(today).filter(status__in=MAIN_STATUSES)
    has_roll = Q(organisation__kind=Organisation.Kind.SCHOOL)
    has_roll |= Q(organisation__is_registered_school=True)
    return rows.filter(has_roll).order_by("-starts_on")


def follow_up_of(token: str, today: date) -> FollowUp | None:
    """Return the follow-up that the secret of a link opens, unless the pupil moved since.

    Who moved today is at another school at once, not when the clock passes the question on. One
    query, whatever the token.
    """
    now_at = main_rolls(today).filter(pupil=OuterRef("support__pupil")).values("organisation")[:1]
    rows = FollowUp.objects.opened_by(token, today).filter(passed_on=None)
    rows = rows.filter(school=Coalesce(Subquery(now_at), F("school")))
    return rows.select_related("support__pupil", "school").first()
