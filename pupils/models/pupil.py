"""A child, and the rolls the child is on."""

import uuid
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Upper
from django.utils.timezone import localdate

from accounts.models import Organisation
from accounts.models.calendar import DateRange, SameNumber
from apsystem.lib.calendar import academic_year, starts_year_1
from apsystem.lib.conditions import Condition
from pupils.models.codes import (
    GONE_FOR_GOOD,
    MAIN_STATUSES,
    NO_PLACE_TO_GO,
    PLACED_STATUSES,
    EnrolmentStatus,
    Ethnicity,
    Leaving,
    SenProvision,
    Sex,
    UpnUnknown,
)
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach
from pupils.models.search import HOME, TWIN, days_in, named, searchable
from pupils.models.upn import UPN_FORM, checked_upn


class PupilQuerySet(ChildQuerySet):
    """The children within reach, and how to find one."""

    reach = Reach(pupil="", school=ON_ROLL, provider=ON_ROLL)

    def matching(self, text: str, *, by_upn: bool = True) -> Self:
        """Keep those whose names hold every word and who were born on the day, or whose UPN it is.

        Words match any part of a name, without case or accents. A day may stand among them: 27 3
        2012, 27/03/2012, 27 March 2012 or 2012-03-27. What has the form of a UPN is no name.
        """
        words = searchable(text).split()
        if not words:
            return self.none()
        upn = "".join(words).upper()
        if by_upn and UPN_FORM.fullmatch(upn):
            return self.filter(upn=upn)
        found = named(words)
        for first, after, day in days_in(words):
            found |= named(words[:first] + words[after:]) & Q(date_of_birth=day)
        return self.filter(found)

    def numbered(self, text: str) -> int | None:
        """Return the id of the child with this UPN or reference, for the trail. No details."""
        compact = "".join(text.split())
        found = self.filter(upn=compact.upper())
        with suppress(ValueError):
            found |= self.filter(uid=uuid.UUID(compact))
        return found.values_list("pk", flat=True).first()

    def around(self, pupil: "Pupil") -> "tuple[list[Pupil], list[Pupil]]":
        """Return other records that may be the same child, and those who share the home. One query.

        The same child: one birthday and one of the names. The home: perhaps sisters or brothers.
        """
        names, home = ("surname", "forename"), ("postcode", "address")
        told = {
            "is_twin": _alike(TWIN, pupil, "date_of_birth", *names),
            "is_home": _alike(HOME, pupil, *home),
        }
        others = self.filter(Q(*told.values(), _connector=Q.OR)).exclude(pk=pupil.pk)
        others = others.annotate(**told)
        found: list[Any] = list(others.order_by("surname", "forename"))
        return [row for row in found if row.is_twin], [row for row in found if row.is_home]

    def on_roll_of(self, organisations: list[int], on: date) -> Self:
        """Keep those on the roll of one of the organisations on a day."""
        here = Enrolment.objects.in_force(on).filter(organisation__in=organisations)
        return self.filter(Exists(here.filter(pupil=OuterRef("pk"))))


def _alike(rule: str, pupil: "Pupil", *names: str) -> Condition:
    columns, values = [f"{{{place}}}" for place in range(len(names))], ["%s"] * len(names)
    given = tuple(getattr(pupil, name) for name in names)
    return Condition(rule.format(*columns, *values), *map(F, names), given=given)


@pghistory.track()
class Pupil(models.Model):
    """A child. The UPN may be missing, temporary or changed, so it is never a key."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    preferred_name = models.CharField(max_length=100, blank=True)
    search_name = models.CharField(max_length=320, editable=False)
    date_of_birth = models.DateField()
    starts_year_1 = models.SmallIntegerField(
        editable=False,
        help_text="Academic year in which the child is in year 1, by age.",
    )
    sex = models.CharField(max_length=1, choices=Sex)
    ethnicity = models.CharField(max_length=4, blank=True)
    upn = models.CharField(
        "UPN",
        max_length=13,
        unique=True,
        null=True,
        blank=True,
        error_messages={
            "unique": "A pupil with this UPN is already known. If the pupil is new to your school, "
            "ask the SEND team to put the pupil on your roll."
        },
    )
    upn_unknown = models.CharField(max_length=4, choices=UpnUnknown, blank=True)
    sen_provision = models.CharField(max_length=1, choices=SenProvision, default=SenProvision.NONE)
    has_free_meals = models.BooleanField(default=False)
    address = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    staff_need_to_know = models.TextField(max_length=2000, blank=True)

    objects = PupilQuerySet.as_manager()

    class Meta:
        ordering = ["surname", "forename"]
        indexes = [
            models.Index("date_of_birth", Upper("surname"), name="pupils_pupil_surname"),
            models.Index("date_of_birth", Upper("forename"), name="pupils_pupil_forename"),
            models.Index(
                fields=["postcode"], name="pupils_pupil_postcode", condition=~Q(postcode="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(upn__isnull=True) | Q(upn__regex=f"^{UPN_FORM.pattern}$"),
                name="pupils_pupil_upn_has_its_form",
                violation_error_message="A UPN has 13 characters, like Z205110124001.",
            ),
            models.CheckConstraint(
                condition=(Q(upn__isnull=False) & Q(upn_unknown=""))
                | (Q(upn__isnull=True) & ~Q(upn_unknown="")),
                name="pupils_pupil_upn_or_why_not",
                violation_error_message="Enter the UPN, or say why it is not known, not both.",
            ),
            models.CheckConstraint(
                condition=Q(date_of_birth__gte=date(1990, 1, 1)),
                name="pupils_pupil_born_after_1989",
                violation_error_code="date_of_birth",
                violation_error_message="The date of birth is too long ago for a pupil.",
            ),
            models.CheckConstraint(
                condition=Q(sen_provision__in=SenProvision.values),
                name="pupils_pupil_sen_provision_is_known",
                violation_error_message="Choose the SEN provision from the list.",
            ),
            models.CheckConstraint(
                condition=Q(sex__in=Sex.values),
                name="pupils_pupil_sex_is_known",
                violation_error_message="Choose female or male, as the school census records it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forename} {self.surname}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the columns that follow from the names and the date of birth."""
        self.fill_derived()
        super().save(*args, **kwargs)

    def fill_derived(self) -> None:
        """Compute what the search and the year group read; bulk writers call it themselves."""
        names = (self.forename, self.preferred_name, self.surname)
        self.search_name = searchable(" ".join(names))
        self.starts_year_1 = starts_year_1(self.date_of_birth)

    def clean(self) -> None:
        """Bring the UPN into its standard form, and check its letter."""
        if self.upn:
            try:
                self.upn = checked_upn(self.upn)
            except ValidationError as error:
                raise ValidationError({"upn": error}) from error
        else:
            self.upn = None

    def more_state(self) -> list[str]:
        """Return what the form of a child shows besides the columns: the needs."""
        return [need.need_type for need in self.needs.all()]

    def year_group(self, on: date | None = None) -> str:
        """Return the national curriculum year by age on a day: 'Year 9', 'Reception'."""
        number = academic_year(on or localdate()) - self.starts_year_1 + 1
        if number == 0:
            return "Reception"
        return f"Year {number}" if number > 0 else "Nursery"

    @property
    def ethnicity_words(self) -> str:
        """Return the ethnicity in words; a code that is finer than ours stays a code."""
        return dict(Ethnicity.choices).get(self.ethnicity, self.ethnicity)

    @property
    def has_temporary_upn(self) -> bool:
        """Tell whether the UPN is a temporary one: it ends in a letter."""
        return self.upn is not None and self.upn[-1].isalpha()


class EnrolmentQuerySet(ChildQuerySet):
    """Rolls that children are on."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="organisation")

    def in_force(self, on: date) -> Self:
        """Keep those in force on a day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)

    def at_schools(self) -> Self:
        """Keep those at schools: the home school is among them."""
        return self.filter(organisation__kind=Organisation.Kind.SCHOOL)

    def not_over(self, on: date) -> Self:
        """Keep those in force on a day or later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))

    def over(self, today: date) -> Self:
        """Keep those that have ended."""
        return self.filter(ends_on__lte=today)

    def endable(self) -> Self:
        """Keep those that are not over and that follow no placement: those end with it."""
        return self.not_over(localdate()).exclude(
            Q(status__in=PLACED_STATUSES)
            | Q(
                status=EnrolmentStatus.SUBSIDIARY,
                organisation__kind=Organisation.Kind.PROVIDER,
            )
        )

    def without_destination(self, today: date) -> Self:
        """Keep main rolls that ended while nothing says where the child went.

        Nothing is: no reason of leaving but "not known", or an exclusion that is not recorded; and
        no other roll that went on or began later. Outreach and guest sessions are no place to go.
        """
        elsewhere = (
            Enrolment.objects.filter(pupil=OuterRef("pupil"), starts_on__lte=today)
            .filter(Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")))
            .exclude(status__in=NO_PLACE_TO_GO)
        )
        excluded = Pupil.objects.filter(
            pk=OuterRef("pupil"), permanent_exclusions__school=OuterRef("organisation")
        )
        return self.filter(
            Q(left_because__in=["", Leaving.NOT_KNOWN])
            | Q(left_because=Leaving.EXCLUDED) & ~Exists(excluded),
            ~Exists(elsewhere),
            status__in=MAIN_STATUSES,
            ends_on__lte=today,
        )

    def gone_for_good(self) -> Self:
        """Keep those that ended because the child left England or died."""
        return self.filter(left_because__in=GONE_FOR_GOOD)


@pghistory.track()
class Enrolment(models.Model):
    """A child belongs to an organisation, from `starts_on` up to, not on, `ends_on`.

    Schools and providers see a child through these rows and no others, so whatever places a child
    somewhere also writes one here.
    """

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="enrolments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="enrolments")
    status = models.CharField(max_length=1, choices=EnrolmentStatus)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    left_because = models.CharField(max_length=20, choices=Leaving, blank=True)
    left_for = models.CharField(max_length=200, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=EnrolmentStatus.values),
                name="pupils_enrolment_status_is_known",
                violation_error_message="Choose how the pupil is enrolled.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="pupils_enrolment_ends_after_it_starts",
                violation_error_code="ends_on",
                violation_error_message="The end must not be before the start.",
            ),
            models.CheckConstraint(
                condition=Q(left_because__in=["", *Leaving.values]),
                name="pupils_enrolment_left_because_is_known",
                violation_error_code="left_because",
                violation_error_message="Choose why the pupil left.",
            ),
            models.CheckConstraint(
                condition=Q(left_because="", left_for="") | Q(ends_on__isnull=False),
                name="pupils_enrolment_left_because_it_ended",
                violation_error_code="left_because",
                violation_error_message="Enter the last day first: the pupil is on this roll.",
            ),
            models.CheckConstraint(
                condition=~Q(left_because=Leaving.OTHER) | ~Q(left_for=""),
                name="pupils_enrolment_another_reason_is_said",
                violation_error_code="left_for",
                violation_error_message="Say where the pupil went, or why.",
            ),
            ExclusionConstraint(
                name="pupils_enrolment_none_overlap_at_one_place",
                violation_error_code="starts_on",
                expressions=[
                    (SameNumber("pupil"), RangeOperators.OVERLAPS),
                    (SameNumber("organisation"), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="The pupil is already enrolled there in that time.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "pupil", "starts_on"],
                name="pupils_enrolment_of_place",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pupil} at {self.organisation}"

    @property
    def last_day(self) -> date | None:
        """Return the last day on the roll, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def leaving_words(self) -> str:
        """Return why the child left, and where to, as far as it is recorded."""
        if not self.left_because:
            return ""
        said = self.get_left_because_display()
        return f"{said}: {self.left_for}" if self.left_for else said

    @property
    def can_end(self) -> bool:
        """Tell whether the time on the roll can be ended by itself, as `endable` does in SQL."""
        is_over = self.ends_on is not None and self.ends_on <= localdate()
        at_provider = self.organisation.kind == Organisation.Kind.PROVIDER
        is_second = self.status == EnrolmentStatus.SUBSIDIARY and at_provider
        return not (is_over or self.status in PLACED_STATUSES or is_second)
