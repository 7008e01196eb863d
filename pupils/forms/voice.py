"""Forms of somebody's say: what staff fill in, and what stands behind the link."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from apsystem.lib.forms import DateField, GdsForm, Radios, RangeForm, RowForm, TextArea, offer
from pupils.models import Contact, Voice, VoiceAnswer, VoiceResponse
from pupils.models.questions import About, Face, Who

LONGEST_WORDS = 3_000


class VoiceFilter(forms.Form):
    """What the list can be narrowed to. Its state is in the address."""

    waits = forms.CharField(max_length=10, required=False)

    @property
    def waits_for(self) -> str:
        """Return the filter; what cannot be understood filters nothing."""
        return self.cleaned_data["waits"] if self.is_valid() else ""


class AskForm(RangeForm):
    """Who is asked, what for, who will read it, and how long it can be changed."""

    submit_label = "Make the link"

    who = Radios(
        label="Whose words",
        choices=Who.choices,
        error_messages={"required": "Choose whose words they are"},
    )
    contact = forms.ModelChoiceField(
        queryset=Contact.objects.none(),
        label="Which parent or carer (only if you ask one)",
        required=False,
        empty_label="None",
    )
    about = Radios(
        label="What the words are for",
        choices=About.choices,
        error_messages={"required": "Choose what the words are for"},
    )
    readers = forms.CharField(
        label="Who will read it, in one line",
        max_length=150,
        help_text="Plain words, like: your key worker, and the people at the meeting. The page "
        "adds that staff who work with the young person can read it.",
    )
    last_day = DateField(
        label="Last day on which it can be changed (optional)",
        required=False,
        help_text="Leave it empty where the panel meeting or the review is booked: it is the day "
        "before then, and moves with it",
    )

    class Meta:
        model = Voice
        fields = ["who", "contact", "about", "readers"]

    def __init__(self, *args: Any, contacts: QuerySet, **kwargs: Any) -> None:
        """Offer the pupil's contacts."""
        super().__init__(*args, **kwargs)
        offer(self, "contact", contacts)

    def clean(self) -> dict[str, Any]:
        """Ask which parent, where one is asked; forget the choice where none is."""
        cleaned = super().clean()
        if cleaned.get("who") == Who.PARENT and not cleaned.get("contact"):
            self.add_error("contact", "Choose the parent or carer who is asked")
        if cleaned.get("who") == Who.PUPIL:
            cleaned["contact"] = None
        return cleaned


class RespondForm(RowForm):
    """You said, we did, we could not because."""

    submit_label = "Show the answer on the link"

    you_said = TextArea(
        label="You said", max_length=1000, help_text="What you heard, in plain words"
    )
    we_did = TextArea(label="We did (optional)", max_length=1000, required=False)
    we_could_not = TextArea(
        label="We could not, because (optional)", max_length=1000, required=False
    )

    class Meta:
        model = VoiceResponse
        fields = ["you_said", "we_did", "we_could_not"]


class SummaryForm(GdsForm):
    """What a recording says, typed by somebody who listened."""

    submit_label = "Save the summary"

    summary = TextArea(
        label="What the recording says",
        max_length=2000,
        help_text="In the person's own words where you can. The recording stays beside it.",
    )


class NumberForm(forms.Form):
    """The number of four figures that opens what was said."""

    number = forms.RegexField(
        r"^[0-9]{4}$",
        strip=True,
        error_messages={
            "required": "Type your number",
            "invalid": "Your number has 4 figures, like 0 to 9",
        },
    )


class SayForm(forms.Form):
    """One screen: words, a face, a recording. All of it is optional."""

    words = forms.CharField(
        max_length=LONGEST_WORDS,
        required=False,
        error_messages={"max_length": "This is too long. Please write less."},
    )
    face = forms.ChoiceField(
        choices=[("", "None"), *Face.choices],
        required=False,
        error_messages={"invalid_choice": "Pick one of the five faces"},
    )
    recording = forms.FileField(
        required=False,
        allow_empty_file=True,
        error_messages={"invalid": "Choose a recording", "missing": "Choose a recording"},
    )

    @classmethod
    def of(cls, answer: VoiceAnswer | None) -> "SayForm":
        """Return the form with what is saved."""
        return cls(initial={"words": answer.words, "face": answer.face} if answer else None)


class HandInForm(forms.Form):
    """Whether a parent sees what a young person hands in."""

    shows_parent = forms.TypedChoiceField(
        choices=[("yes", "Yes, show my parent"), ("no", "No, do not show my parent")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        error_messages={"required": "Choose yes or no", "invalid_choice": "Choose yes or no"},
    )


class DisagreeForm(forms.Form):
    """What somebody does not agree with in the answer."""

    disagreement = forms.CharField(
        max_length=2_000,
        error_messages={
            "required": "Write what you do not agree with",
            "max_length": "This is too long. Please write less.",
        },
    )
