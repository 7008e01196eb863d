"""After Year 11: the pathway plan, the coach, applications and offers, and whether it lasted."""

import uuid
from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.timezone import localdate

from accounts.models import User
from apsystem.lib.calendar import academic_year
from placements.models import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Pupil, Reach

# Academic years after the one in which a child is in Year 1.
YEAR_10, YEAR_11, YEAR_12 = 9, 10, 11
ASKED_FROM_MONTH = 6


class Destination(models.TextChoices):
    """Where the way may lead after Year 11. Labels are the council's."""

    SIXTH_FORM = "sixth form", "School sixth form"
    COLLEGE = "college", "College"
    APPRENTICESHIP = "apprenticeship", "Apprenticeship"
    WORK = "work", "Work with part-time training"
    SUPPORTED = "supported", "Supported internship"
    SPECIALIST = "specialist", "Special school or specialist college"
    OTHER = "other", "Something else"


class Guarantee(models.TextChoices):
    """How the September Guarantee stands (LAIT: an offer by the end of September)."""

    OFFER = "offer", "Has an offer of a suitable place"
    NOT_APPROPRIATE = "not appropriate", "An offer is not appropriate"
    NO_OFFER = "no offer", "No offer"


BEST_GRADE, UNGRADED = 9, 0
# Grades of a GCSE, the best first. Not recorded is none of them.
GRADES = [(number, f"Grade {number}") for number in range(BEST_GRADE, UNGRADED, -1)]
GRADES.append((UNGRADED, "U (ungraded)"))


class PathwayQuerySet(ChildQuerySet):
    """Pathways within reach."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL)

    def in_year(self, offset: int, today: date) -> Self:
        """Keep those of young people who are so many years after Year 1."""
        return self.filter(pupil__starts_year_1=academic_year(today) - offset)

    def in_the_programme(self, today: date) -> Self:
        """Keep those of young people in Years 10 to 12: whom a session of the programme is for."""
        years = [academic_year(today) - offset for offset in (YEAR_10, YEAR_11, YEAR_12)]
        return self.filter(pupil__starts_year_1__in=years).with_names()

    def without_coach(self, today: date) -> Self:
        """Keep those in Year 11, and in the autumn after, whom no coach goes with."""
        years = [academic_year(today) - YEAR_11]
        if today.month >= 9:  # noqa: PLR2004 - September to December
            years.append(academic_year(today) - YEAR_12)
        return self.filter(coach=None, pupil__starts_year_1__in=years)

    def without_offer(self, today: date) -> Self:
        """Keep those without an offer for the 30 September that is next or was last.

        From June on it is asked of those who finish Year 11 this summer.
        """
        year = today.year if today.month >= ASKED_FROM_MONTH else today.year - 1
        rows = self.filter(pupil__starts_year_1=year - YEAR_12, enrolled_on=None)
        return rows.exclude(guarantee__in=[Guarantee.OFFER, Guarantee.NOT_APPROPRIATE])

    def with_check_due(self, today: date) -> Self:
        """Keep those with a check to be answered."""
        return self.filter(destination_checks__answer="", destination_checks__due_on__lte=today)

    def last_known(self, answer: str) -> Self:
        """Keep those whose last answered check says this."""
        last = DestinationCheck.objects.filter(pathway=OuterRef("pk")).exclude(answer="")
        rows = self.alias(last=Subquery(last.order_by("-due_on").values("answer")[:1]))
        return rows.filter(last=answer)

    def narrowed(self, waits: str, today: date) -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all."""
        if waits == "coach":
            return self.without_coach(today)
        if waits == "offer":
            return self.without_offer(today)
        if waits == "check":
            return self.with_check_due(today).distinct()
        if waits in {Now.NEET, Now.NOT_KNOWN}:
            return self.last_known(waits)
        return self

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "coach")


def pupils_without_pathway(user: User, today: date) -> models.QuerySet[Pupil]:
    """Return those in Years 10 and 11 who are placed, and whom no pathway plan is made with."""
    years = [academic_year(today) - offset for offset in (YEAR_10, YEAR_11)]
    placed = Placement.objects.running().filter(pupil=OuterRef("pk"))
    rows = Pupil.objects.as_user(user).filter(Exists(placed), starts_year_1__in=years)
    return rows.filter(~Exists(Pathway.objects.filter(pupil=OuterRef("pk"))))


@pghistory.track()
class Pathway(models.Model):
    """A pathway plan from Year 10 on, one for a young person. It goes on until the last check."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.OneToOneField(Pupil, models.PROTECT, related_name="pathway")
    aspirations = models.TextField(max_length=2000)
    intended = models.CharField(max_length=20, choices=Destination, blank=True)
    intended_place = models.CharField(max_length=200, blank=True)
    needs = models.TextField(max_length=2000, blank=True)
    opened_on = models.DateField(default=localdate)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    coach = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    coach_from = models.DateField(null=True, blank=True)
    guarantee = models.CharField(max_length=20, choices=Guarantee, blank=True)
    guarantee_on = models.DateField(null=True, blank=True)
    english = models.PositiveSmallIntegerField(choices=GRADES, null=True, blank=True)
    maths = models.PositiveSmallIntegerField(choices=GRADES, null=True, blank=True)
    enrolled_at = models.CharField(max_length=200, blank=True)
    enrolled_as = models.CharField(max_length=20, choices=Destination, blank=True)
    enrolled_on = models.DateField(null=True, blank=True)

    objects = PathwayQuerySet.as_manager()

    class Meta:
        ordering = ["pupil__surname", "pupil__forename", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(aspirations=""),
                name="reintegration_pathway_says_what_is_hoped_for",
                violation_error_code="aspirations",
                violation_error_message="Write what the young person hopes for.",
            ),
            models.CheckConstraint(
                condition=Q(intended__in=["", *Destination.values]),
                name="reintegration_pathway_intended_is_known",
                violation_error_code="intended",
                violation_error_message="Choose where the way is to lead.",
            ),
            models.CheckConstraint(
                condition=Q(coach=None, coach_from=None)
                | Q(coach__isnull=False, coach_from__isnull=False),
                name="reintegration_pathway_coach_from_a_day",
                violation_error_code="coach_from",
                violation_error_message="Enter the day from which the coach goes along.",
            ),
            models.CheckConstraint(
                condition=Q(guarantee="", guarantee_on=None)
                | Q(guarantee__in=Guarantee.values, guarantee_on__isnull=False),
                name="reintegration_pathway_guarantee_is_whole",
                violation_error_code="guarantee",
                violation_error_message="Say how the September Guarantee stands, and since when.",
            ),
            models.CheckConstraint(
                condition=Q(english=None) | Q(english__lte=BEST_GRADE),
                name="reintegration_pathway_english_is_a_grade",
                violation_error_code="english",
                violation_error_message="Choose a grade from 9 to 1, or U.",
            ),
            models.CheckConstraint(
                condition=Q(maths=None) | Q(maths__lte=BEST_GRADE),
                name="reintegration_pathway_maths_is_a_grade",
                violation_error_code="maths",
                violation_error_message="Choose a grade from 9 to 1, or U.",
            ),
            models.CheckConstraint(
                condition=Q(enrolled_on=None, enrolled_at="", enrolled_as="")
                | Q(enrolled_on__isnull=False, enrolled_as__in=Destination.values)
                & ~Q(enrolled_at=""),
                name="reintegration_pathway_enrolled_whole",
                violation_error_code="enrolled_at",
                violation_error_message="Say where, as what and on which day it began.",
            ),
        ]

    def __str__(self) -> str:
        return f"Pathway plan for {self.pupil}"

    @property
    def leaves_in(self) -> int:
        """Return the calendar year in which Year 11 ends."""
        return self.pupil.starts_year_1 + YEAR_12

    @property
    def guarantee_due_on(self) -> date:
        """Return the day by which there is to be an offer."""
        return date(self.leaves_in, 9, 30)


class Month(models.TextChoices):
    """When it is asked whether the destination lasts; the day is the council's."""

    OCTOBER = "october", "October"
    JANUARY = "january", "January"
    MARCH = "march", "March"


def due_days(leaves_in: int) -> dict[Month, date]:
    """Return the day of each check after a Year 11 that ends in this calendar year."""
    return {
        Month.OCTOBER: date(leaves_in, 10, 1),
        Month.JANUARY: date(leaves_in + 1, 1, 15),
        Month.MARCH: date(leaves_in + 1, 3, 1),
    }


class Now(models.TextChoices):
    """What a check finds. NCCIS's codes were not found, so the grouping is local (reference 6)."""

    THERE = "there", "Still there"
    ELSEWHERE = "elsewhere", "In other education, employment or training"
    NEET = "neet", "Not in education, employment or training (NEET)"
    OTHER = "other", "Other: ill, in custody, moved away"
    NOT_KNOWN = "not known", "Not known"


GROUPS = {Now.THERE: "EET", Now.ELSEWHERE: "EET", Now.NEET: "NEET", Now.OTHER: "Other",
          Now.NOT_KNOWN: "Not known"}  # fmt: skip


class PartQuerySet(ChildQuerySet):
    """Parts of a pathway plan, within reach."""

    reach = Reach(pupil="pathway__pupil", school=ON_ROLL, provider=ON_ROLL)


@pghistory.track()
class DestinationCheck(models.Model):
    """Whether it lasts, asked in October, January and March."""

    pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="destination_checks")
    month = models.CharField(max_length=10, choices=Month)
    due_on = models.DateField()
    answer = models.CharField(max_length=10, choices=Now, blank=True)
    words = models.TextField(max_length=1000, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pathway", "month"],
                name="reintegration_destinationcheck_once",
                violation_error_message="This check is there already.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on=None, answered_by=None)
                | Q(answer__in=Now.values, answered_on__isnull=False, answered_by__isnull=False),
                name="reintegration_destinationcheck_answer_is_whole",
                violation_error_code="answer",
                violation_error_message="Say where the young person is now.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_month_display()} {self.due_on.year}"

    @property
    def group(self) -> str:
        """Return the local grouping of the answer."""
        return GROUPS[Now(self.answer)] if self.answer else ""
