"""Forms of an import: the file, what its columns hold, and the reason for what it changes."""

from typing import Any

from django import forms

from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.forms import GdsForm, offer
from attendance.actions.exports import Header, Part

LONGEST_REASON = 300
HELP = {
    Part.UPN: "The surest. Without it, a name and the date of birth.",
    Part.NAME: "Such as “Surname, First name”",
    Part.MORNING: "Where a row holds both marks of a day",
}


class UploadForm(GdsForm):
    """The file, and for whom it is where that is not plain."""

    submit_label = "Check the file"

    provider = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Provider",
        empty_label="Choose a provider",
        error_messages={
            "required": "Choose whose marks these are",
            "invalid_choice": "Choose a provider from the list",
        },
    )
    file = forms.FileField(
        label="The file",
        help_text="CSV, as your system exports it, at most 20 MB. A row for each mark, for each "
        "day, or for each pupil with a column for each session.",
        error_messages={"required": "Choose the file", "empty": "The file is empty"},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Ask for the provider only where there are several."""
        super().__init__(*args, **kwargs)
        places = Organisation.objects.as_user(by).providers()
        if not by.roles & REACH_ALL:
            places = places.filter(pk__in=by.organisations_with(Permission.MARK_IMPORT))
        own = list(places[:2])
        self.only_place = own[0] if len(own) == 1 and not by.roles & REACH_ALL else None
        if self.only_place:
            del self.fields["provider"]
        else:
            offer(self, "provider", places)

    @property
    def place(self) -> Organisation:
        """Return whose marks these are."""
        return self.only_place or self.cleaned_data["provider"]


class ColumnsForm(GdsForm):
    """Which column holds what. Proposed by the headings; a person looks."""

    submit_label = "Use these columns"

    def __init__(self, *args: Any, header: Header, known: dict[str, str], **kwargs: Any) -> None:
        """Ask for what a file of this shape can hold."""
        super().__init__(*args, **kwargs)
        proposed = header.proposal() | {
            part: words for part, words in known.items() if words in header.columns
        }
        choices = [("", "None"), *((heading, heading) for heading in header.columns)]
        for part in _parts(header):
            self.fields[part.value] = forms.ChoiceField(
                label=part.label,
                choices=choices,
                required=False,
                initial=proposed.get(part.value, ""),
                help_text=HELP.get(part, ""),
                error_messages={"invalid_choice": "Choose a column from the list"},
            )


def _parts(header: Header) -> list[Part]:
    """Return what can be asked for: no marks where the sessions are columns of their own."""
    in_rows = {Part.DATE, Part.SESSION, Part.CODE, Part.MORNING, Part.AFTERNOON}
    return [part for part in Part if not header.sessions or part not in in_rows]


class ConfirmForm(GdsForm):
    """What was seen, and the one reason for all changed marks."""

    submit_label = "Import the marks"

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    reason = forms.CharField(
        label="Why are marks changed?",
        max_length=LONGEST_REASON,
        help_text="One reason for all of them. It stands beside each changed mark, with your name "
        "and position, for good.",
        error_messages={"required": "Say why marks are changed"},
    )

    def __init__(self, *args: Any, asks_why: bool, **kwargs: Any) -> None:
        """Ask for the reason where marks would change."""
        super().__init__(*args, **kwargs)
        if not asks_why:
            del self.fields["reason"]
