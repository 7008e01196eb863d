"""The form of attendance at a school: a period, and the sessions in it."""

from typing import Any

from django import forms

from accounts.models import Organisation, User
from apsystem.lib.forms import DateField, RangeForm, offer
from attendance.models import SchoolAttendance

ADDED_UP = ["present", "authorised", "unauthorised"]
MOST = 400  # sessions of a school year, and a little


def _number(label: str, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST,
        error_messages={"invalid": "Enter a whole number, like 38"},
        **more,
    )


class SchoolAttendanceForm(RangeForm):
    """Four numbers for a pupil and a period. Late is asked beside them, and may stay empty."""

    submit_label = "Save the attendance"

    school = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="School",
        empty_label="Choose a school",
        error_messages={"required": "Choose the school"},
    )
    starts_on = DateField(label="First day")
    last_day = DateField(label="Last day")
    possible = _number(
        "Possible sessions", help_text="A session is half a day: a full week has ten"
    )
    present = _number("Attended", help_text="Late is attended, and so is an approved activity")
    authorised = _number("Authorised absence")
    unauthorised = _number("Unauthorised absence")
    late = _number("Late, of those attended (optional)", required=False)

    class Meta:
        model = SchoolAttendance
        fields = [
            "school",
            "starts_on",
            "possible",
            "present",
            "authorised",
            "unauthorised",
            "late",
        ]

    field_order = ["school", "starts_on", "last_day", "possible", "present", "authorised",
                   "unauthorised", "late"]  # fmt: skip

    def __init__(self, *args: Any, schools: list[Organisation], by: User, **kwargs: Any) -> None:
        """Ask for the school only where there are several."""
        super().__init__(*args, **kwargs)
        self.only_school = schools[0] if len(schools) == 1 else None
        if self.only_school:
            del self.fields["school"]
            self.instance.school = self.only_school
        else:
            places = Organisation.objects.as_user(by)
            offer(self, "school", places.filter(pk__in=[school.pk for school in schools]))

    def clean_late(self) -> int:
        """Take an empty box for none."""
        return self.cleaned_data["late"] or 0

    def clean(self) -> dict[str, Any]:
        """Say beside the number that the four do not add up."""
        cleaned = super().clean()
        numbers = [cleaned.get(name, -1) for name in ADDED_UP]
        whole = cleaned.get("possible", -1)
        if min(whole, *numbers) >= 0 and whole != sum(numbers):
            present, authorised, unauthorised = numbers
            words = f"{present} attended, {authorised} authorised and {unauthorised} unauthorised "
            self.add_error("possible", f"{words}add up to {sum(numbers)}, not to {whole}")
        return cleaned
