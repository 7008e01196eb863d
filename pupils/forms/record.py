"""What is recorded beside a child's details: whom to ring, plans, care, rolls."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from apsystem.lib.forms import DateField, GdsForm, Radios, RangeForm, RowForm, SeenForm, offer
from pupils.models import CareStatus, CensusItems, Contact, Enrolment
from pupils.models.codes import CareKind, EnrolmentStatus, Leaving, SenProvision
from pupils.models.contact import Channel

ROLL_CHOICES = [
    (status.value, status.label)
    for status in (
        EnrolmentStatus.CURRENT,
        EnrolmentStatus.MAIN,
        EnrolmentStatus.SUBSIDIARY,
        EnrolmentStatus.GUEST,
    )
]
FUTURE = "The date lies in the future"


class ContactForm(SeenForm):
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
    absence_channel = Radios(
        label="Tell them when the pupil is absent without a reason",
        choices=Channel,
        required=False,
        help_text="The message names no child: it is a link to one question",
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
            "absence_channel",
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for a way to reach the person."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", "Enter a phone number or an e-mail address")
        channel = cleaned.get("absence_channel")
        if channel == Channel.EMAIL and not cleaned.get("email") and not self.errors:
            self.add_error("email", "Enter the e-mail address to which the notice goes")
        if channel in {Channel.TEXT, Channel.PHONE} and not cleaned.get("phone"):
            self.add_error("phone", "Enter the phone number for the notice")
        return cleaned


class PlanForm(GdsForm):
    """An EHC plan in force."""

    submit_label = "Save plan"

    issued_on = DateField(label="Plan issued on")
    reviewed_on = DateField(label="Last reviewed on (optional)", required=False)


class EndPlanForm(GdsForm):
    """The end of an EHC plan, and what provision is made then."""

    submit_label = "End the plan"

    ceased_on = DateField(label="First day without the plan")
    sen_provision = Radios(
        label="Special educational needs from then on",
        choices=[
            (SenProvision.SUPPORT.value, SenProvision.SUPPORT.label),
            (SenProvision.NONE.value, SenProvision.NONE.label),
        ],
        error_messages={"required": "Choose what provision is made from then on"},
    )


class CensusItemsForm(SeenForm, RangeForm):
    """What the collections ask of a child and the details do not hold."""

    submit_label = "Save"

    uln = forms.CharField(
        label="Unique learner number (ULN) (optional)",
        required=False,
        max_length=20,
        help_text="Ten digits. Leave it empty if it is not known.",
    )
    starts_on = DateField(
        label="First day of free school meals (optional)",
        required=False,
        help_text="From when the pupil is eligible",
    )
    last_day = DateField(
        label="Last day of free school meals (optional)",
        required=False,
        help_text="Leave it empty while the pupil is eligible",
    )

    class Meta:
        model = CensusItems
        fields = ["uln", "starts_on"]

    def saved(self, row: Any) -> dict[str, Any]:
        """Return the last day too."""
        return super().saved(row) | {"last_day": row.last_day}

    def clean_uln(self) -> str | None:
        """Leave out the spaces in which people write the number."""
        return "".join(self.cleaned_data["uln"].split()) or None


class CareForm(RangeForm):
    """How children's social care knows the child."""

    submit_label = "Save the care status"

    kind = Radios(
        label="Care status",
        choices=CareKind,
        error_messages={"required": "Choose the care status"},
    )
    starts_on = DateField(label="First day")
    last_day = DateField(label="Last day (optional)", required=False)
    responsible_authority = forms.RegexField(
        label="Responsible local authority (optional)",
        regex=r"^[0-9]{3}$",
        max_length=3,
        required=False,
        help_text="The three figures of its code, for example 205",
        error_messages={"invalid": "Enter three figures, like 205"},
    )
    social_worker = forms.CharField(
        label="Social worker (optional)", max_length=150, required=False
    )

    class Meta:
        model = CareStatus
        fields = ["kind", "starts_on", "responsible_authority", "social_worker"]

    field_order = ["kind", "starts_on", "last_day"]

    def clean(self) -> dict[str, Any]:
        """Refuse a status that has not begun."""
        cleaned = super().clean()
        if (start := cleaned.get("starts_on")) and start > localdate():
            self.add_error("starts_on", FUTURE)
        return cleaned


class LastDayForm(GdsForm):
    """The last day of a care status."""

    last_day = DateField(label="Last day")

    def __init__(self, *args: Any, button: str, **kwargs: Any) -> None:
        """Say on the button what ends."""
        super().__init__(*args, **kwargs)
        self.submit_label = button


class DestinationForm(GdsForm):
    """Why a child left a roll, and where to."""

    submit_label = "Save where the pupil went"

    left_because = Radios(
        label="Why the pupil left",
        choices=Leaving,
        help_text="Not known is an answer. The pupil then stays on the list of those whose "
        "destination nobody has recorded.",
        error_messages={"required": "Choose why the pupil left, or that it is not known"},
    )
    left_for = forms.CharField(
        label="Where to (optional)",
        max_length=200,
        required=False,
        help_text="The school, the area or the country, as far as it is known",
    )

    def __init__(self, *args: Any, enrolment: Enrolment, **kwargs: Any) -> None:
        """Show what is recorded."""
        super().__init__(*args, **kwargs)
        self.initial.update(left_because=enrolment.left_because, left_for=enrolment.left_for)


class LeavingForm(DestinationForm):
    """The end of a time on a roll."""

    submit_label = "End the time on the roll"

    last_day = DateField(label="Last day on the roll")

    field_order = ["last_day", "left_because", "left_for"]


class RollForm(RowForm):
    """Another roll for a child who is known."""

    submit_label = "Put the pupil on this roll"

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="School",
        empty_label="Choose a school",
        error_messages={"required": "Choose the school"},
    )
    status = Radios(
        label="How the pupil is registered there",
        choices=ROLL_CHOICES,
        help_text="Single and main registration end the one before, with the day before the first "
        "day here.",
        error_messages={"required": "Choose how the pupil is registered there"},
    )
    starts_on = DateField(label="First day on the roll")

    class Meta:
        model = Enrolment
        fields = ["organisation", "status", "starts_on"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the places that keep a roll of their own."""
        super().__init__(*args, **kwargs)
        offer(self, "organisation", Organisation.objects.as_user(by).with_roll())
