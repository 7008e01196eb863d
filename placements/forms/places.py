"""Forms of places: commissioned, held, closed to new placements, and what they cost."""

from typing import Any

from django import forms

from accounts.models import Organisation
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    Radios,
    RangeForm,
    RemarkedChoice,
    RowForm,
    offer,
)
from placements.forms.override import OverridableMixin
from placements.models import ClosedToNew, Commission, Hold, Rate, Unit
from placements.models.places import MOST_PLACES
from placements.models.rate import MOST_POUNDS


class OfProviderForm(RowForm):
    """A row about a provider, which is chosen first."""

    provider = RemarkedChoice(
        queryset=Organisation.objects.none(),
        label="Provider",
        empty_label="Choose a provider",
        error_messages={"required": "Choose the provider"},
    )

    def __init__(
        self, *args: Any, providers: Any, remarks: dict[int, str] | None = None, **kwargs: Any
    ) -> None:
        """Offer the providers, and say what is to be known of them, by their id."""
        super().__init__(*args, **kwargs)
        offer(self, "provider", providers, remarks)


class CommissionForm(OfProviderForm):
    """How many places the council commissions from a day on."""

    submit_label = "Save the places"

    starts_on = DateField(label="From", help_text="The number holds until another one begins")
    places = forms.IntegerField(
        label="Places",
        min_value=0,
        max_value=MOST_PLACES,
        help_text="One for each pupil, whatever the number of sessions",
        error_messages={
            "invalid": "Enter a whole number of places",
            "min_value": "Enter 0 or more places",
            "max_value": f"Enter {MOST_PLACES:,} places or fewer",
        },
    )

    class Meta:
        model = Commission
        fields = ["provider", "starts_on", "places"]


class ClosedToNewForm(OfProviderForm, RangeForm):
    """When a provider takes no new placements, and why."""

    submit_label = "Close to new placements"

    starts_on = DateField(label="First day")
    last_day = DateField(label="Last day (optional)", required=False)
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="People who offer a placement there read it",
    )

    class Meta:
        model = ClosedToNew
        fields = ["provider", "starts_on", "reason"]


class HoldForm(OverridableMixin, OfProviderForm):
    """A place held for the pupil of a referral."""

    submit_label = "Hold the place"

    starts_on = DateField(label="From when the pupil is to come")
    expires_on = DateField(
        label="Hold it until",
        help_text="After this day the place is free again, if no placement is offered",
    )

    class Meta:
        model = Hold
        fields = ["provider", "starts_on", "expires_on"]


class RateForm(OfProviderForm):
    """What a provider charges for a package from a day on."""

    submit_label = "Save the rate"

    package = forms.CharField(
        label="Package", max_length=100, help_text="As the contract names it"
    )
    pounds = forms.DecimalField(
        label="Pounds",
        max_digits=7,
        decimal_places=2,
        min_value=0,
        max_value=MOST_POUNDS,
        error_messages={
            "invalid": "Enter pounds and pence, like 42.50",
            "max_decimal_places": "Enter two decimal places at most",
            "max_digits": "Enter pounds and pence, like 42.50",
            "max_whole_digits": f"Enter £{MOST_POUNDS:,} at most",
            "max_value": f"Enter £{MOST_POUNDS:,} at most",
            "min_value": "Enter more than nothing",
        },
    )
    unit = Radios(label="Paid by the", choices=Unit.choices)
    starts_on = DateField(
        label="From", help_text="Placements that were agreed at an earlier rate keep it"
    )

    class Meta:
        model = Rate
        fields = ["provider", "package", "pounds", "unit", "starts_on"]


class AgreeRateForm(GdsForm):
    """Which rate a placement is paid at."""

    submit_label = "Save the rate"

    rate = forms.ModelChoiceField(
        queryset=Rate.objects.none(),
        label="Rate",
        required=False,
        empty_label="No rate agreed so far",
    )

    def __init__(self, *args: Any, rates: Any, **kwargs: Any) -> None:
        """Offer the rates of the provider."""
        super().__init__(*args, **kwargs)
        offer(self, "rate", rates)
