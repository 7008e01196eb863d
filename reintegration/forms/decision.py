"""The form of a decision on the presenter's page: what an outcome needs stands right below it."""

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import (
    HTML,
    Button,
    ConditionalQuestion,
    ConditionalRadios,
    Hidden,
    Layout,
)
from django import forms
from django.db.models import QuerySet

from accounts.models import HalfTerm, Organisation
from apsystem.lib.forms import DateField, GdsForm, TextArea, offer
from reintegration.actions import Decision, Task
from reintegration.models import PanelCase, PanelMeeting, PanelOutcome

DEFER = "defer"
DEFERRED = "Defer: something is missing"
NEEDS: dict[str, list[str]] = {
    PanelOutcome.ALLOTTED: ["school", "override_reason"],
    PanelOutcome.RETURN: ["school"],
    PanelOutcome.PROVISION: ["provider", "overbooking_reason"],
    PanelOutcome.MORE_TIME: ["half_term"],
}
ANOTHER = "The panel went on meanwhile: this is item {}. Check what you typed before you record it"
AFTERWARDS = '<h3 class="govuk-heading-s">Something to do afterwards (optional)</h3>'


def numbered(case: PanelCase) -> list[tuple[str, str]]:
    """Return the outcomes of a case with the keys that choose them, deferral last."""
    pairs = [(str(outcome), str(outcome.label)) for outcome in case.outcomes]
    pairs.append((DEFER, DEFERRED))
    return [(value, f"{key}. {label}") for key, (value, label) in enumerate(pairs, start=1)]


def keys(case: PanelCase) -> list[tuple[str, str, str]]:
    """Return each outcome with its label and the first box that it needs."""
    return [
        (value, label, "missing" if value == DEFER else NEEDS.get(value, ["reason"])[0])
        for value, label in numbered(case)
    ]


class DecisionForm(GdsForm):
    """What the panel decides, or what it lacks to decide."""

    submit_label = "Record and go on"

    outcome = forms.ChoiceField(
        label="What the panel decides",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the panel decides"},
    )
    school = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="School",
        required=False,
        empty_label="Choose a school",
    )
    override_reason = TextArea(
        label="If it is not the school that is next in turn, why",
        required=False,
        max_length=2000,
    )
    provider = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Provider",
        required=False,
        empty_label="Choose a provider",
    )
    overbooking_reason = TextArea(
        label="If the provider has no free place, why it is booked beyond its places",
        required=False,
        max_length=2000,
    )
    half_term = forms.ModelChoiceField(
        queryset=HalfTerm.objects.none(),
        label="Half term of return",
        required=False,
        empty_label="Choose a half term",
    )
    missing = TextArea(label="What is missing", required=False, max_length=2000)
    booked = forms.ModelChoiceField(
        queryset=PanelMeeting.objects.none(),
        label="Meeting that takes it up again",
        required=False,
        empty_label="Choose a meeting",
    )
    reason = TextArea(
        label="Why the panel decides so",
        required=False,
        help_text="It stands in the minutes and in the letter. Not needed to defer.",
    )
    action_words = forms.CharField(label="What", required=False, max_length=500)
    action_owner = forms.CharField(label="Who", required=False, max_length=150)
    action_due_on = DateField(label="By when", required=False)

    def __init__(
        self,
        *args: Any,
        case: PanelCase,
        schools: QuerySet,
        providers: QuerySet,
        half_terms: QuerySet,
        meetings: QuerySet,
        **kwargs: Any,
    ) -> None:
        """Ask only what fits the case."""
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["outcome"].choices = numbered(case)
        asked = {name for outcome in case.outcomes for name in NEEDS.get(outcome, [])}
        for name in {name for names in NEEDS.values() for name in names} - asked:
            del self.fields[name]
        offered = {"school": schools, "provider": providers, "half_term": half_terms}
        for name, rows in (offered | {"booked": meetings}).items():
            if name in self.fields:
                offer(self, name, rows)

    def clean(self) -> dict[str, Any]:
        """Refuse what was typed on the page of another case."""
        cleaned = super().clean() or self.cleaned_data
        if self.data.get("case") != str(self.case.uid):
            self.add_error(None, ANOTHER.format(self.case.position))
        return cleaned

    @property
    def helper(self) -> FormHelper:
        """Return the layout: each outcome with what it needs, then why, then what follows."""
        helper = super().helper
        questions: list[Any] = []
        for value, label in self.fields["outcome"].choices:
            needed = ["missing", "booked"] if value == DEFER else NEEDS.get(value, [])
            inside = [self._field(name) for name in needed]
            questions.append(ConditionalQuestion(label, *inside) if inside else label)
        helper.layout = Layout(
            Hidden("case", str(self.case.uid)),
            ConditionalRadios("outcome", *questions),
            self._field("reason"),
            HTML(AFTERWARDS),
            self._field("action_words"),
            self._field("action_owner"),
            self._field("action_due_on"),
            Button.primary("send", self.submit_label, data_prevent_double_click="true"),
        )
        return helper

    @property
    def is_deferral(self) -> bool:
        """Tell whether the panel defers the case."""
        return self.cleaned_data["outcome"] == DEFER

    @property
    def decision(self) -> Decision:
        """Return what the panel decided."""
        names = ["outcome", "reason", "school", "provider", "half_term", "override_reason",
                 "overbooking_reason"]  # fmt: skip
        read = self.cleaned_data
        return Decision(**{name: read[name] for name in names if read.get(name)} | {
            "outcome": read["outcome"], "reason": read["reason"],
        })  # fmt: skip

    @property
    def task(self) -> Task:
        """Return what somebody is to do afterwards, empty where nothing is."""
        read = self.cleaned_data
        return Task(read["action_words"], read["action_owner"], read["action_due_on"])
