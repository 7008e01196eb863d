"""Forms of the calendar: half terms, and days on which a place is closed."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Closure, HalfTerm, Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    RangeForm,
    SeenForm,
)

EVERYWHERE = "everywhere"
YEARS_BACK, YEARS_AHEAD = 3, 2
NUMBERS = [("", "Choose a half term"), *((str(key), name) for key, name in HalfTerm.NAMES.items())]


def years_offered() -> list[tuple[str, str]]:
    """Return the academic years that can be chosen: some before this one, and two after."""
    now = academic_year(localdate())
    return [(str(y), year_label(y)) for y in range(now - YEARS_BACK, now + YEARS_AHEAD + 1)]


class HalfTermForm(RangeForm, SeenForm):
    """One of the six half terms of a year."""

    submit_label = "Save the half term"

    year = forms.TypedChoiceField(
        label="Academic year", coerce=int, error_messages={"required": "Choose the academic year"}
    )
    number = forms.TypedChoiceField(
        label="Half term",
        choices=NUMBERS,
        coerce=int,
        error_messages={"required": "Choose the half term"},
    )
    starts_on = DateField(label="First day", help_text="The first school day of the half term")
    last_day = DateField(label="Last day", help_text="The last school day of the half term")

    class Meta:
        model = HalfTerm
        fields = ["year", "number", "starts_on"]

    field_order = ["year", "number", "starts_on", "last_day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the dates only, where the half term is there already."""
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "Choose a year"), *years_offered()]
        if self.instance.pk:
            del self.fields["year"], self.fields["number"]

    def saved(self, row: Any) -> dict[str, Any]:
        """Return the last day too, which the row keeps as the day after it."""
        return super().saved(row) | {"last_day": row.last_day}


class RemoveForm(GdsForm):
    """Nothing to fill in: a button, and the reason where the row cannot go."""

    submit_label = "Remove the half term"


class ClosureForm(RangeForm):
    """Days on which a place is closed, by whom that is said."""

    submit_label = "Save the closure"

    place = forms.ChoiceField(
        label="Which place is closed?", error_messages={"required": "Choose which place is closed"}
    )
    starts_on = DateField(label="First day of the closure")
    last_day = DateField(
        label="Last day of the closure", help_text="For one day, the same as the first day"
    )
    reason = forms.CharField(
        label="Reason",
        max_length=100,
        help_text="For example, INSET day or polling station",
        error_messages={"required": "Enter the reason"},
    )

    class Meta:
        model = Closure
        fields = ["starts_on", "reason"]

    field_order = ["place", "starts_on", "last_day", "reason"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the places that this person may close; do not ask where there is but one."""
        super().__init__(*args, **kwargs)
        places = Organisation.objects.as_user(by).with_calendar()
        if not by.can(Permission.CALENDAR_CHANGE):
            places = places.filter(pk__in=by.organisations_with(Permission.CLOSURE_CHANGE))
        self.places = {str(place.pk): place for place in places}
        choices = [(key, place.name) for key, place in self.places.items()]
        if by.can(Permission.CALENDAR_CHANGE):
            choices = [("", "Choose a place"), (EVERYWHERE, "Every school and provider"), *choices]
        self.only_place = next(iter(self.places.values())) if len(choices) == 1 else None
        if self.only_place:
            del self.fields["place"]
        else:
            self.fields["place"].choices = choices

    def clean(self) -> dict[str, Any]:
        """Turn the choice into the place; none stands for every place."""
        cleaned = super().clean()
        self.instance.organisation = self.only_place or self.places.get(cleaned.get("place", ""))
        return cleaned
