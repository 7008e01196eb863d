"""Forms of the times and thresholds of absence."""

from typing import Any

from django import forms

from apsystem.lib.forms import (
    DateField,
    GdsForm,
    RowForm,
    SeenForm,
)
from attendance.models import RegisterTimes, Threshold
from attendance.models.threshold import WITHIN, Kind

NUMBER_LABELS = {
    Kind.UNEXPLAINED: "School days after which N must be replaced",
    Kind.UNAUTHORISED: "Unauthorised sessions",
    Kind.ILLNESS: "School days with a mark of illness",
    Kind.WEEKDAY: "Times absent on the same weekday",
    Kind.RECENT: "Percent attended, below which it is told",
}
WITHIN_LABELS = {
    Kind.UNAUTHORISED: "School weeks looked at, up to today",
    Kind.WEEKDAY: "How many of the weekday are looked at",
    Kind.RECENT: "Possible sessions looked at",
}
WHOLE = {"invalid": "Enter a whole number"}
FORMATS = ["%H:%M", "%H.%M", "%H%M", "%I:%M%p", "%I.%M%p", "%I%p"]


class ThresholdForm(RowForm):
    """From when on absence of a kind asks for a step."""

    submit_label = "Save"

    starts_on = DateField(label="First day on which it holds")
    number = forms.IntegerField(min_value=1, max_value=190, error_messages=WHOLE)
    within = forms.IntegerField(min_value=1, max_value=190, error_messages=WHOLE)
    source = forms.CharField(
        label="Who set this, and where is it written?",
        max_length=300,
        help_text="For example, the council's attendance policy, section 4",
    )

    class Meta:
        model = Threshold
        fields = ["starts_on", "number", "within", "source"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for what this kind counts."""
        super().__init__(*args, **kwargs)
        kind = Kind(self.instance.kind)
        self.fields["number"].label = NUMBER_LABELS[kind]
        if kind in WITHIN:
            self.fields["within"].label = WITHIN_LABELS[kind]
        else:
            del self.fields["within"]


class TimesForm(SeenForm):
    """By which times a provider marks and accounts."""

    submit_label = "Save the times"

    starts_on = DateField(label="First day on which they hold")
    am_mark_by = forms.TimeField(
        label="Morning register marked by", input_formats=FORMATS, help_text="For example, 9:30"
    )
    am_account_by = forms.TimeField(
        label="Morning absences accounted for by", input_formats=FORMATS
    )
    pm_mark_by = forms.TimeField(label="Afternoon register marked by", input_formats=FORMATS)
    pm_account_by = forms.TimeField(
        label="Afternoon absences accounted for by", input_formats=FORMATS
    )

    class Meta:
        model = RegisterTimes
        fields = ["starts_on", "am_mark_by", "am_account_by", "pm_mark_by", "pm_account_by"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say how a time is written."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name != "starts_on":
                field.widget.format = "%H:%M"
                field.error_messages["invalid"] = "Write the time like 9:30 or 13:45"


class AddressForm(GdsForm):
    """Where a school wants to hear of absence."""

    submit_label = "Save"

    email = forms.EmailField(
        label="E-mail address (optional)",
        required=False,
        max_length=254,
        help_text="Leave it empty, and everybody at your school who may see absence is told",
        error_messages={"invalid": "Enter an e-mail address like name@school.example"},
    )
