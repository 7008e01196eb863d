"""Forms of a plan before the weeks of return."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.models import HalfTerm, Organisation, User
from apsystem.lib.forms import DateField, GdsForm, Radios, RowForm, SeenForm, TextArea, offer
from placements.models import PLANNED_ROUTES, Assessment
from reintegration.models import Gate, Outcome, Plan
from reintegration.models.gate import Kind

ROUTES = [(route.value, route.label) for route in PLANNED_ROUTES]


class PlanFilter(forms.Form):
    """What the list of plans can be narrowed to. Its state is in the address."""

    status = forms.CharField(max_length=20, required=False)
    route = forms.CharField(max_length=20, required=False)
    waits = forms.CharField(max_length=10, required=False)

    @property
    def narrowing(self) -> dict[str, Any]:
        """Return the filter; what cannot be understood filters nothing."""
        return self.cleaned_data if self.is_valid() else {}


class PlanForm(SeenForm):
    """Where the way leads, who coordinates, what stands in the way, what is aimed at."""

    submit_label = "Save the plan"

    route = Radios(label="Where the way leads", choices=ROUTES)
    receiving_school = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Receiving school (optional)",
        required=False,
        empty_label="None chosen so far",
    )
    receiving_place = forms.CharField(
        label="Or another place (optional)",
        required=False,
        max_length=200,
        help_text="A school outside the borough, a college or an employer",
    )
    coordinator = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Coordinator at the provider (optional)",
        required=False,
        empty_label="Nobody named so far",
    )
    school_coordinator = forms.CharField(
        label="Coordinator at the receiving school (optional)",
        required=False,
        max_length=200,
        help_text="Name and position",
    )
    barriers = TextArea(label="What stands in the way (optional)", required=False)
    goals = TextArea(label="What the pupil is to be able to do (optional)", required=False)

    class Meta:
        model = Plan
        fields = ["route", "receiving_school", "receiving_place", "coordinator",
                  "school_coordinator", "barriers", "goals"]  # fmt: skip

    def __init__(self, *args: Any, schools: QuerySet, staff: QuerySet, **kwargs: Any) -> None:
        """Offer the schools, and the people who work at the provider."""
        super().__init__(*args, **kwargs)
        offer(self, "receiving_school", schools)
        offer(self, "coordinator", staff)


class SetUpForm(GdsForm):
    """Where the way of a placement without a plan leads, and in which half term."""

    submit_label = "Set up the plan"

    route = Radios(
        label="Where the way leads",
        choices=ROUTES,
        error_messages={"required": "Choose where the way leads"},
    )
    target = forms.ModelChoiceField(
        queryset=HalfTerm.objects.none(),
        label="Half term of return",
        empty_label="Choose a half term",
        help_text="When the pupil is expected to go back or on. It stays visible when it moves.",
        error_messages={
            "required": "Choose the half term",
            "invalid_choice": "Choose this half term or a later one: the others are over",
        },
    )

    def __init__(self, *args: Any, half_terms: QuerySet, **kwargs: Any) -> None:
        """Offer this half term and those to come."""
        super().__init__(*args, **kwargs)
        offer(self, "target", half_terms)


class TargetForm(GdsForm):
    """Another half term of return, and why."""

    submit_label = "Move the half term of return"

    target = forms.ModelChoiceField(
        queryset=HalfTerm.objects.none(),
        label="Half term of return",
        empty_label="Choose a half term",
        error_messages={
            "required": "Choose the half term",
            "invalid_choice": "Choose this half term or a later one: the others are over",
        },
    )
    reason = TextArea(label="Why it changes", max_length=2000)

    def __init__(self, *args: Any, half_terms: QuerySet, **kwargs: Any) -> None:
        """Offer this half term and those to come."""
        super().__init__(*args, **kwargs)
        offer(self, "target", half_terms)


class GateForm(RowForm):
    """What every gate asks: the day, and who took part."""

    submit_label = "Save the evidence"
    kind: Kind

    held_on = DateField(label="Day", initial=localdate)
    who = forms.CharField(label="Who took part", max_length=500, help_text="Names and positions")
    words = TextArea(label="What was said")

    class Meta:
        model = Gate
        fields = ["held_on", "who", "words"]

    def clean(self) -> dict[str, Any]:
        """Say which gate the evidence is for."""
        self.instance.kind = self.kind
        return super().clean() or self.cleaned_data


class ProgressForm(GateForm):
    """Progress since the baseline, shown to the receiving school."""

    kind = Kind.PROGRESS
    field_order = ["held_on", "who", "baseline", "later", "no_scores", "words"]

    baseline = forms.ModelChoiceField(
        queryset=Assessment.objects.none(),
        label="Baseline assessment",
        required=False,
        empty_label="None",
    )
    later = forms.ModelChoiceField(
        queryset=Assessment.objects.none(),
        label="Later assessment",
        required=False,
        empty_label="None",
        help_text="The same instrument, answered by the same kind of person",
    )
    no_scores = forms.CharField(
        label="If there are no scores to compare, why not", required=False, max_length=500
    )

    class Meta(GateForm.Meta):
        fields = [*GateForm.Meta.fields, "baseline", "later", "no_scores"]

    def __init__(self, *args: Any, assessments: QuerySet, **kwargs: Any) -> None:
        """Offer the assessments of the pupil, each with its day."""
        super().__init__(*args, **kwargs)
        self.fields["held_on"].label = "Day on which it was shown"
        self.fields["who"].label = "To whom at the receiving school"
        self.fields["words"].label = "What the progress is"
        for name in ("baseline", "later"):
            offer(self, name, assessments)
            self.fields[name].label_from_instance = _with_day
        self.order_fields(self.field_order)


def _with_day(row: Any) -> str:
    return f"{row}, {row.held_on.day} {row.held_on:%B %Y}"


class ConversationForm(GateForm):
    """The conversation with the pupil and a parent."""

    kind = Kind.CONVERSATION

    parent_words = TextArea(label="What the parent said, in their own words", max_length=2000)

    class Meta(GateForm.Meta):
        fields = [*GateForm.Meta.fields, "parent_words"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the pupil's words."""
        super().__init__(*args, **kwargs)
        self.fields["words"].label = "What the pupil said, in their own words"


class MeetingForm(GateForm):
    """The planning meeting."""

    kind = Kind.MEETING

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for what was agreed."""
        super().__init__(*args, **kwargs)
        self.fields["held_on"].label = "Day of the meeting"
        self.fields["who"].label = "Who came"
        self.fields["words"].label = "What was agreed"


class CloseForm(GdsForm):
    """How a plan ended whose weeks do not run."""

    submit_label = "Close the plan"

    outcome = Radios(
        label="How it ended",
        choices=Outcome.choices,
        error_messages={"required": "Choose how it ended"},
    )
    words = TextArea(label="What happened", max_length=2000)


class SendForm(GdsForm):
    """To whom at the receiving school a version goes."""

    submit_label = "Send the plan"

    to = forms.EmailField(
        label="E-mail address at the receiving school",
        max_length=254,
        help_text="Whoever holds the link can read the plan for two weeks. Send it to a person, "
        "not to an office that many read.",
    )


class SignForm(GdsForm):
    """The receiving school's answer."""

    submit_label = "Send the answer"

    answer = Radios(
        label="Does your school agree to this plan?",
        choices=[("yes", "Yes, we countersign it"), ("no", "No, not as it stands")],
        error_messages={"required": "Choose yes or no"},
    )
    refused_because = TextArea(
        label="If not, why, and what would have to change", max_length=2000, required=False
    )
    name = forms.CharField(label="Your name", max_length=150)
    position = forms.CharField(label="Your position", max_length=100)

    def clean(self) -> dict[str, Any]:
        """Ask why, where the answer is no; forget it where the answer is yes."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == "no" and not cleaned.get("refused_because"):
            self.add_error("refused_because", "Say why, and what would have to change")
        if cleaned.get("answer") == "yes":
            cleaned["refused_because"] = ""
        return cleaned
