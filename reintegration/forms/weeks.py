"""Forms of the weeks of return."""

from typing import Any

from crispy_forms_gds.helper import FormHelper
from django import forms

from apsystem.lib.calendar import SESSIONS_A_WEEK
from apsystem.lib.forms import DateField, GdsForm, Radios, TextArea
from placements.forms.opening import SESSION_CHOICES
from reintegration.actions import Agreed
from reintegration.models import WEEKS, Judgement, Stay, Week

# A line to begin with, which the meeting changes: whole days more at school each week.
USUAL_AT_SCHOOL = [2, 4, 6, 8, 10, 10]


def _sessions(label: str, initial: int | None = None) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=SESSIONS_A_WEEK,
        initial=initial,
        error_messages={"required": "Enter how many sessions, 0 for none"},
    )


class BeginForm(GdsForm):
    """The six weeks as they are agreed."""

    submit_label = "Begin the return"

    starts_on = DateField(label="First day back", help_text="Half terms are not counted as weeks")

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        """Ask for each week: sessions at both places, the goal, who leads."""
        super().__init__(*args, **kwargs)
        for number, at_school in enumerate(USUAL_AT_SCHOOL[:WEEKS], start=1):
            self.fields[f"school_{number}"] = _sessions(
                f"Week {number}: sessions at school", at_school
            )
            self.fields[f"ap_{number}"] = _sessions(
                f"Week {number}: sessions at the provider",
                min(most, SESSIONS_A_WEEK - at_school),
            )
            self.fields[f"goal_{number}"] = forms.CharField(
                label=f"Week {number}: goal (optional)", max_length=300, required=False
            )
            self.fields[f"lead_{number}"] = forms.CharField(
                label=f"Week {number}: who leads (optional)", max_length=150, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Refuse more than ten sessions a week, beside the week."""
        cleaned = super().clean() or self.cleaned_data
        for number in range(1, WEEKS + 1):
            both = [cleaned.get(f"{place}_{number}") or 0 for place in ("school", "ap")]
            if sum(both) > SESSIONS_A_WEEK:
                self.add_error(
                    f"school_{number}",
                    f"Together that is {sum(both)} sessions: a week has {SESSIONS_A_WEEK} at most",
                )
        return cleaned

    @property
    def weeks(self) -> list[Agreed]:
        """Return what is agreed for each week."""
        read = self.cleaned_data
        return [
            Agreed(read[f"ap_{n}"], read[f"school_{n}"], read[f"goal_{n}"], read[f"lead_{n}"])
            for n in range(1, WEEKS + 1)
        ]


class SessionsForm(GdsForm):
    """At which sessions of a week the pupil is at the provider."""

    submit_label = "Save the sessions"

    weekly = forms.MultipleChoiceField(
        label="Sessions at the provider in this week",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="The register asks for these sessions only. Choose none where the pupil is at the "
        "school all week.",
    )

    def __init__(self, *args: Any, week: Week, **kwargs: Any) -> None:
        """Offer the sessions of the placement, with those that hold now."""
        super().__init__(*args, **kwargs)
        usual = week.plan.placement.sessions
        offered = [row for row in SESSION_CHOICES if usual >> int(row[0]) & 1]
        self.fields["weekly"].choices = offered
        self.initial["weekly"] = [bit for bit, _ in offered if week.sessions >> int(bit) & 1]

    @property
    def helper(self) -> FormHelper:
        """Set the mornings beside the afternoons."""
        helper = super().helper
        helper.form_class += " app-sessions"
        return helper

    @property
    def sessions(self) -> int:
        """Return the sessions as the weekly pattern that the week keeps."""
        return sum(1 << int(bit) for bit in self.cleaned_data["weekly"])


class WeekReviewForm(GdsForm):
    """How a week went."""

    submit_label = "Save the review"

    judgement = Radios(
        label="How did the week go?",
        choices=Judgement.choices,
        error_messages={"required": "Choose how the week went"},
    )
    note = TextArea(label="Review note (optional)", max_length=2000, required=False)


class WeekChangeForm(GdsForm):
    """What changes in a week, and why."""

    submit_label = "Save"

    reason = TextArea(label="Why", max_length=2000)


class ExtendForm(WeekChangeForm):
    """One week more."""

    submit_label = "Add the week"
    field_order = ["school_sessions", "ap_sessions", "goal", "reason"]

    school_sessions = _sessions("Sessions at school", SESSIONS_A_WEEK)
    ap_sessions = _sessions("Sessions at the provider", 0)
    goal = forms.CharField(label="Goal (optional)", max_length=300, required=False)

    @property
    def agreed(self) -> Agreed:
        """Return what is agreed for the week."""
        read = self.cleaned_data
        return Agreed(read["ap_sessions"], read["school_sessions"], read["goal"])


class CompleteForm(GdsForm):
    """How the return ended."""

    submit_label = "Complete the return"

    words = TextArea(label="How the return went, in plain words", max_length=2000)


class StayForm(GdsForm):
    """Whether the pupil is still there."""

    submit_label = "Save the answer"

    answer = Radios(
        label="Is the pupil still there?",
        choices=Stay.choices,
        error_messages={"required": "Choose an answer: not known is one"},
    )
    words = TextArea(label="What is known (optional)", max_length=2000, required=False)
