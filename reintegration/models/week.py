"""The weeks of return: what was agreed first, what holds now, and how each week went."""

from datetime import date, timedelta
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from apsystem.lib.calendar import SESSIONS_A_WEEK, pattern_words
from placements.models import EVERY_SESSION
from pupils.models import ON_ROLL, ChildQuerySet, Reach
from reintegration.models.plan import Plan

WEEKS = 6  # the strategy's "6-week reintegration process"


def _number_of(column: str) -> Func:
    """Return how many sessions a pattern in a column holds, counted by the database."""
    template = "bit_count(%(expressions)s::integer::bit(10))::integer"
    return Func(F(column), template=template, output_field=models.IntegerField())


def last_sessions(pattern: int, number: int) -> int:
    """Return the last sessions of a weekly pattern, so many, or all that it has."""
    bits = [bit for bit in range(SESSIONS_A_WEEK) if pattern >> bit & 1]
    return sum(1 << bit for bit in bits[max(0, len(bits) - number) :])


class Judgement(models.TextChoices):
    """How a week went, in the judgement of the people who were there."""

    WELL = "well", "Going well"
    WORRIES = "worries", "Some worries"
    NOT_WORKING = "not working", "Not working"


class WeekQuerySet(ChildQuerySet):
    """Weeks within reach."""

    reach = Reach(pupil="plan__pupil", school=ON_ROLL, provider="plan__placement__provider")

    def of(self, plan: Plan) -> Self:
        """Keep those of the attempt that runs or was last, in their order."""
        newest = self.filter(plan=plan).order_by("-attempt").values("attempt")[:1]
        rows = self.filter(plan=plan, attempt=newest).order_by("number")
        return rows.select_related("reviewed_by", "plan__placement")


@pghistory.track()
class Week(models.Model):
    """One week of a return, from `starts_on` up to, not on, `ends_on`.

    The columns that begin with `first_` hold the line that was agreed before week 1 and never
    change. Sessions are a week's, at the alternative provision and at the school. `at_provider` says
    which those at the provision are, a bit for each as in the placement; none while nobody chose.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="weeks")
    attempt = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    first_starts_on = models.DateField(null=True, blank=True)
    first_ends_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    ap_sessions = models.PositiveSmallIntegerField()
    school_sessions = models.PositiveSmallIntegerField()
    at_provider = models.PositiveSmallIntegerField(null=True, blank=True)
    goal = models.CharField(max_length=300, blank=True)
    lead = models.CharField(max_length=150, blank=True)
    is_skipped = models.BooleanField(default=False)
    judgement = models.CharField(max_length=15, choices=Judgement, blank=True)
    review_note = models.TextField(max_length=2000, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = WeekQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "attempt", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "attempt", "number"],
                name="reintegration_week_once",
                violation_error_message="This week is in the plan already.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=52),
                name="reintegration_week_number_counts_from_one",
                violation_error_message="Weeks are counted from 1.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="reintegration_week_ends_after_it_starts",
                violation_error_message="A week ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(ap_sessions__lte=SESSIONS_A_WEEK - F("school_sessions")),
                name="reintegration_week_fits_ten_sessions",
                violation_error_code="school_sessions",
                violation_error_message="A week has ten sessions at most, both places together.",
            ),
            models.CheckConstraint(
                condition=Q(at_provider__isnull=True)
                | Q(Exact(_number_of("at_provider"), F("ap_sessions")))
                & Q(at_provider__lte=EVERY_SESSION),
                name="reintegration_week_counts_the_sessions_chosen",
                violation_error_code="at_provider",
                violation_error_message="As many sessions are chosen as the week has at the "
                "provider.",
            ),
            models.CheckConstraint(
                condition=Q(judgement="", reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(judgement__in=Judgement.values, reviewed_by__isnull=False)
                & Q(reviewed_at__isnull=False),
                name="reintegration_week_review_is_whole",
                violation_error_code="judgement",
                violation_error_message="Choose how the week went.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="weeks_need_an_open_return",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT FROM reintegration_plan WHERE id = NEW.plan_id
                                   AND status = 'returning' AND attempt = NEW.attempt) THEN
                        RAISE EXCEPTION 'A week belongs to a return that has begun'
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'reintegration_week_needs_an_open_return';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="the_first_line_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__first_starts_on__df=pgtrigger.F("new__first_starts_on"))
                | pgtrigger.Q(old__first_ends_on__df=pgtrigger.F("new__first_ends_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"Week {self.number}, {self.dates}"

    @property
    def last_day(self) -> date:
        """Return the last day, as people say it."""
        return self.ends_on - timedelta(days=1)

    @property
    def sessions(self) -> int:
        """Return at which sessions the pupil is at the provider: the last ones while nobody chose."""
        usual: int = self.plan.placement.sessions
        if self.at_provider is None:
            return last_sessions(usual, self.ap_sessions)
        return self.at_provider & usual

    @property
    def sessions_words(self) -> str:
        """Return those sessions in words; nothing where there are none."""
        return pattern_words(self.sessions)

    @property
    def line(self) -> str:
        """Return what is agreed for the week, in words."""
        at_provider = f"{self.ap_sessions} at the provider"
        at_provider += f" ({self.sessions_words})" if self.sessions_words else ""
        goal = f"Goal: {self.goal}" if self.goal else "No goal"
        lead = f"{self.lead} leads" if self.lead else "Nobody leads"
        return f"{self.school_sessions} at school, {at_provider}. {goal}. {lead}"

    @property
    def dates(self) -> str:
        """Return the days that hold now, in words."""
        return span(self.starts_on, self.ends_on)

    @property
    def first_dates(self) -> str:
        """Return the days that were agreed first, where others hold now; empty where they hold."""
        if self.first_starts_on is None or self.first_ends_on is None:
            return "added later"
        if (self.first_starts_on, self.first_ends_on) == (self.starts_on, self.ends_on):
            return ""
        return span(self.first_starts_on, self.first_ends_on)


def span(start: date, end: date) -> str:
    """Return a half-open range in words: 3 to 7 November 2026."""
    last = end - timedelta(days=1)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day} to {date_format(last, 'j F Y')}"
    return f"{date_format(start, 'j F')} to {date_format(last, 'j F Y')}"


class ChangeKind(models.TextChoices):
    """What was changed in the line of weeks."""

    HELD = "held", "Week held: it is done once more"
    EXTENDED = "extended", "A week was added at the end"
    SKIPPED = "skipped", "Week skipped"
    SUPPORT = "support", "Extra support agreed"
    SESSIONS = "sessions", "Sessions at the provider chosen"
    AGREED = "agreed", "What was agreed has changed"
    STOPPED = "stopped", "The return was stopped"


class WeekChangeQuerySet(ChildQuerySet):
    """Changes of the weeks within reach."""

    reach = Reach(pupil="plan__pupil", school=ON_ROLL, provider="plan__placement__provider")


class WeekChange(models.Model):
    """A change of the line of weeks, with its reason. Append-only.

    `before` is what was agreed for the week until something else was, in words.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="week_changes")
    attempt = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=ChangeKind)
    reason = models.TextField(max_length=2000)
    before = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = WeekChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ChangeKind.values),
                name="reintegration_weekchange_kind_is_known",
                violation_error_message="Choose what changes.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="reintegration_weekchange_has_a_reason",
                violation_error_code="reason",
                violation_error_message="Say why the weeks change.",
            ),
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.AGREED) & ~Q(before="")
                | ~Q(kind=ChangeKind.AGREED) & Q(before=""),
                name="reintegration_weekchange_keeps_what_was_agreed",
                violation_error_code="before",
                violation_error_message="Where something else is agreed, what held is kept.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"Week {self.number}: {self.get_kind_display().lower()}"


class Stay(models.TextChoices):
    """Whether the pupil is still there. Not known is an answer, and counts as no success."""

    THERE = "there", "Still there"
    LEFT = "left", "Not there any more"
    NOT_KNOWN = "not known", "Not known"


class StayCheckQuerySet(ChildQuerySet):
    """Checks after the return, within reach."""

    reach = Reach(pupil="plan__pupil", school=ON_ROLL, provider="plan__placement__provider")


@pghistory.track()
class StayCheck(models.Model):
    """Whether the return held, some weeks after the last week of it: at 6 and at 12 weeks."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="stay_checks")
    weeks = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    answer = models.CharField(max_length=10, choices=Stay, blank=True)
    words = models.TextField(max_length=2000, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)

    objects = StayCheckQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "weeks"],
                name="reintegration_staycheck_once",
                violation_error_message="This check is there already.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True, answered_by__isnull=True)
                | Q(answer__in=Stay.values, answered_on__isnull=False)
                & Q(answered_by__isnull=False),
                name="reintegration_staycheck_answer_is_whole",
                violation_error_code="answer",
                violation_error_message="Choose whether the pupil is still there.",
            ),
        ]

    def __str__(self) -> str:
        return f"Check {self.weeks} weeks after the return"
