"""Forms of a referral."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import REACH_SCHOOL
from apsystem.lib.forms import (
    DateField,
    FilesField,
    FilesInput,
    GdsForm,
    Radios,
    TextArea,
    address_day,
    offer,
)
from pupils.models import Pupil
from referrals.models import ANSWERS, Reason, Referral, SharingBasis, Status
from referrals.models.narrowing import kept_words

# The parts of the task list: address, title, answers.
SECTIONS = {
    "why": ("Why help is needed", ["reason", "event_on"]),
    "happening": ("What is happening, and what was tried", ["concern", "tried"]),
    "outcome": ("What would be a good outcome", ["hoped"]),
    "views": ("What the pupil and the parents say", ["pupil_view", "parent_view"]),
    "sharing": ("Sharing information", ["basis", "consent_from", "consent_on"]),
}
ONLY_IF = ["event_on", "consent_from", "consent_on"]  # each follows from another answer
MAY_BE_UNKNOWN = ["tried", "hoped", "pupil_view", "parent_view"]
NEEDED = {"reason": "Choose why help is needed", "concern": "Say what is happening"}
# What an answer asks for besides: they are asked for and saved together.
COMPANIONS = {
    ("reason", Reason.PERMANENT_EXCLUSION): {
        "event_on": "Enter the date of the permanent exclusion: the council must provide "
        "education from the sixth school day"
    },
    ("basis", SharingBasis.CONSENT): {
        "consent_from": "Enter who gave consent",
        "consent_on": "Enter when consent was given, with day, month and year",
    },
}


def section_of(answer: str) -> str:
    """Return the part of the task list that asks for an answer."""
    return next(key for key, (_, names) in SECTIONS.items() if answer in names)


class ChoosePupilForm(GdsForm):
    """Which pupil the referral is about."""

    submit_label = "Start the referral"

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
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
        """Offer the pupils on the school's roll; make the uid with the form, so twice is once."""
        super().__init__(*args, **kwargs)
        schools = user.organisations_as(REACH_SCHOOL)
        self.pupils = Pupil.objects.as_user(user).on_roll_of(schools, localdate())
        offer(self, "pupil", self.pupils)
        self.initial["uid"] = uuid.uuid4()


class AnswersForm(GdsForm):
    """Some of the school's answers. A draft may leave them open; what is sent may not."""

    reason = Radios(label="Why is help needed?", choices=Reason, required=False)
    event_on = DateField(
        label="Date of the suspension or permanent exclusion",
        required=False,
        help_text="Only where the pupil was suspended or permanently excluded. "
        "A permanent exclusion starts the day-6 clock.",
    )
    concern = TextArea(
        label="What is happening?",
        required=False,
        help_text="What staff see, how often, and since when",
    )
    tried = TextArea(label="What has the school tried? (optional)", required=False)
    hoped = TextArea(label="What would a good outcome be? (optional)", required=False)
    pupil_view = TextArea(
        label="What does the pupil say? (optional)",
        required=False,
        help_text="In the pupil's own words, where possible",
    )
    parent_view = TextArea(label="What do the parents say? (optional)", required=False)
    basis = Radios(
        label="Why may the school share this information? (optional)",
        choices=SharingBasis,
        required=False,
        help_text="Most referrals need no consent: tell the parents what you share, and why. "
        "Choose consent only where you would not share without it.",
    )
    consent_from = forms.CharField(
        max_length=150, label="Who gave consent, if consent is the reason", required=False
    )
    consent_on = DateField(label="Date of the consent", required=False)
    not_known = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, label="I do not know", required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(
        self,
        *args: Any,
        referral: Referral,
        names: Iterable[str],
        is_sent: bool = False,
        offers_unknown: bool = True,
        **kwargs: Any,
    ) -> None:
        """Keep the fields of these answers, with what the referral holds.

        What is sent is whole: the answers that another one asks for come with it.
        """
        self.referral, self.is_sent = referral, is_sent
        asked = set(names)
        for (answer, _), companions in COMPANIONS.items():
            asked |= set(companions) if is_sent and answer in asked else set()
        self.names = [name for name in ANSWERS if name in asked]
        initial = {name: getattr(referral, name) for name in self.names}
        initial |= {"not_known": referral.not_known, "revision": referral.revision}
        super().__init__(*args, initial=initial, **kwargs)
        unknown = [name for name in self.names if name in MAY_BE_UNKNOWN and offers_unknown]
        kept = {*self.names, "revision", *(["not_known"] if unknown else [])}
        for name in [name for name in self.fields if name not in kept]:
            del self.fields[name]
        if unknown:
            self.fields["not_known"].choices = [(name, ANSWERS[name]) for name in unknown]
        if is_sent:
            for name in set(NEEDED) & set(self.names):
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = NEEDED[name]

    def clean_event_on(self) -> Any:
        """Refuse a day that has not come."""
        return self._not_in_the_future("event_on")

    def clean_consent_on(self) -> Any:
        """Refuse a day that has not come."""
        return self._not_in_the_future("consent_on")

    def _not_in_the_future(self, name: str) -> Any:
        found = self.cleaned_data[name]
        if found and found > localdate():
            raise forms.ValidationError("The date lies in the future.")
        return found

    def _now(self, name: str) -> Any:
        """Return an answer as it would be: what is typed here, or what the referral holds."""
        return self.cleaned_data.get(name, getattr(self.referral, name))

    def clean(self) -> dict[str, Any]:
        """Ask for what an answer of a sent referral asks for besides."""
        cleaned = super().clean() or self.cleaned_data
        for (answer, value), companions in COMPANIONS.items():
            if self.is_sent and self._now(answer) == value:
                for name, words in companions.items():
                    if name in self.names and name not in self.errors and not self._now(name):
                        self.add_error(name, words)
        return cleaned

    def keep_beside(self, revision: int, words: str) -> None:
        """Keep what was typed after somebody else saved: saving again replaces the saved answers."""
        self.data = data = self.data.copy()  # type: ignore[attr-defined]
        data["revision"] = str(revision)
        self.add_error(None, words)

    @property
    def refused(self) -> dict[str, dict[str, str]]:
        """Return the answers that cannot be saved as they are: what each is called, and why."""
        return {
            name: {"label": ANSWERS[name], "words": " ".join(map(str, self.errors[name]))}
            for name in self.names
            if name in self.errors
        }

    def answers(self, referral: Referral) -> dict[str, Any]:
        """Return the valid answers, and which of those asked here are not known."""
        found = {name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data}
        if "not_known" in self.cleaned_data:
            elsewhere = [name for name in referral.not_known if name not in self.names]
            found["not_known"] = sorted({*elsewhere, *self.cleaned_data["not_known"]})
        return found


class AmendForm(AnswersForm):
    """One answer of a sent referral, changed, with those that it asks for besides."""

    submit_label = "Save the new answer"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep what is answered: what is not known any more is amended to nothing."""
        super().__init__(*args, is_sent=True, offers_unknown=False, **kwargs)


class AnswerForm(AnswersForm):
    """Exactly what the SEND team asked for."""

    submit_label = "Send the answers"

    words = TextArea(label="Anything else the SEND team should know? (optional)", required=False)

    def __init__(self, *args: Any, is_question: bool, **kwargs: Any) -> None:
        """Keep the box for words; it must be filled where the SEND team wrote a question."""
        words = self.base_fields["words"]
        super().__init__(*args, is_sent=True, **kwargs)
        self.asked = list(kwargs["names"])
        self.fields["words"] = field = TextArea(label=str(words.label), required=is_question)
        if is_question:
            field.label = "Your answer"
            field.error_messages["required"] = "Answer the question of the SEND team"

    def clean(self) -> dict[str, Any]:
        """Ask for an answer to each question, or the words that nobody knows it."""
        cleaned = super().clean()
        for name in self.asked:
            if name not in self.errors and not cleaned.get(name) and not self._is_excused(name):
                self.add_error(name, self._what_to_do(name))
        return cleaned

    def _is_excused(self, name: str) -> bool:
        """Tell whether a question may stay open: not known, or without an object, as words say."""
        if name in ONLY_IF:
            return bool(self.cleaned_data.get("words"))
        return name in self.cleaned_data.get("not_known", [])

    @staticmethod
    def _what_to_do(name: str) -> str:
        if name in ONLY_IF:
            return "Answer this, or say below why there is no answer"
        if name in MAY_BE_UNKNOWN:
            return "Answer this, or tick that you do not know"
        return "Choose an answer"


class AddForm(GdsForm):
    """More information for a sent referral."""

    submit_label = "Add the information"

    words = TextArea(
        label="What do you want to add?",
        error_messages={"required": "Write what you want to add"},
    )


class DocumentForm(GdsForm):
    """Files to attach."""

    submit_label = "Attach"

    file = FilesField(
        label="Documents",
        help_text="PDF, Word, JPEG or PNG, at most 10 MB each and 10 in all. You can choose "
        "several at once. On a phone you can take a picture.",
        error_messages={"required": "Choose a file"},
        widget=FilesInput(attrs={"accept": ".pdf,.docx,.jpg,.jpeg,.png"}),
    )


class HandOverForm(GdsForm):
    """Who has the referral at the school from now on."""

    submit_label = "Hand over"

    colleague = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="Colleague",
        empty_label="Choose a colleague",
        error_messages={
            "required": "Choose who takes it over",
            "invalid_choice": "Choose a colleague from the list",
        },
    )

    def __init__(self, *args: Any, colleagues: QuerySet, **kwargs: Any) -> None:
        """Offer the colleagues who may refer."""
        super().__init__(*args, **kwargs)
        offer(self, "colleague", colleagues)


class ReferralFilterForm(forms.Form):
    """What the list of referrals can be narrowed to. Its state is in the address."""

    status = forms.ChoiceField(
        choices=[
            ("", "All"),
            (Status.SUBMITTED, "Waiting for a decision"),
            (Status.WAITING, "Waiting for the school"),
            (Status.ACCEPTED, "Accepted"),
            (Status.DECLINED, "Declined"),
            (Status.DRAFT, "Draft"),
            (Status.WITHDRAWN, "Withdrawn"),
        ],
        required=False,
    )
    reason = forms.ChoiceField(choices=[("", "All"), *Reason.choices], required=False)
    q = forms.CharField(max_length=100, required=False, label="Pupil's name")
    placed = forms.CharField(max_length=7, required=False)
    owed = forms.CharField(max_length=3, required=False)
    unread = forms.CharField(max_length=3, required=False)
    sent = address_day()
    changed = address_day()
    whose = forms.RegexField(r"^[1-9]\d{0,17}$", required=False)
    holder = forms.IntegerField(required=False, min_value=1, max_value=10**18)

    @property
    def words(self) -> list[str]:
        """Say what the list keeps that no box of the filter shows."""
        return kept_words(**self.cleaned_data) if self.is_valid() else []
