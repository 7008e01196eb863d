"""Forms of the weeks of return."""

from typing import Any

from crispy_forms_gds.helper import FormHelper
from django import forms

from apsystem.lib.calendar import SESSIONS_A_WEEK
from apsystem.lib.forms import DateField, GdsForm, Radios, TextArea
from placements.forms.opening import SESSION_CHOICES
from placements.models import Placement
from reintegration.actions import Agreed
from reintegration.models import WEEKS, Judgement, Stay, Week
from reintegration.models.week import last_sessions

# A line to begin with, which the meeting changes: whole days more at school each week.
USUAL_AT_SCHOOL = [2, 4, 6, 8, 10, 10]


def _at_school(label: str, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=SESSIONS_A_WEEK,
        initial=initial,
        error_messages={"required": "Enter how many sessions, 0 for none"},
    )


def _at_provider(label: str, placement: Placement, initial: int) -> forms.MultipleChoiceField:
    """Return boxes for the sessions of a placement, with those of a pattern ticked."""
    offered = [row for row in SESSION_CHOICES if placement.sessions >> int(row[0]) & 1]
    return forms.MultipleChoiceField(
        label=label,
        choices=offered,
        initial=[bit for bit, _ in offered if initial >> int(bit) & 1],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="The register asks for these sessions only. Choose none where the pupil is at the "
        "school all week.",
    )


class BoxesForm(GdsForm):
    """A form with boxes for the sessions at the provider."""

    @property
    def helper(self) -> FormHelper:
        """Set the mornings beside the afternoons."""
        helper = super().helper
        helper.form_class += " app-sessions"
        return helper

    def pattern(self, name: str = "weekly") -> int:
        """Return the ticked sessions as a weekly pattern."""
        return sum(1 << int(bit) for bit in self.cleaned_data.get(name, ()))

    def hold_ten(self, at_school: str, name: str = "weekly") -> None:
        """Refuse more than ten sessions a week, beside the week."""
        both = (self.cleaned_data.get(at_school) or 0) + self.pattern(name).bit_count()
        if both > SESSIONS_A_WEEK:
            self.add_error(
                at_school,
                f"Together that is {both} sessions: a week has {SESSIONS_A_WEEK} at most",
            )


class BeginForm(BoxesForm):
    """The six weeks as they are agreed."""

    submit_label = "Begin the return"

    starts_on = DateField(label="First day back", help_text="Half terms are not counted as weeks")

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        """Ask for each week: sessions at both places, the goal, who leads."""
        super().__init__(*args, **kwargs)
        for number, at_school in enumerate(USUAL_AT_SCHOOL[:WEEKS], start=1):
            self.fields[f"school_{number}"] = _at_school(
                f"Week {number}: sessions at school", at_school
            )
            self.fields[f"weekly_{number}"] = _at_provider(
                f"Week {number}: sessions at the provider",
                placement,
                last_sessions(placement.sessions, SESSIONS_A_WEEK - at_school),
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
            self.hold_ten(f"school_{number}", f"weekly_{number}")
        return cleaned

    @property
    def weeks(self) -> list[Agreed]:
        """Return what is agreed for each week."""
        read = self.cleaned_data
        return [
            Agreed(
                self.pattern(f"weekly_{n}"), read[f"school_{n}"], read[f"goal_{n}"],
                read[f"lead_{n}"],
            )
            for n in range(1, WEEKS + 1)
        ]  # fmt: skip


class SessionsForm(BoxesForm):
    """At which sessions of a week the pupil is at the provider."""

    submit_label = "Save the sessions"

    def __init__(self, *args: Any, week: Week, **kwargs: Any) -> None:
        """Offer the sessions of the placement, with those that hold now."""
        super().__init__(*args, **kwargs)
        self.fields["weekly"] = _at_provider(
            "Sessions at the provider in this week", week.plan.placement, week.sessions
        )


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


class ExtendForm(BoxesForm, WeekChangeForm):
    """One week more."""

    submit_label = "Add the week"

    school_sessions = _at_school("Sessions at school", SESSIONS_A_WEEK)
    goal = forms.CharField(label="Goal (optional)", max_length=300, required=False)
    lead = forms.CharField(label="Who leads (optional)", max_length=150, required=False)

    def __init__(self, *args: Any, placement: Placement, sessions: int = 0, **kwargs: Any) -> None:
        """Offer the sessions of the placement, with those of a pattern ticked."""
        super().__init__(*args, **kwargs)
        self.fields["weekly"] = _at_provider("Sessions at the provider", placement, sessions)
        self.order_fields(["school_sessions", "weekly", "goal", "lead", "reason"])

    def clean(self) -> dict[str, Any]:
        """Refuse more than ten sessions, beside those at school."""
        cleaned = super().clean() or self.cleaned_data
        self.hold_ten("school_sessions")
        return cleaned

    @property
    def agreed(self) -> Agreed:
        """Return what is agreed for the week."""
        read = self.cleaned_data
        return Agreed(self.pattern(), read["school_sessions"], read["goal"], read["lead"])


class AgreedForm(ExtendForm):
    """What is agreed for a week of the line, as it holds now, to be changed."""

    submit_label = "Save the week"

    def __init__(self, *args: Any, week: Week, **kwargs: Any) -> None:
        """Fill in what holds now."""
        super().__init__(
            *args,
            placement=week.plan.placement,
            sessions=week.sessions,
            initial=forms.model_to_dict(week, ["school_sessions", "goal", "lead"]),
            **kwargs,
        )


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
