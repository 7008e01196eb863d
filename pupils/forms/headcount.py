"""Forms of the totals behind the rates: headcounts, files, and the days of the reasons."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.forms import (
    DateField,
    Radios,
    SeenForm,
    offer,
)
from pupils.forms.exclusion import WholeNumberField
from pupils.models import ExclusionReason, Headcount
from pupils.models.headcount import MOST_PUPILS, Census

YEARS_OFFERED = 6
PUPILS = "Enter a whole number from 1 to 20,000: no rate can be worked out from nothing"


class HeadcountForm(SeenForm):
    """How many pupils are on the roll of a school at a census."""

    submit_label = "Save the headcount"

    school = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="School",
        empty_label="Choose a school",
        error_messages={"required": "Choose the school"},
    )
    year = forms.TypedChoiceField(label="Academic year", coerce=int)
    census = Radios(label="Census", choices=Census, initial=Census.SPRING)
    pupils = WholeNumberField(
        label="Pupils on roll",
        min_value=1,
        max_value=MOST_PUPILS,
        help_text="Sole and dual main registrations, without dual subsidiary ones",
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], PUPILS),
    )

    class Meta:
        model = Headcount
        fields = ["school", "year", "census", "pupils"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the schools, and the years around this one."""
        super().__init__(*args, **kwargs)
        this_year = academic_year(localdate())
        offered = {
            *range(this_year, this_year - YEARS_OFFERED, -1),
            self.instance.year or this_year,
        }
        self.fields["year"].choices = [
            (year, year_label(year)) for year in sorted(offered, reverse=True)
        ]
        self.initial.setdefault("year", this_year)
        offer(self, "school", Organisation.objects.as_user(by).with_roll())


class ReasonForm(SeenForm):
    """On which days a reason may be used."""

    submit_label = "Save the days"

    in_force_from = DateField(
        label="First day (optional)", required=False, help_text="Empty: not known, and usable"
    )
    in_force_to = DateField(
        label="First day without it (optional)", required=False, help_text="Empty: still in use"
    )
    source = forms.CharField(
        label="Where it was read", max_length=300, help_text="The guide, and its date or version"
    )

    class Meta:
        model = ExclusionReason
        fields = ["in_force_from", "in_force_to", "source"]
