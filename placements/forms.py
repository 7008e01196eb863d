"""Forms of a placement."""

import uuid
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation
from apsystem.lib.calendar import SESSIONS_A_WEEK
from apsystem.lib.forms import DateField, GdsForm, RangeForm, RowForm, TextArea, offer
from placements.models import EVERY_SESSION, Placement, TierRule
from referrals.models import Tier

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
LONGEST_WEEKS = 200
SESSION_CHOICES = [
    (str(bit), f"{DAYS[bit // 2]} {'afternoon' if bit % 2 else 'morning'}")
    for bit in range(SESSIONS_A_WEEK)
]


class PlacementForm(RangeForm):
    """Where, from when to when, and at which sessions."""

    submit_label = "Open the placement"

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    provider = forms.ModelChoiceField(
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
    purpose = TextArea(
        label="Purpose of the placement (optional)", max_length=2000, required=False
    )

    class Meta:
        model = Placement
        fields = ["provider", "starts_on", "purpose"]

    field_order = ["uid", "provider", "starts_on", "last_day", "weekly", "purpose"]

    def __init__(self, *args: Any, tier: int, providers: Any, **kwargs: Any) -> None:
        """Ask only what the tier needs."""
        super().__init__(*args, **kwargs)
        self.tier = tier
        self.initial["uid"] = uuid.uuid4()
        offer(self, "provider", providers)
        if tier == Tier.OUTREACH:
            del self.fields["weekly"]
            self.fields["provider"].label = "Who gives the support"
        else:
            self.initial["weekly"] = [value for value, _ in SESSION_CHOICES]
        if tier != Tier.SHORT:
            self.fields["last_day"].required = False
            self.fields["last_day"].label = "Last day (optional)"

    def clean(self) -> dict[str, Any]:
        """Turn the sessions into the weekly pattern that the placement keeps."""
        cleaned = super().clean()
        self.instance.sessions = sum(1 << int(bit) for bit in cleaned.get("weekly", []))
        self.instance.sessions &= EVERY_SESSION
        return cleaned


class RuleForm(RowForm):
    """What holds for placements of a tier that start on a day or later."""

    submit_label = "Save the rule"

    starts_on = DateField(
        label="First day of the rule",
        help_text="It holds for placements that start on this day or later",
    )
    longest_weeks = forms.IntegerField(
        label="Longest length in weeks (optional)",
        required=False,
        min_value=1,
        max_value=LONGEST_WEEKS,
        help_text="Calendar weeks. Leave it empty where there is no limit.",
        error_messages={
            "invalid": "Enter a whole number of weeks",
            "min_value": "Enter one week or more",
            "max_value": f"Enter {LONGEST_WEEKS} weeks or fewer",
        },
    )

    class Meta:
        model = TierRule
        fields = ["starts_on", "longest_weeks"]


class EndForm(GdsForm):
    """The end of a placement."""

    submit_label = "End the placement"

    last_day = DateField(label="Last day", initial=localdate)
    reason = TextArea(
        label="Why it ends, and where the pupil goes next",
        max_length=2000,
        error_messages={"required": "Say why it ends, and where the pupil goes next"},
    )
