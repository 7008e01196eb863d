"""Forms of a placement while it runs: pause, change, review, end."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.timezone import localdate

from apsystem.lib.forms import DateField, GdsForm, Radios, RowForm, TextArea
from placements.forms.override import OverridableMixin
from placements.models import (
    RATINGS,
    Award,
    Destination,
    Ending,
    NextStep,
    Objective,
    Outcome,
    Review,
)


class PauseForm(GdsForm):
    """From when on, and why, a placement is paused."""

    submit_label = "Pause the placement"

    starts_on = DateField(label="First day without sessions", initial=localdate)
    reason = TextArea(label="Why it is paused", max_length=1000)


class ResumeForm(GdsForm):
    """When a paused placement goes on."""

    submit_label = "Resume the placement"

    back_on = DateField(label="First day back", initial=localdate)


class ExtendForm(OverridableMixin, GdsForm):
    """Another last day."""

    submit_label = "Change the last day"

    last_day = DateField(label="Last day")
    reason = TextArea(label="Why the last day changes", max_length=1000)


class ObjectiveForm(GdsForm):
    """One more objective."""

    submit_label = "Add the objective"

    words = forms.CharField(label="Objective", max_length=300)
    measure = forms.CharField(label="How you will know that it is met", max_length=300)


class ChangeObjectiveForm(ObjectiveForm):
    """Other words for an objective, and why."""

    submit_label = "Propose the change"

    reason = TextArea(label="Why it changes", max_length=1000)


class AnswerChangeForm(GdsForm):
    """The council's answer to a proposed change."""

    submit_label = "Save the answer"

    decision = Radios(
        label="Do you agree the change?",
        choices=[("yes", "Yes, the objective changes"), ("no", "No, it stays as it is")],
        error_messages={"required": "Choose whether you agree the change"},
    )
    answer = TextArea(
        label="Reason (optional where you agree)",
        max_length=1000,
        required=False,
        help_text="The provider and the school read this",
    )

    def clean(self) -> dict[str, Any]:
        """Ask why where the change is not agreed."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "no" and not cleaned.get("answer"):
            self.add_error("answer", "Say why the change is not agreed")
        return cleaned


class JudgingForm(RowForm):
    """A form that also asks how far each objective is met."""

    def __init__(self, *args: Any, objectives: Iterable[Objective], **kwargs: Any) -> None:
        """Ask for each objective."""
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)
        self.judged = list(objectives)
        for row in self.judged:
            self.fields[f"outcome_{row.pk}"] = Radios(
                label=f"Objective: {row.words}",
                help_text=f"How you will know: {row.measure}",
                choices=Outcome.choices,
                initial=row.outcome or None,
                error_messages={"required": "Choose how far the objective is met"},
            )

    @property
    def outcomes(self) -> dict[int, str]:
        """Return how far each objective is met, by its id."""
        return {row.pk: self.cleaned_data[f"outcome_{row.pk}"] for row in self.judged}


class ReviewForm(JudgingForm):
    """What was said at a review, and what is agreed."""

    submit_label = "Save the review"

    held_on = DateField(label="Day of the review")
    attended = forms.CharField(
        label="Who came", max_length=500, help_text="Names and roles, the pupil and parents too"
    )
    progress_words = TextArea(
        label="How it goes", max_length=4000, error_messages={"required": "Say how it goes"}
    )
    pupil_view = TextArea(label="What the pupil says (optional)", max_length=2000, required=False)
    next_step = Radios(
        label="What is agreed",
        choices=NextStep.choices,
        error_messages={"required": "Choose what is agreed"},
    )
    agreed = TextArea(
        label="Details of what is agreed (optional)", max_length=2000, required=False
    )

    class Meta:
        model = Review
        fields = ["held_on", "attended", "progress_words", "pupil_view", "next_step", "agreed"]


class AwardForm(RowForm):
    """A qualification or accreditation."""

    submit_label = "Save the award"

    kind = Radios(
        label="Academic or vocational",
        choices=Award.Kind.choices,
        error_messages={"required": "Choose academic or vocational"},
    )
    title = forms.CharField(label="Title and level", max_length=200)
    result = forms.CharField(label="Result (optional)", max_length=100, required=False)
    gained_on = DateField(label="Day on which it was gained")

    class Meta:
        model = Award
        fields = ["kind", "title", "result", "gained_on"]


class EndForm(JudgingForm):
    """The end of a placement: where the pupil goes, what was gained, what the pupil says."""

    submit_label = "End the placement"
    field_order = ["last_day", "reason", "destination", "destination_place", "progress"]

    last_day = DateField(label="Last day", initial=localdate)
    reason = TextArea(
        label="Why it ends", max_length=2000, error_messages={"required": "Say why it ends"}
    )
    destination = Radios(
        label="Where the pupil goes next",
        choices=Destination.choices,
        error_messages={"required": "Choose where the pupil goes next"},
    )
    destination_place = forms.CharField(
        label="Name of the school, college or employer (optional)", max_length=200, required=False
    )
    progress = TextArea(
        label="Progress against the baseline",
        max_length=4000,
        help_text="What has changed since the first assessment",
        error_messages={"required": "Say what has changed since the first assessment"},
    )
    achievements = TextArea(label="Achievements (optional)", max_length=2000, required=False)
    pupil_rating = Radios(
        label="How the pupil rates the placement (optional)",
        choices=[*RATINGS, ("", "No answer")],
        required=False,
    )
    pupil_words = TextArea(
        label="What the pupil says about the placement, in the pupil's own words",
        max_length=2000,
        required=False,
    )
    pupil_not_asked = forms.CharField(
        label="If the pupil could not be asked, why not", max_length=300, required=False
    )

    class Meta:
        model = Ending
        fields = [
            "destination_place",
            "progress",
            "achievements",
            "pupil_rating",
            "pupil_words",
            "pupil_not_asked",
        ]

    def clean_pupil_rating(self) -> int | None:
        """Read the answer as a number."""
        answer = self.cleaned_data["pupil_rating"]
        return int(answer) if answer else None
