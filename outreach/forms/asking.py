"""What schools answer behind a link, and what outreach does about answers that do not come."""

from typing import Any

from django import forms

from accounts.models import Organisation, User
from apsystem.lib.forms import GdsForm, Radios, TextArea, offer
from outreach.models import FollowUp
from outreach.models.evaluation import RATINGS, Helped
from outreach.models.follow_up import MOST_SUSPENSIONS, Told

STATES = [
    ("", "Due"),
    ("nobody", "Due, with nobody to ask"),
    ("ring", "Reminded three times"),
    ("to come", "To come"),
    ("answered", "Answered"),
    ("all", "All"),
]


class FollowUpFilter(forms.Form):
    """What the list of follow-ups can be narrowed to. Its state is in the address."""

    state = forms.ChoiceField(label="Show", required=False, choices=STATES)

    @property
    def narrowing(self) -> dict[str, str]:
        """Return the filter; a value that is not offered filters nothing."""
        self.is_valid()
        return dict(self.cleaned_data)


def _number(label: str, most: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value"], f"Enter a whole number from 0 to {most}"
        ),
        **kwargs,
    )


class PersonForm(GdsForm):
    """Who answers, without an account."""

    name = forms.CharField(label="Your name", max_length=150)
    position = forms.CharField(label="Your position", max_length=100)


class FollowUpForm(PersonForm):
    """The three questions, each about the time asked about. Not known is an answer."""

    submit_label = "Send the answers"

    still_here = Radios(
        label="Is the pupil still at your school?",
        choices=[("yes", "Yes"), ("no", "No, the pupil has left")],
        initial="yes",
    )
    suspended = Radios(choices=Told.choices, required=False)
    suspensions = _number("If so, how often in that time?", MOST_SUSPENSIONS)
    excluded = Radios(
        choices=[(Told.NO, "No"), (Told.YES, "Yes"), (Told.UNKNOWN, "Not known")], required=False
    )
    present = _number(
        "3. Sessions attended in that time", 500, help_text="A session is half a day."
    )
    possible = _number(
        "Of how many possible sessions", 500, help_text="Leave both empty if you do not know."
    )
    words = TextArea(
        label="Anything else (optional)",
        max_length=2000,
        required=False,
        help_text="If the pupil has left: where to, if you know",
    )

    def __init__(self, *args: Any, about: FollowUp, **kwargs: Any) -> None:
        """Ask about the time of the follow-up, and who answers last."""
        super().__init__(*args, **kwargs)
        suspended, excluded = self.fields["suspended"], self.fields["excluded"]
        suspended.label = f"1. Was the pupil suspended {about.time_words}?"
        excluded.label = f"2. Was the pupil permanently excluded {about.time_words}?"
        names = [name for name in self.fields if name not in {"name", "position"}]
        self.order_fields([*names, "name", "position"])

    def clean(self) -> dict[str, Any]:
        """Ask for each answer, unless the pupil has left; keep a number only where it is told."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("still_here") == "no":
            return cleaned
        for name in ("suspended", "excluded"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "Choose one; not known is an answer")
        if cleaned.get("suspended") != Told.YES:
            cleaned["suspensions"] = None
        elif not cleaned.get("suspensions") and "suspensions" not in self.errors:
            self.add_error("suspensions", "Enter how often, at least 1")
        self._check_sessions(cleaned)
        return cleaned

    def _check_sessions(self, cleaned: dict[str, Any]) -> None:
        present, possible = cleaned.get("present"), cleaned.get("possible")
        if {"present", "possible"} & set(self.errors):
            return
        if (present is None) != (possible is None):
            missing = "present" if present is None else "possible"
            self.add_error(missing, "Enter both numbers, or leave both empty")
        elif present is not None and possible is not None:
            if possible < 1:
                self.add_error("possible", "Enter at least 1, or leave both empty")
            elif present > possible:
                self.add_error("present", "Not more than the possible sessions")

    @property
    def told(self) -> dict[str, Any]:
        """Return the answers as the action takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "still_here"}


class TakeDownForm(FollowUpForm):
    """The three questions, as somebody at the school answered them on the telephone."""

    submit_label = "Save the answers"

    name = forms.CharField(label="Who said it", max_length=150)
    position = forms.CharField(label="Their position", max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave out whether the pupil is there: of one who left, another school is asked."""
        super().__init__(*args, **kwargs)
        del self.fields["still_here"]
        self.fields["words"].help_text = ""


class EvaluationForm(PersonForm):
    """How helpful an intervention was."""

    submit_label = "Send"

    rating = forms.TypedChoiceField(
        label="How helpful was it?",
        choices=RATINGS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose from 1 to 5"},
    )
    helped = forms.MultipleChoiceField(
        label="What helped? (optional)",
        choices=Helped.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = TextArea(
        label="What should outreach do differently? (optional)", max_length=2000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask who answers last."""
        super().__init__(*args, **kwargs)
        self.order_fields(["rating", "helped", "words", "name", "position"])


class AskAgainForm(GdsForm):
    """Whom to ask instead."""

    submit_label = "Send the questions"

    school = forms.ModelChoiceField(
        Organisation.objects.none(), label="School", empty_label="Choose a school"
    )
    to = forms.EmailField(
        label="E-mail address at the school",
        max_length=254,
        help_text="Whoever holds the link can answer. Send it to a person who knows the pupil.",
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the schools, and the providers that are schools."""
        super().__init__(*args, **kwargs)
        offer(self, "school", Organisation.objects.as_user(by).with_roll())
