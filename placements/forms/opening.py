"""Forms of a placement before it starts: the offer and the answer."""

import uuid
from typing import Any

from django import forms

from accounts.models import HalfTerm, Organisation, User
from apsystem.lib.calendar import SESSIONS_A_WEEK
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    Radios,
    RangeForm,
    RemarkedChoice,
    TextArea,
    offer,
)
from placements.forms.override import OverridableMixin
from placements.models import EVERY_SESSION, PLANNED_ROUTES, Placement, Rate
from referrals.models import Tier

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
MOST_OBJECTIVES = 3
SESSION_CHOICES = [
    (str(bit), f"{DAYS[bit // 2]} {'afternoon' if bit % 2 else 'morning'}")
    for bit in range(SESSIONS_A_WEEK)
]


class PlacementForm(OverridableMixin, RangeForm):
    """Where, from when to when, and at which sessions."""

    submit_label = "Offer the placement"
    field_order = ["uid", "provider", "starts_on", "last_day", "weekly", "route", "returns_in",
                   "purpose",
                   "objective_1", "measure_1", "objective_2", "measure_2", "objective_3",
                   "measure_3"]  # fmt: skip

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    provider = RemarkedChoice(
        queryset=Organisation.objects.none(),
        label="Provider",
        empty_label="Choose a provider",
        error_messages={"required": "Choose the provider"},
    )
    starts_on = DateField(label="First day")
    last_day = DateField(label="Last day", help_text="The day after it, the placement is over")
    weekly = forms.MultipleChoiceField(
        label="Sessions at the provider each week",
        choices=SESSION_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="All ten is full time. The register asks for these sessions only.",
        error_messages={"required": "Choose at least one session"},
    )
    route = Radios(
        label="Where it is meant to lead",
        choices=[(route.value, route.label) for route in PLANNED_ROUTES],
    )
    returns_in = forms.ModelChoiceField(
        queryset=HalfTerm.objects.none(),
        label="Half term of return",
        empty_label="Choose a half term",
        help_text="When the pupil is expected to go back or on. The plan of the way back begins "
        "with it, and keeps it visible when it moves.",
        error_messages={"required": "Choose the half term in which the pupil goes back or on"},
    )
    purpose = TextArea(
        label="Purpose of the placement (optional)",
        max_length=2000,
        required=False,
        help_text="The provider reads this before it accepts: do not name the pupil",
    )
    rate = forms.ModelChoiceField(
        queryset=Rate.objects.none(),
        label="Rate (optional)",
        required=False,
        empty_label="No rate agreed so far",
        help_text="The placement keeps it, whatever the rate card says later",
    )
    transport = forms.CharField(
        label="Transport (optional)",
        required=False,
        max_length=500,
        help_text="How the pupil comes and goes, and who arranges it",
    )

    class Meta:
        model = Placement
        fields = ["provider", "starts_on", "route", "returns_in", "purpose", "rate", "transport"]

    def __init__(
        self,
        *args: Any,
        tier: int,
        providers: Any,
        remarks: dict[int, str],
        rates: Any,
        half_terms: Any,
        **kwargs: Any,
    ) -> None:
        """Ask only what the tier needs. The remarks stand beside the providers, by their id."""
        super().__init__(*args, **kwargs)
        self.tier = tier
        self.initial["uid"] = uuid.uuid4()
        offer(self, "provider", providers, remarks)
        offer(self, "rate", rates)
        offer(self, "returns_in", half_terms)
        self._ask_objectives()
        self.order_fields(self.field_order)
        if tier == Tier.OUTREACH:
            del self.fields["weekly"], self.fields["route"], self.fields["returns_in"]
            self.fields["provider"].label = "Who gives the support"
        else:
            self.initial["weekly"] = [value for value, _ in SESSION_CHOICES]
        if tier != Tier.SHORT:
            self.fields["last_day"].required = False
            self.fields["last_day"].label = "Last day (optional)"

    def _ask_objectives(self) -> None:
        for number in range(1, MOST_OBJECTIVES + 1):
            is_first, optional = number == 1, "" if number == 1 else " (optional)"
            self.fields[f"objective_{number}"] = forms.CharField(
                label=f"Objective {number}{optional}",
                required=is_first,
                max_length=300,
                help_text="What the pupil is to achieve" if is_first else "",
                error_messages={"required": "Enter at least one objective"},
            )
            self.fields[f"measure_{number}"] = forms.CharField(
                label=f"How you will know that objective {number} is met{optional}",
                required=is_first,
                max_length=300,
                error_messages={"required": "Say how you will know that the objective is met"},
            )

    @property
    def objectives(self) -> list[tuple[str, str]]:
        """Return what was agreed: what is to be achieved, and how it will be known."""
        pairs = [
            (self.cleaned_data[f"objective_{number}"], self.cleaned_data[f"measure_{number}"])
            for number in range(1, MOST_OBJECTIVES + 1)
        ]
        return [pair for pair in pairs if all(pair)]

    def clean(self) -> dict[str, Any]:
        """Turn the sessions into the weekly pattern that the placement keeps."""
        cleaned = super().clean()
        for number in range(2, MOST_OBJECTIVES + 1):
            words, how = cleaned.get(f"objective_{number}"), cleaned.get(f"measure_{number}")
            if bool(words) != bool(how):
                missing = "measure" if words else "objective"
                self.add_error(f"{missing}_{number}", "Enter both, or leave both empty")
        self.instance.sessions = sum(1 << int(bit) for bit in cleaned.get("weekly", []))
        self.instance.sessions &= EVERY_SESSION
        return cleaned


class AcceptForm(GdsForm):
    """The provider's yes, and who leads the placement."""

    submit_label = "Accept the placement"

    lead = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Who leads the placement (optional)",
        required=False,
        empty_label="Name the lead later",
        help_text="The pupil's key person at the provider",
        error_messages={"required": "Choose who leads the placement"},
    )

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        """Offer the people who work at the provider."""
        super().__init__(*args, **kwargs)
        offer(self, "lead", staff)


class ReasonForm(GdsForm):
    """A reason, and nothing else."""

    reason = TextArea(label="Reason", max_length=2000)

    def __init__(self, *args: Any, label: str, button: str, **kwargs: Any) -> None:
        """Ask in the words of the page."""
        super().__init__(*args, **kwargs)
        self.submit_label = button
        self.fields["reason"].label = label
        self.fields["reason"].error_messages["required"] = "Enter the reason"
