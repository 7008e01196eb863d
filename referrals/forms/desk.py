"""What the triage desk shows and decides, and the names of filters that are saved."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet

from accounts.models import Organisation, User
from apsystem.lib.forms import GdsForm, Radios, RemarkedChoice, TextArea, offer
from referrals.models import ANSWERS, Reason, Status, Tier
from referrals.models.referral import SORTS
from referrals.models.saved import MOST_LETTERS


class DeskFilterForm(forms.Form):
    """What the triage desk shows, and in which order. Its state is in the address."""

    status = forms.ChoiceField(
        choices=[
            (Status.SUBMITTED, "Waiting for a decision"),
            (Status.WAITING, "Waiting for the school"),
            (Status.ACCEPTED, "Accepted"),
            (Status.DECLINED, "Declined"),
        ],
        required=False,
    )
    reason = forms.ChoiceField(choices=[("", "Any reason"), *Reason.choices], required=False)
    whose = forms.ChoiceField(required=False, label="Officer")
    school = forms.ChoiceField(required=False)
    late = forms.ChoiceField(
        choices=[("", "Any day"), ("yes", "Past its day")], required=False, label="Clock"
    )
    q = forms.CharField(max_length=100, required=False, label="Pupil's name")
    sort = forms.ChoiceField(
        choices=[
            ("waiting", "Longest wait first"),
            ("due", "Next clock first"),
            ("newest", "Newest first"),
            ("school", "School"),
        ],
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        officers: Iterable[User],
        places: Iterable[Organisation],
        covered: Sequence[User] = (),
        by: User | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the officers and the schools, and together the own work and that of the covered."""
        super().__init__(*args, **kwargs)
        self.officers, self.covered, self.places = list(officers), list(covered), list(places)
        names = [(str(officer.pk), officer.name) for officer in self.officers]
        schools = [place for place in self.places if place.kind == Organisation.Kind.SCHOOL]
        offered = [("", "Any school"), *((str(school.pk), school.name) for school in schools)]
        if by and covered:
            people = [by, *covered]
            together = ",".join(str(person.pk) for person in people)
            names.insert(0, (together, f"Mine, and for {' and '.join(map(str, covered))}"))
        missing = {str(person.pk) for person in covered} - {pk for pk, _ in names}
        names += [(str(person.pk), person.name) for person in covered if str(person.pk) in missing]
        whose = [("", "Anybody"), ("nobody", "Nobody yet"), *names]
        cast("forms.ChoiceField", self.fields["whose"]).choices = whose
        cast("forms.ChoiceField", self.fields["school"]).choices = offered

    @property
    def narrowing(self) -> dict[str, Any]:
        """Return the filter; what cannot be understood filters nothing."""
        self.is_valid()
        names = ("status", "reason", "whose", "school", "late", "q")
        found = {name: self.cleaned_data.get(name, "") for name in names}
        return {**found, "status": found["status"] or Status.SUBMITTED}

    @property
    def order(self) -> str:
        """Return the sort."""
        self.is_valid()
        return str(self.cleaned_data.get("sort") or next(iter(SORTS)))

    @property
    def is_understood(self) -> bool:
        """Tell whether everything that the address asks for exists: an officer may have left."""
        return self.is_valid()

    @property
    def kept_query(self) -> str:
        """Return what the form understands of the address, as a query string in the form's order."""
        self.is_valid()
        values = {name: self.cleaned_data.get(name) for name in self.fields}
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def in_words(self) -> str:
        """Say what is asked for, in the words of the boxes."""
        self.is_valid()
        said = []
        for name, field in self.fields.items():
            if value := self.cleaned_data.get(name):
                choices = dict(getattr(field, "choices", ()))
                label = str(field.label or name.capitalize())
                said.append(f"{label}: {choices.get(value, value)}")
        return "; ".join(said)


class FilterNameForm(GdsForm):
    """What a saved filter is called."""

    submit_label = "Save the filter"

    name = forms.CharField(max_length=MOST_LETTERS, label="Name of the filter", strip=True)


class AskForm(GdsForm):
    """What the school should still tell."""

    submit_label = "Ask the school"

    questions = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Ask for these answers",
        choices=[(name, label) for name, label in ANSWERS.items() if name != "reason"],
        required=False,
    )
    words = TextArea(label="Or ask in your own words (optional)", max_length=1_000, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for at least one question."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("questions") and not cleaned.get("words") and not self.errors:
            self.add_error("questions", "Choose a question, or write one")
        return cleaned


class AssignForm(forms.Form):
    """Who takes the ticked referrals."""

    to = forms.ModelChoiceField(queryset=User.objects.none(), to_field_name="uid", required=False)
    nobody = forms.BooleanField(required=False)

    def __init__(self, *args: Any, officers: QuerySet, **kwargs: Any) -> None:
        """Offer the officers."""
        super().__init__(*args, **kwargs)
        offer(self, "to", officers)


class DecisionForm(GdsForm):
    """The council's decision, with its reason in words that the school reads."""

    submit_label = "Record the decision"

    decision = Radios(
        label="Decision",
        choices=[
            ("1", "Accept: tier 1, outreach in the home school"),
            ("2", "Accept: tier 2, short, time-limited placement"),
            ("3", "Accept: tier 3, longer placement"),
            ("decline", "Decline"),
        ],
        error_messages={"required": "Choose a tier, or decline"},
    )
    provider = RemarkedChoice(
        queryset=Organisation.objects.none(),
        label="Provider or school (optional)",
        required=False,
        empty_label="Not decided yet",
        to_field_name="uid",
        error_messages={"invalid_choice": "Choose a provider or a school from the list"},
    )
    reason = TextArea(
        label="Reason",
        help_text="The school reads this. Say in plain words why, and what happens next.",
        error_messages={"required": "Give the reason: the school reads it"},
    )

    def __init__(
        self,
        *args: Any,
        places: QuerySet,
        listed: Iterable[Organisation] = (),
        remarks: Mapping[int, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the places; where the page has read them already, `listed` are the same.

        The remarks are what is to be known of a place before it is chosen, by its id.
        """
        super().__init__(*args, **kwargs)
        offer(self, "provider", places, remarks)
        field = cast("RemarkedChoice", self.fields["provider"])
        if listed:
            known = [(place.uid, field.label_from_instance(place)) for place in listed]
            field.choices = [("", field.empty_label), *known]

    @property
    def verb(self) -> str:
        """Return the move that was chosen."""
        return "decline" if self.cleaned_data["decision"] == "decline" else "accept"

    @property
    def tier(self) -> Tier | None:
        """Return the tier that was chosen, if any."""
        chosen = self.cleaned_data["decision"]
        return None if chosen == "decline" else Tier(int(chosen))
