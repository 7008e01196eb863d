"""Forms of the placements that schools arrange, and of the census."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    Radios,
    RangeForm,
    RowForm,
    SeenForm,
    TextArea,
    address_day,
    offer,
)
from placements.models import (
    RATINGS,
    CensusAnswer,
    CensusCode,
    CodeSet,
    CostUnit,
    Destination,
    QualityCheck,
    SchoolPlacement,
    Theme,
    plain,
)

NOT_KNOWN = "Not known so far"
SESSIONS = "Enter half a session to 10 sessions a week, in steps of a half"
DEAREST = Decimal(1_000_000)


class FigureField(forms.DecimalField):
    """A figure, with one sentence for whatever is wrong with it."""

    def __init__(self, *, words: str, **kwargs: Any) -> None:
        """Say the same sentence of whatever is wrong."""
        wrong = ["invalid", "min_value", "max_value", "max_digits", "max_whole_digits",
                 "max_decimal_places"]  # fmt: skip
        super().__init__(required=False, error_messages=dict.fromkeys(wrong, words), **kwargs)


def one_of(label: str, **kwargs: Any) -> forms.ModelChoiceField:
    """Return a choice among keys of the census, drawn as radios."""
    return forms.ModelChoiceField(
        CensusCode.objects.none(),
        label=label,
        widget=forms.RadioSelect,
        blank=not kwargs.get("required", True),
        **kwargs,
    )


class SchoolPlacementForm(RangeForm):
    """Where a school sends a pupil, why, for how long, and for how much."""

    submit_label = "Save the record"

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    provider = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Provider",
        required=False,
        empty_label="Not on this list",
        help_text="If it is not on the list, enter its name below",
    )
    provider_name = forms.CharField(
        label="Name of another provider", max_length=200, required=False
    )
    urn = forms.RegexField(
        label="Its URN",
        regex=r"^[0-9]{6}$",
        max_length=6,
        required=False,
        help_text="Where it is a school. Leave it empty where the provider is on the list.",
        error_messages={"invalid": "A URN has six digits"},
    )
    ukprn = forms.RegexField(
        label="Its UKPRN",
        regex=r"^1[0-9]{7}$",
        max_length=8,
        required=False,
        help_text="Where it has no URN",
        error_messages={"invalid": "A UKPRN has eight digits and begins with 1"},
    )
    setting = one_of(
        "Setting type, where it has neither", required=False, empty_label="It has one of them"
    )
    reason = one_of(
        "Primary reason for the placement",
        required=False,
        empty_label=NOT_KNOWN,
        help_text="Why it was arranged, not what the pupil's needs are. A permanent exclusion "
        "comes before a health need.",
    )
    why = TextArea(label="Why, in your own words (optional)", max_length=2000, required=False)
    starts_on = DateField(label="First day")
    last_day = DateField(label="Last day, as far as it is known (optional)", required=False)
    sessions = FigureField(
        label="Sessions a week",
        words=SESSIONS,
        min_value=Decimal("0.5"),
        max_value=Decimal(10),
        max_digits=3,
        decimal_places=1,
        help_text="10 is full time; half sessions like 4.5 are allowed",
    )
    cost = FigureField(
        label="Cost in pounds",
        words="Enter the cost in pounds and pence, like 120.50",
        min_value=Decimal(0),
        max_value=DEAREST,
        max_digits=9,
        decimal_places=2,
    )
    cost_unit = forms.ChoiceField(
        label="What the cost is for",
        choices=[("", NOT_KNOWN), *CostUnit.choices],
        required=False,
    )

    class Meta:
        model = SchoolPlacement
        fields = [
            "provider",
            "provider_name",
            "urn",
            "ukprn",
            "setting",
            "reason",
            "why",
            "starts_on",
            "sessions",
            "cost",
            "cost_unit",
        ]

    field_order = ["uid", "seen", *Meta.fields[:8], "last_day"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the open providers and the keys; remember which version was read."""
        super().__init__(*args, **kwargs)
        codes = CensusCode.objects.as_user(by)
        offer(self, "provider", Organisation.objects.as_user(by).providers())
        offer(self, "setting", codes.of(CodeSet.SETTING))
        offer(self, "reason", codes.of(CodeSet.SCHOOL_REASON))
        self.initial["last_day"] = self.instance.last_day
        self.initial["seen"] = self.instance.version
        self.initial["sessions"] = plain(self.instance.sessions)
        self.initial["uid"] = self.instance.uid if self.instance.pk else uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """Ask for a provider, and for the price and its unit together."""
        cleaned = super().clean()
        if not cleaned.get("provider") and not cleaned.get("provider_name"):
            self.add_error(
                "provider_name", "Choose a provider above, or enter the name of another"
            )
        sessions = cleaned.get("sessions")
        if sessions is not None and sessions * 2 % 1:
            self.add_error("sessions", SESSIONS)
        return cleaned


class OutcomeForm(RowForm):
    """How a placement went, and what the pupil says of it."""

    submit_label = "Save how it went"

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    progress = TextArea(
        label="Progress and achievements",
        max_length=4000,
        required=False,
        help_text="What has changed since the start",
    )
    destination = Radios(
        label="Where the pupil went after it",
        choices=[("", NOT_KNOWN), *Destination.choices],
        required=False,
    )
    pupil_rating = forms.TypedChoiceField(
        label="How the pupil rates the placement",
        choices=[("", "No answer"), *RATINGS],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    pupil_words = TextArea(
        label="What the pupil says about it, in the pupil's own words",
        max_length=2000,
        required=False,
    )
    pupil_not_asked = forms.CharField(
        label="If the pupil could not be asked, why not", max_length=300, required=False
    )

    class Meta:
        model = SchoolPlacement
        fields = ["progress", "destination", "pupil_rating", "pupil_words", "pupil_not_asked"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Remember which version was read."""
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.version


class CheckForm(RowForm):
    """A check of the quality of a place."""

    submit_label = "Save the check"

    theme = Radios(
        label="What was checked",
        choices=Theme.choices,
        help_text="The themes of DfE's voluntary national standards for non-school provision",
        error_messages={"required": "Choose what was checked"},
    )
    made_on = DateField(label="Day of the check", initial=localdate)
    found = TextArea(
        label="How it was checked, and what was found",
        max_length=1000,
        error_messages={"required": "Say how it was checked, and what was found"},
    )

    class Meta:
        model = QualityCheck
        fields = ["theme", "made_on", "found"]


class SchoolPlacementFilter(forms.Form):
    """What the list can be narrowed to."""

    school = forms.CharField(max_length=9, required=False)
    gaps = forms.CharField(max_length=3, required=False)
    now = forms.CharField(max_length=3, required=False)

    @property
    def narrowing(self) -> dict[str, Any]:
        """Return the filter; what cannot be understood filters nothing."""
        return self.cleaned_data if self.is_valid() else {}


class AnswerForm(SeenForm):
    """What the council's census asks about a placement."""

    submit_label = "Save the answers"

    reason = one_of(
        "Primary reason for the placement",
        empty_label=None,
        help_text="Why it was arranged, not what the pupil's needs are. A permanent exclusion "
        "comes before a health need.",
        error_messages={"required": "Choose the primary reason"},
    )
    setting = one_of(
        "Setting type, where the provider has neither URN nor UKPRN",
        required=False,
        empty_label="It has one of them",
    )

    class Meta:
        model = CensusAnswer
        fields = ["reason", "setting"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the keys of the council's census."""
        super().__init__(*args, **kwargs)
        codes = CensusCode.objects.as_user(by)
        offer(self, "reason", codes.of(CodeSet.AUTHORITY_REASON))
        offer(self, "setting", codes.of(CodeSet.SETTING))


class CodeForm(GdsForm):
    """The code that DfE gives to one of our keys."""

    submit_label = "Save the code"

    dfe_code = forms.CharField(
        label="DfE code",
        max_length=10,
        required=False,
        help_text="Leave it empty as long as nobody has read it in the current guide",
    )
    source = forms.CharField(
        label="Where it was read", max_length=200, help_text="The guide, and its date or version"
    )


class PeriodForm(forms.Form):
    """The days that a collection covers. They stand in the address."""

    start = address_day()
    until = address_day()

    def period(self, start: date, until: date) -> tuple[date, date]:
        """Return the days that were asked for, or those given; in their order."""
        told = self.cleaned_data if self.is_valid() else {}
        first, last = told.get("start") or start, told.get("until") or until
        return min(first, last), max(first, last)
