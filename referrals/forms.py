"""Forms of a referral."""

import uuid
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import REACH_SCHOOL
from apsystem.lib.forms import DateField, GdsForm, GdsModelForm, Radios, TextArea, offer
from pupils.models import Pupil
from referrals.models import Reason, Referral, Tier


class ChoosePupilForm(GdsForm):
    """Which pupil the referral is about."""

    submit_label = "Continue"

    pupil = forms.ModelChoiceField(
        queryset=Pupil.objects.none(),
        label="Pupil",
        to_field_name="uid",
        empty_label="Choose a pupil",
        help_text="Pupils on your school's roll today",
        error_messages={
            "required": "Choose the pupil whom the referral is about",
            "invalid_choice": "Choose a pupil from the list",
        },
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the pupils on the school's roll."""
        super().__init__(*args, **kwargs)
        schools = user.organisations_as(REACH_SCHOOL)
        self.pupils = Pupil.objects.as_user(user).on_roll_of(schools, localdate())
        offer(self, "pupil", self.pupils)


class ReferralForm(GdsModelForm):
    """The school's answers. Only what the decision needs is required."""

    submit_label = "Save and check"

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    reason = Radios(
        label="Why is help needed?",
        choices=Reason,
        error_messages={"required": "Choose why help is needed"},
    )
    event_on = DateField(
        label="Date of the suspension or permanent exclusion",
        required=False,
        help_text="Only where the pupil was suspended or permanently excluded. "
        "A permanent exclusion starts the day-6 clock.",
    )
    concern = TextArea(
        label="What is happening?",
        help_text="What staff see, how often, and since when",
        error_messages={"required": "Say what is happening"},
    )
    tried = TextArea(label="What has the school tried? (optional)", required=False)
    hoped = TextArea(label="What would a good outcome be? (optional)", required=False)
    pupil_view = TextArea(
        label="What does the pupil say? (optional)",
        required=False,
        help_text="In the pupil's own words, where possible",
    )
    parent_view = TextArea(label="What do the parents say? (optional)", required=False)

    class Meta:
        model = Referral
        fields = [
            "reason",
            "event_on",
            "concern",
            "tried",
            "hoped",
            "pupil_view",
            "parent_view",
        ]

    field_order = ["uid", "reason", "event_on", "concern"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the uid with the form, so that a form sent twice is one referral."""
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["uid"] = uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """Ask for the date that the reason needs."""
        cleaned = super().clean() or self.cleaned_data
        event_on, reason = cleaned.get("event_on"), cleaned.get("reason")
        if "event_on" in self.errors:
            return cleaned
        if reason == Reason.PERMANENT_EXCLUSION and event_on is None:
            self.add_error("event_on", "Enter the date of the permanent exclusion")
        if event_on and event_on > localdate():
            self.add_error("event_on", "The date lies in the future")
        return cleaned


class DecisionForm(GdsForm):
    """The council's decision, with its reason in words that the school reads."""

    submit_label = "Record the decision"

    decision = Radios(
        label="Decision",
        choices=[
            ("1", "Accept: tier 1, outreach in the home school"),
            ("2", "Accept: tier 2, short, time-limited placement"),
            ("3", "Accept: tier 3, longer placement"),
            ("decline", "Decline"),
        ],
        error_messages={"required": "Choose a tier, or decline"},
    )
    reason = TextArea(
        label="Reason",
        help_text="The school reads this. Say in plain words why, and what happens next.",
        error_messages={"required": "Give the reason: the school reads it"},
    )

    @property
    def verb(self) -> str:
        """Return the move that was chosen."""
        return "decline" if self.cleaned_data["decision"] == "decline" else "accept"

    @property
    def tier(self) -> Tier | None:
        """Return the tier that was chosen, if any."""
        chosen = self.cleaned_data["decision"]
        return None if chosen == "decline" else Tier(int(chosen))


class ReferralFilterForm(forms.Form):
    """What the list of referrals can be narrowed to. Its state is in the address."""

    status = forms.ChoiceField(
        choices=[
            ("", "All"),
            ("submitted", "Waiting for a decision"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("draft", "Draft"),
            ("withdrawn", "Withdrawn"),
        ],
        required=False,
    )
    reason = forms.ChoiceField(choices=[("", "All"), *Reason.choices], required=False)
    placed = forms.CharField(max_length=3, required=False)
    q = forms.CharField(max_length=100, required=False, label="Pupil's name")
