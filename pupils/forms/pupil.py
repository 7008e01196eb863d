"""A child's details, and a child who is not known yet."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation
from apsystem.lib.forms import DateField, OnceForm, Radios, SeenForm, TextArea, offer
from pupils.models import Pupil
from pupils.models.codes import Ethnicity, NeedType, SenProvision, Sex, UpnUnknown

NO_CHOICE = [("", "None")]


class PupilForm(SeenForm):
    """A child's details, as the school census records them."""

    submit_label = "Save"

    forename = forms.CharField(
        label="First name",
        max_length=100,
        error_messages={"required": "Enter the first name"},
    )
    surname = forms.CharField(
        label="Last name",
        max_length=100,
        error_messages={"required": "Enter the last name"},
    )
    preferred_name = forms.CharField(label="Known as (optional)", max_length=100, required=False)
    date_of_birth = DateField(label="Date of birth", help_text="For example, 27 3 2012")
    sex = Radios(
        label="Sex",
        choices=Sex,
        help_text="As the school census records it",
        error_messages={"required": "Choose female or male, as the school census records it"},
    )
    upn = forms.CharField(
        label="Unique pupil number (UPN)",
        max_length=20,
        required=False,
        help_text="13 characters, for example Z205110124001. Leave it empty if it is not known.",
    )
    upn_unknown = forms.ChoiceField(
        label="Why the UPN is not known",
        choices=[("", "The UPN is known"), *UpnUnknown.choices],
        required=False,
    )
    sen_provision = Radios(label="Special educational needs", choices=SenProvision)
    primary_need = forms.ChoiceField(
        label="Primary need (optional)",
        choices=[*NO_CHOICE, *NeedType.choices],
        required=False,
    )
    secondary_need = forms.ChoiceField(
        label="Secondary need (optional)",
        choices=[*NO_CHOICE, *NeedType.choices],
        required=False,
    )
    has_free_meals = forms.BooleanField(label="Eligible for free school meals", required=False)
    address = forms.CharField(label="Address (optional)", max_length=300, required=False)
    postcode = forms.CharField(label="Postcode (optional)", max_length=10, required=False)
    ethnicity = forms.ChoiceField(
        label="Ethnicity (optional)",
        required=False,
        help_text="As the family states it. 'Refused' is an answer too.",
    )
    staff_need_to_know = TextArea(
        label="What staff need to know (optional)",
        max_length=2000,
        required=False,
        help_text="Everybody who may open the pupil's page reads this. Write what keeps the pupil "
        "and others safe and well, and nothing more.",
    )

    class Meta:
        model = Pupil
        fields = [
            "forename",
            "surname",
            "preferred_name",
            "date_of_birth",
            "sex",
            "upn",
            "upn_unknown",
            "sen_provision",
            "has_free_meals",
            "address",
            "postcode",
            "ethnicity",
            "staff_need_to_know",
        ]

    field_order = [
        "forename",
        "surname",
        "preferred_name",
        "date_of_birth",
        "sex",
        "upn",
        "upn_unknown",
        "sen_provision",
        "primary_need",
        "secondary_need",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show what is recorded: a finer code of ethnicity than ours stays what it is."""
        super().__init__(*args, **kwargs)
        kept = self.instance.ethnicity
        finer = [(kept, kept)] if kept and kept not in Ethnicity.values else []
        self.fields["ethnicity"].choices = [("", "Not recorded"), *Ethnicity.choices, *finer]

    def saved(self, row: Any) -> dict[str, Any]:
        """Return the needs too, the primary one first."""
        needs = [*row.more_state(), "", ""]
        return super().saved(row) | {"primary_need": needs[0], "secondary_need": needs[1]}

    def clean(self) -> dict[str, Any]:
        """Ask for the UPN or for the reason, and for needs that fit the provision."""
        cleaned = super().clean() or self.cleaned_data
        upn = cleaned["upn"] = cleaned.get("upn") or None
        if "upn" not in self.errors and not upn and not cleaned.get("upn_unknown"):
            self.add_error("upn", "Enter the UPN, or choose below why it is not known")
        if upn and cleaned.get("upn_unknown"):
            self.add_error("upn_unknown", "The UPN is entered, so choose 'The UPN is known'")
        primary, secondary = cleaned.get("primary_need"), cleaned.get("secondary_need")
        if secondary and primary == secondary:
            self.add_error("secondary_need", "The two needs must be different")
        if secondary and not primary:
            self.add_error("primary_need", "Choose the primary need first")
        is_nsa = NeedType.NSA in (primary, secondary)
        if is_nsa and cleaned.get("sen_provision") != SenProvision.SUPPORT:
            self.add_error("primary_need", "That need goes with SEN support only")
        born = cleaned.get("date_of_birth")
        if born and born > localdate():
            self.add_error("date_of_birth", "The date of birth lies in the future")
        return cleaned

    @property
    def needs(self) -> list[str]:
        """Return the needs that were chosen, the primary one first."""
        return [self.cleaned_data["primary_need"], self.cleaned_data["secondary_need"]]


class NewPupilForm(PupilForm, OnceForm):
    """A child who is not known yet, and the roll the child is on. Sent twice, it is one child."""

    submit_label = "Add this pupil"

    school = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="School",
        empty_label="Choose a school",
        error_messages={"required": "Choose the school whose roll the pupil is on"},
    )
    on_roll_from = DateField(label="First day on the school's roll")

    def __init__(self, *args: Any, schools: Any, **kwargs: Any) -> None:
        """Offer the schools that this person may add a pupil to."""
        super().__init__(*args, **kwargs)
        offer(self, "school", schools)
        if len(schools) == 1:
            self.initial["school"] = schools[0]

    def clean(self) -> dict[str, Any]:
        """Refuse a roll in the future."""
        cleaned = super().clean()
        start = cleaned.get("on_roll_from")
        if start and start > localdate():
            self.add_error("on_roll_from", "The date lies in the future")
        return cleaned
