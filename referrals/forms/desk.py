"""What the triage desk shows, and the names of filters that are saved."""

from collections.abc import Iterable, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django import forms

from accounts.models import User
from apsystem.lib.forms import GdsForm
from referrals.models import Reason, Status
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
        schools: Iterable[tuple[int, str]],
        covered: Sequence[User] = (),
        by: User | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the officers and the schools, and together the own work and that of the covered."""
        super().__init__(*args, **kwargs)
        self.officers, self.covered = list(officers), list(covered)
        names = [(str(officer.pk), officer.name) for officer in self.officers]
        places = [(str(pk), name) for pk, name in schools]
        if by and covered:
            people = [by, *covered]
            together = ",".join(str(person.pk) for person in people)
            names.insert(0, (together, f"Mine, and for {' and '.join(map(str, covered))}"))
        missing = {str(person.pk) for person in covered} - {pk for pk, _ in names}
        names += [(str(person.pk), person.name) for person in covered if str(person.pk) in missing]
        whose = [("", "Anybody"), ("nobody", "Nobody yet"), *names]
        cast("forms.ChoiceField", self.fields["whose"]).choices = whose
        cast("forms.ChoiceField", self.fields["school"]).choices = [("", "Any school"), *places]

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
