"""Steps on the way beyond Year 11: applications, activities, contacts of the coach."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from reintegration.models.transition import Destination, PartQuerySet, Pathway


@pghistory.track()
class Application(models.Model):
    """One application: sent, interviewed, answered, taken."""

    class Result(models.TextChoices):
        """What came of it."""

        OFFER = "offer", "Offer"
        DECLINED = "declined", "No offer"
        WITHDRAWN = "withdrawn", "Withdrawn"

    pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="applications")
    place = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Destination)
    course = models.CharField(max_length=200, blank=True)
    applied_on = models.DateField()
    interview_on = models.DateField(null=True, blank=True)
    result = models.CharField(max_length=10, choices=Result, blank=True)
    result_on = models.DateField(null=True, blank=True)
    is_taken = models.BooleanField(default=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["applied_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Destination.values) & ~Q(place=""),
                name="reintegration_application_says_where",
                violation_error_code="place",
                violation_error_message="Say where the application went, and for what.",
            ),
            models.CheckConstraint(
                condition=Q(result="", result_on=None)
                | Q(result__in=["offer", "declined", "withdrawn"], result_on__isnull=False)
                & Q(result_on__gte=F("applied_on")),
                name="reintegration_application_result_has_its_day",
                violation_error_code="result_on",
                violation_error_message="Enter the day of the answer, not before the application.",
            ),
            models.CheckConstraint(
                condition=Q(interview_on=None) | Q(interview_on__gte=F("applied_on")),
                name="reintegration_application_interview_after_it",
                violation_error_code="interview_on",
                violation_error_message="The interview is not before the application.",
            ),
            models.CheckConstraint(
                condition=Q(is_taken=False) | Q(result="offer"),
                name="reintegration_application_taken_is_an_offer",
                violation_error_code="is_taken",
                violation_error_message="Only an offer can be taken up.",
            ),
            models.UniqueConstraint(
                fields=["pathway"],
                condition=Q(is_taken=True),
                name="reintegration_application_one_is_taken",
                violation_error_code="is_taken",
                violation_error_message="Another offer is taken up. Change that one first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}, {self.course}" if self.course else self.place


@pghistory.track()
class Activity(models.Model):
    """Something done towards adulthood: planned, and then whether the young person came.

    `referred_to` is the service to which a family was referred for counselling, on `arranged_on`; of
    what was recorded before it was asked for it is not known.
    """

    class Kind(models.TextChoices):
        """What it was. Labels are the council's."""

        WORK = "work experience", "Work experience"
        EMPLOYER = "employer", "Encounter with an employer"
        CAREERS = "careers", "Careers talk or interview"
        SKILLS = "skills", "Session on skills for work or for life"
        ASPIRATION = "aspiration", "Aspirational activity"
        COUNSELLING = "counselling", "Family counselling"

    pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=20, choices=Kind)
    words = models.CharField(max_length=300)
    referred_to = models.CharField(max_length=200, blank=True)
    arranged_on = models.DateField(default=localdate)
    planned_on = models.DateField()
    attended = models.BooleanField(null=True, blank=True)
    outcome = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["work experience", "employer", "careers", "skills", "aspiration",
                              "counselling"]
                )
                & ~Q(words=""),
                name="reintegration_activity_says_what",
                violation_error_code="words",
                violation_error_message="Say what it is, where and with whom.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(attended__isnull=False),
                name="reintegration_activity_outcome_of_what_took_place",
                violation_error_code="attended",
                violation_error_message="Say first whether the young person came.",
            ),
            models.CheckConstraint(
                condition=Q(referred_to="") | Q(kind="counselling"),
                name="reintegration_activity_counselling_is_referred",
                violation_error_code="referred_to",
                violation_error_message="Only family counselling is referred to a service: leave "
                "this empty.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.words}"


class CoachContact(models.Model):
    """A contact of the coach with the young person or the family. Append-only."""

    class Way(models.TextChoices):
        """How they were in touch."""

        MEETING = "meeting", "Meeting"
        CALL = "call", "Call"
        MESSAGE = "message", "Message"
        VISIT = "visit", "Visit, at home or at the new place"

    pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="contacts")
    on = models.DateField()
    way = models.CharField(max_length=10, choices=Way)
    was_reached = models.BooleanField()
    words = models.TextField(max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=["meeting", "call", "message", "visit"]) & ~Q(words=""),
                name="reintegration_coachcontact_says_what",
                violation_error_code="words",
                violation_error_message="Say what was said, or what was tried.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} on {self.on.day} {self.on:%B %Y}"
