"""How many places a school has free in a year group, as the school or the council last said."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from apsystem.lib.gds import day

FIRST_YEAR, LAST_YEAR = 1, 11
MOST_PLACES = 500


class VacancyQuerySet(models.QuerySet["Vacancy"]):
    """Places of schools, no child in them."""

    def as_user(self, user: object) -> Self:
        """Keep them all: every school may know them."""
        return self


@pghistory.track()
class Vacancy(models.Model):
    """The places that a school has free in a year group. Said anew, it replaces what was said."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="vacancies")
    year_group = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField()
    said_on = models.DateField(default=localdate)
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = VacancyQuerySet.as_manager()

    class Meta:
        ordering = ["school__name", "year_group"]
        verbose_name_plural = "vacancies"
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year_group"],
                name="reintegration_vacancy_one_for_a_year_group",
                violation_error_message="The free places of this year group are said already.",
            ),
            models.CheckConstraint(
                condition=Q(year_group__gte=FIRST_YEAR, year_group__lte=LAST_YEAR),
                name="reintegration_vacancy_year_group_is_taught",
                violation_error_code="year_group",
                violation_error_message="Choose Year 1 to Year 11.",
            ),
            models.CheckConstraint(
                condition=Q(places__lte=MOST_PLACES),
                name="reintegration_vacancy_places_are_few",
                violation_error_code="places",
                violation_error_message="Enter 0 to 500 places.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}, Year {self.year_group}: {self.words}"

    @property
    def words(self) -> str:
        """Return the number and when it was said, in words."""
        return f"{self.places or 'none'} on {day(self.said_on)}"
