"""Forms of part-time timetables: agree, review, end, and what holds for them."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from apsystem.lib.calendar import pattern_words
from apsystem.lib.forms import DateField, GdsForm, Radios, RowForm, TextArea
from attendance.models import Came, Outcome, PartTimeTimetable, ReviewOutcome, TimetableRule
from placements.forms.opening import SESSION_CHOICES
from placements.models import Placement

NOT_FOR_BEHAVIOUR = (
    "Something out of the ordinary about the pupil, such as illness or a slow way back. A part-time "
    "timetable must not be used to manage behaviour."
)
WHO_MAY_AGREE = {
    Outcome.FULL_TIME: "Full time again",
    Outcome.TAKEN_BACK: "The parent or the school took the agreement back",
}


class TimetableForm(RowForm):
    """What was agreed: at which sessions, why, by whom, from when, until when."""

    submit_label = "Save the timetable"

    weekly = forms.MultipleChoiceField(
        label="Sessions at which the pupil is expected each week",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one session"},
    )
    reason = TextArea(
        label="Which exceptional circumstances make it necessary",
        max_length=2000,
        help_text=NOT_FOR_BEHAVIOUR,
        error_messages={"required": "Say which exceptional circumstances make it necessary"},
    )
    school_agreed_by = forms.CharField(
        label="Who agreed for the school",
        max_length=150,
        help_text="Name and position of the person who may decide it",
    )
    school_agreed_on = DateField(label="Day on which the school agreed")
    parent_agreed_by = forms.CharField(
        label="Which parent agreed",
        max_length=150,
        help_text="Name of a parent with whom the pupil normally lives",
    )
    parent_agreed_on = DateField(label="Day on which the parent agreed")
    starts_on = DateField(label="First day")
    full_time_on = DateField(
        label="Day on which full time is expected",
        help_text="The timetable is over on this day. It does not go on by itself.",
    )
    first_review_on = DateField(
        label="Day of the first review", help_text="With the pupil and the parent"
    )
    social_worker_told_on = DateField(
        label="Day on which the social worker was told (optional)",
        required=False,
        help_text="Needed where the pupil has a social worker",
    )

    class Meta:
        model = PartTimeTimetable
        fields = [
            "reason",
            "school_agreed_by",
            "school_agreed_on",
            "parent_agreed_by",
            "parent_agreed_on",
            "starts_on",
            "full_time_on",
            "social_worker_told_on",
        ]

    field_order = ["weekly", *Meta.fields[:-1], "first_review_on", "social_worker_told_on"]

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        """Offer the sessions of the placement."""
        super().__init__(*args, **kwargs)
        offered = [row for row in SESSION_CHOICES if placement.sessions >> int(row[0]) & 1]
        self.fields["weekly"].choices = offered
        self.fields["weekly"].help_text = (
            f"The placement has {pattern_words(placement.sessions)}. Leave out at least one: it is "
            "recorded as code C2, an authorised absence."
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Turn the sessions into the weekly pattern that the timetable keeps."""
        cleaned = super().clean() or self.cleaned_data
        self.instance.sessions = sum(1 << int(bit) for bit in cleaned.get("weekly", []))
        return cleaned


class TimetableReviewForm(GdsForm):
    """A review: when, who came, what was agreed. Four answers, one of them optional."""

    submit_label = "Save the review"

    held_on = DateField(label="Day of the review", initial=localdate)
    came = forms.MultipleChoiceField(
        label="Who came",
        choices=Came.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who came"},
    )
    outcome = Radios(
        label="What was agreed",
        choices=ReviewOutcome.choices,
        error_messages={"required": "Choose what was agreed"},
    )
    words = TextArea(
        label="What the pupil and the parent say, and what helps (optional)",
        max_length=2000,
        required=False,
    )


class TimetableEndForm(GdsForm):
    """How a timetable ended, and when."""

    submit_label = "Save"

    last_day = DateField(
        label="Last day of the timetable", help_text="From the next day on, full time is expected"
    )
    outcome = Radios(
        label="How it ended",
        choices=list(WHO_MAY_AGREE.items()),
        error_messages={"required": "Choose how the timetable ended"},
    )
    words = TextArea(label="How it went (optional)", max_length=2000, required=False)


class TimetableRuleForm(RowForm):
    """What holds for part-time timetables from a day on."""

    submit_label = "Save the rule"

    starts_on = DateField(label="First day of the rule", initial=localdate)
    review_days = forms.IntegerField(
        label="Most days from one review to the next",
        min_value=1,
        max_value=60,
        help_text="Calendar days: 14 is every two weeks",
    )
    long_weeks = forms.IntegerField(
        label="Weeks after which a timetable is listed as long (optional)",
        required=False,
        min_value=1,
        max_value=200,
        help_text="Timetables that follow one another count as one. No law sets a number.",
    )
    full_hours = forms.DecimalField(
        label="Hours a week of a full-time pupil", max_digits=4, decimal_places=2
    )
    session_hours = forms.DecimalField(
        label="Hours of one session", max_digits=4, decimal_places=2
    )
    source = forms.CharField(label="Who decided this, and where it is written", max_length=200)

    class Meta:
        model = TimetableRule
        fields = [
            "starts_on",
            "review_days",
            "long_weeks",
            "full_hours",
            "session_hours",
            "source",
        ]


class TimetableFilter(forms.Form):
    """What the list of timetables can be narrowed to. Its state is in the address."""

    waits = forms.CharField(max_length=10, required=False)

    @property
    def waits_for(self) -> str:
        """Return the filter; what cannot be understood filters nothing."""
        return self.cleaned_data["waits"] if self.is_valid() else ""
