"""Forms of assessments, and of the instruments that the council sets."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localdate

from apsystem.lib.forms import DateField, GdsForm, Radios, SeenForm, TextArea
from placements.models import Aspect, Assessment, Direction, Informant, Instrument, Scale, plain
from placements.models.instrument import HIGHEST, LOWEST

MOST_BANDS = 6


class ScoreField(forms.DecimalField):
    """A score, typed as a figure."""

    def __init__(self, *, lowest: Decimal, highest: Decimal, **kwargs: Any) -> None:
        """Say the range in each refusal."""
        words = f"Enter a score from {plain(lowest)} to {plain(highest)}"
        if (lowest, highest) == (LOWEST, HIGHEST):
            words = "Enter the score as a figure, like 12"
        super().__init__(
            min_value=lowest,
            max_value=highest,
            max_digits=6,
            decimal_places=1,
            required=False,
            error_messages={
                **dict.fromkeys(
                    ["invalid", "min_value", "max_value", "max_digits", "max_whole_digits"], words
                ),
                "max_decimal_places": "Enter one figure behind the point at most",
            },
            **kwargs,
        )


class ScoresForm(GdsForm):
    """Who answered, when, and the scores: one page."""

    submit_label = "Save the scores"

    informant = Radios(label="Who answered", error_messages={"required": "Choose who answered"})
    held_on = DateField(label="Day of the assessment", initial=localdate)

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        """Ask for each score of the instrument; totals are added up."""
        super().__init__(*args, **kwargs)
        choices = [(value, Informant(value).label) for value in instrument.informants]
        self.fields["informant"].choices = choices
        if len(choices) == 1:
            self.fields["informant"].initial = choices[0][0]
        self.scales = [scale for scale in instrument.scales.all() if not scale.is_total]
        for scale in self.scales:
            way = f". {scale.get_direction_display()}" if scale.direction else ""
            self.fields[f"scale_{scale.pk}"] = ScoreField(
                label=scale.name,
                help_text=f"{scale.range_words.capitalize()}{way}",
                lowest=LOWEST if scale.minimum is None else scale.minimum,
                highest=HIGHEST if scale.maximum is None else scale.maximum,
            )

    @property
    def told(self) -> dict[str, Any]:
        """Return the answers as the actions take them."""
        scores = {scale.pk: self.cleaned_data[f"scale_{scale.pk}"] for scale in self.scales}
        return {
            "informant": self.cleaned_data["informant"],
            "held_on": self.cleaned_data["held_on"],
            "scores": {pk: value for pk, value in scores.items() if value is not None},
        }


class AmendForm(ScoresForm):
    """The same, filled with what stands there, and the reason."""

    submit_label = "Save the amended scores"

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        """Fill in what is recorded; remember which version was read."""
        initial = {
            "informant": assessment.informant,
            "held_on": assessment.held_on,
            "seen": assessment.version,
            **{f"scale_{row.scale_id}": plain(row.value) for row in assessment.scores.all()},
        }
        super().__init__(*args, instrument=assessment.instrument, initial=initial, **kwargs)
        self.fields["reason"] = TextArea(label="Why the scores are amended", max_length=500)
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    @property
    def told(self) -> dict[str, Any]:
        """Add the reason and the version that was read."""
        cleaned = self.cleaned_data
        return {**super().told, "reason": cleaned["reason"], "seen": cleaned["seen"]}


class TakeBackForm(GdsForm):
    """Why scores are taken off a child's page."""

    submit_label = "Take the scores back"

    reason = TextArea(
        label="Why the scores are taken back",
        max_length=500,
        help_text="For example, recorded for the wrong pupil. To correct a figure, amend it.",
    )


class InstrumentForm(SeenForm):
    """An instrument that the council uses."""

    submit_label = "Save the instrument"

    name = forms.CharField(label="Name", max_length=100)
    note = forms.CharField(
        label="What to keep in mind (optional)",
        max_length=500,
        required=False,
        help_text="Whose it is, and what the licence allows. Do not copy its questions.",
    )
    informants = forms.MultipleChoiceField(
        label="Who can answer",
        choices=Informant.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who can answer"},
    )
    aspect = Radios(
        label="What it speaks of",
        choices=[*Aspect.choices, ("", "Something else")],
        required=False,
        help_text="Outreach needs a score of each of the two before and after.",
    )
    is_in_use = forms.BooleanField(
        label="Can be chosen for new assessments", required=False, initial=True
    )

    class Meta:
        model = Instrument
        fields = ["name", "note", "informants", "aspect", "is_in_use"]


class ScaleForm(SeenForm):
    """A score of an instrument."""

    submit_label = "Save the scale"

    name = forms.CharField(label="Name of the score", max_length=60)
    place = forms.IntegerField(
        label="Place in the list",
        min_value=1,
        max_value=99,
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value"], "Enter a whole number from 1 to 99"
        ),
    )
    minimum = ScoreField(label="Lowest score (optional)", lowest=LOWEST, highest=HIGHEST)
    maximum = ScoreField(label="Highest score (optional)", lowest=LOWEST, highest=HIGHEST)
    direction = Radios(label="Which way is better", choices=Direction.choices, required=False)
    counts_in_total = forms.BooleanField(label="Counts in the total", required=False)
    is_total = forms.BooleanField(
        label="This is the total: it is added up, and not entered", required=False
    )

    class Meta:
        model = Scale
        fields = [
            "name",
            "place",
            "minimum",
            "maximum",
            "direction",
            "counts_in_total",
            "is_total",
        ]


SOURCE_HELP = "The manual or paper from which they were read, with its date or version"


class BandsForm(GdsForm):
    """What the scores of a scale mean, for one informant."""

    submit_label = "Save the bands"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for each band."""
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_BANDS + 1):
            self.fields[f"name_{number}"] = forms.CharField(
                label=f"Band {number} (optional)", max_length=60, required=False
            )
            self.fields[f"lowest_{number}"] = ScoreField(
                label=f"Lowest score of band {number}", lowest=LOWEST, highest=HIGHEST
            )
        self.fields["source"] = forms.CharField(
            label="Where the bands were read", max_length=200, help_text=SOURCE_HELP
        )

    def clean(self) -> dict[str, Any]:
        """Ask for both halves of a band."""
        cleaned = super().clean() or self.cleaned_data
        for number in range(1, MOST_BANDS + 1):
            name, lowest = cleaned.get(f"name_{number}"), cleaned.get(f"lowest_{number}")
            if name and lowest is None and f"lowest_{number}" not in self.errors:
                self.add_error(f"lowest_{number}", f"Enter where band {number} begins")
            if lowest is not None and not name:
                self.add_error(f"name_{number}", f"Enter what band {number} is called")
        return cleaned

    @property
    def bands(self) -> list[tuple[str, Decimal]]:
        """Return the bands that are filled in."""
        numbers = range(1, MOST_BANDS + 1)
        rows = [
            (self.cleaned_data[f"name_{n}"], self.cleaned_data[f"lowest_{n}"]) for n in numbers
        ]
        return [(name, lowest) for name, lowest in rows if name]


class SourceForm(GdsForm):
    """The source against which draft bands were checked."""

    submit_label = "Use these bands"

    source = forms.CharField(
        label="Where you checked the bands", max_length=200, help_text=SOURCE_HELP
    )
