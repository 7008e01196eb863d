"""Forms of a letter: what its kind asks, to whom it goes, and how it is given."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from apsystem.lib.forms import DateField, GdsForm, Radios, TextArea
from pupils.letters import Addressee, Ask, Case, LetterKind
from pupils.letters.kinds import Shape, day_of
from pupils.models import Contact, Letter
from pupils.models.letter import Channel, Status

CONTACT = "contact-"


def _field(ask: Ask) -> forms.Field:
    label = ask.label if ask.is_needed else f"{ask.label} (optional)"
    details: dict[str, Any] = {"label": label, "required": False, "help_text": ask.help_text}
    if ask.shape == Shape.DATE:
        return DateField(**details)
    if ask.shape == Shape.CHOICE:
        return Radios(choices=ask.choices, **details)
    if ask.shape == Shape.LINE:
        return forms.CharField(max_length=100, **details)
    return TextArea(**details)


def _initial(ask: Ask, letter: Letter | None, facts: dict[str, Any]) -> Any:
    if letter is not None:
        given = letter.answers.get(ask.name, "")
    else:
        given = facts.get(ask.from_fact, "") or ask.initial
    return day_of(given) if ask.shape == Shape.DATE else given


def _kept(value: date | str | None) -> str:
    """Return an answer as the letter keeps it."""
    return value.isoformat() if isinstance(value, date) else value or ""


class LetterForm(GdsForm):
    """A letter of one kind. A draft may be incomplete: the checks say what is missing."""

    submit_label = "Save and check the letter"

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    addressee = Radios(label="To", error_messages={"required": "Choose whom the letter goes to"})
    to_address = TextArea(
        label="Address (optional)",
        max_length=500,
        required=False,
        help_text="A line each. Leave it empty to take the address that is recorded.",
    )
    words = TextArea(
        label="A paragraph of your own (optional)",
        required=False,
        help_text="It stands at the end of the letter, before how to disagree",
    )
    channel = Radios(label="How it is given", choices=Channel, required=False)
    given_on = DateField(
        label="Day on which it is given",
        required=False,
        help_text="By post, the day on which it should arrive",
    )

    def __init__(
        self,
        *args: Any,
        kind: LetterKind,
        case: Case,
        by: User,
        letter: Letter | None = None,
        **kwargs: Any,
    ) -> None:
        """Ask what the kind asks, beginning with what is recorded or was saved."""
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.contacts = {
            f"{CONTACT}{row.pk}": row
            for row in Contact.objects.as_user(by).filter(pupil=case.pupil.pk)
            if Addressee.PARENT in kind.to
        }
        self.places = self._places(case)
        self.offer_addressees()
        self.initial["uid"] = letter.uid if letter else uuid.uuid4()
        self.initial["given_on"] = localdate()
        if letter:
            self.initial.update(self._saved(letter))
        facts = kind.facts(case)
        for ask in kind.asks:
            self.fields[ask.name] = _field(ask)
            self.initial[ask.name] = _initial(ask, letter, facts)
        ends = ["words", "channel", "given_on"]
        first = [name for name in self.fields if name not in ends]
        self.order_fields([*first, *ends])

    def _places(self, case: Case) -> dict[str, Organisation]:
        places = {}
        if Addressee.SCHOOL in self.kind.to:
            places["school"] = case.school
        if Addressee.PROVIDER in self.kind.to and case.provider:
            places["provider"] = case.provider
        return places

    def offer_addressees(self) -> None:
        """Offer the contacts in the order in which to ring, then the places."""
        choices = [(key, self._called(row)) for key, row in self.contacts.items()]
        choices += [(key, row.name) for key, row in self.places.items()]
        self.fields["addressee"].choices = choices
        if not choices:
            self.fields[
                "addressee"
            ].help_text = "No contact is recorded. Add a contact on the pupil's page first."
        elif len(choices) == 1 or self.contacts:
            self.initial["addressee"] = choices[0][0]

    @staticmethod
    def _called(row: Contact) -> str:
        held = "with" if row.has_parental_responsibility else "without"
        return f"{row.name}, {row.relationship}, {held} parental responsibility"

    def _saved(self, letter: Letter) -> dict[str, Any]:
        places = {row.pk: key for key, row in self.places.items()}
        return {
            "revision": letter.revision,
            "addressee": f"{CONTACT}{letter.contact_id}"
            if letter.contact_id
            else places.get(letter.organisation_id or 0, ""),
            "to_address": letter.to_address,
            "words": letter.words,
            "channel": letter.channel,
            "given_on": letter.given_on,
        }

    @property
    def changes(self) -> dict[str, Any]:
        """Return what was typed, as the letter keeps it."""
        cleaned = self.cleaned_data
        chosen = cleaned["addressee"]
        return {
            "contact": self.contacts.get(chosen),
            "organisation": self.places.get(chosen),
            "to_address": cleaned["to_address"],
            "words": cleaned["words"],
            "channel": cleaned["channel"],
            "given_on": cleaned["given_on"],
            "answers": {ask.name: _kept(cleaned.get(ask.name)) for ask in self.kind.asks},
        }

    def keep_beside(self, revision: int, words: str) -> None:
        """Keep what was typed beside what somebody else saved; sending again replaces that."""
        self.data = {**self.data.dict(), "revision": str(revision)}  # type: ignore[attr-defined]
        self.add_error(None, words)


class IssueForm(GdsForm):
    """The last look before a letter goes out."""

    submit_label = "Issue the letter"

    channel = Radios(
        label="How it is given",
        choices=Channel,
        error_messages={"required": "Choose how the letter is given"},
    )
    given_on = DateField(
        label="Day on which it is given",
        help_text="By post, the day on which it should arrive",
    )


class LetterFilterForm(forms.Form):
    """Which letters to list."""

    status = forms.ChoiceField(choices=[("", "All"), *Status.choices], required=False)
