"""Forms about a child."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation
from apsystem.lib.forms import DateField, GdsForm, GdsModelForm, Radios, offer
from pupils.models import Contact, Pupil
from pupils.models.codes import NeedType, SenProvision, Sex, UpnUnknown

NO_CHOICE = [("", "None")]


class PupilForm(GdsModelForm):
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
        """Show the needs that are recorded."""
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            needs = [need.need_type for need in self.instance.needs.all()] + ["", ""]
            self.initial["primary_need"], self.initial["secondary_need"] = needs[:2]

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


class NewPupilForm(PupilForm):
    """A child who is not known yet, and the roll the child is on."""

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


class ContactForm(GdsModelForm):
    """A person to ring."""

    submit_label = "Save contact"

    name = forms.CharField(
        label="Name", max_length=150, error_messages={"required": "Enter the name"}
    )
    relationship = forms.CharField(
        label="Relationship to the pupil",
        max_length=50,
        help_text="For example, mother, grandfather, foster carer",
        error_messages={"required": "Enter the relationship to the pupil"},
    )
    phone = forms.CharField(label="Phone number", max_length=30, required=False)
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=254,
        error_messages={"invalid": "Enter an e-mail address like name@home.example"},
    )
    has_parental_responsibility = forms.BooleanField(
        label="Has parental responsibility", required=False
    )
    priority = forms.IntegerField(
        label="Order in which to ring", initial=1, min_value=1, max_value=9
    )

    class Meta:
        model = Contact
        fields = [
            "name",
            "relationship",
            "phone",
            "email",
            "has_parental_responsibility",
            "priority",
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for a way to reach the person."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", "Enter a phone number or an e-mail address")
        return cleaned


class PlanForm(GdsForm):
    """An EHC plan in force."""

    submit_label = "Save plan"

    issued_on = DateField(label="Plan issued on")
    reviewed_on = DateField(label="Last reviewed on (optional)", required=False)
