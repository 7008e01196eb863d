"""Forms of the logbook, and of what schools buy."""

from collections.abc import Mapping
from decimal import Decimal
from textwrap import shorten
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.forms import (
    DateField,
    GdsForm,
    OnceForm,
    Radios,
    RowForm,
    SeenForm,
    TextArea,
    offer,
)
from outreach.models import LogEntry, Purchase, Support
from outreach.models.entry import LONGEST_MINUTES, EntryKind, EntryStatus
from outreach.models.trade import Unit

MINUTES = [("15", "15 min"), ("30", "30 min"), ("60", "1 hour"), ("90", "1 h 30"),
           ("120", "2 hours"), ("180", "3 hours"), ("360", "A day")]  # fmt: skip
MOST_SAID = 200
STATES = [(EntryStatus.DONE.value, "It is done"), (EntryStatus.PLANNED.value, "It is planned")]


class LogFilter(forms.Form):
    """What the log can be narrowed to. Its state is in the address."""

    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "All"), *EntryStatus.choices]
    )
    whose = forms.ChoiceField(label="Worker", required=False)
    school = forms.ChoiceField(label="School", required=False)
    due = forms.ChoiceField(
        label="Due", required=False, choices=[("", "Any day"), ("now", "Due, not recorded")]
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer workers and schools to those who work in several schools."""
        super().__init__(*args, **kwargs)
        if not by.can(Permission.OUTREACH_WORK):
            del self.fields["whose"], self.fields["school"], self.fields["due"]
            return
        for name, rows in (
            ("whose", by.colleagues_who(Permission.OUTREACH_WORK)),
            ("school", Organisation.objects.as_user(by).schools()),
        ):
            choices = [("", "All"), *((str(row.uid), row.name) for row in rows)]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def narrowing(self) -> dict[str, str]:
        """Return the filter; a value that is not offered filters nothing."""
        self.is_valid()
        return dict(self.cleaned_data)


class SchoolForm(GdsForm):
    """At which school something was done."""

    submit_label = "Continue"

    school = forms.ModelChoiceField(
        Organisation.objects.none(), label="School", empty_label="Choose a school"
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the schools."""
        super().__init__(*args, **kwargs)
        offer(self, "school", Organisation.objects.as_user(by).schools())


NO_NAMES = "Name no pupil here: the school reads it."


def _ask_for_lines(form: forms.BaseForm, supports: QuerySet) -> list[Support]:
    """Add the choice of those it was about, with a box for the line of each. Return them."""
    found = list(supports)
    if found:
        form.fields["about"] = about = forms.ModelMultipleChoiceField(
            supports,
            label="Who it was about (optional)",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Each line is read only by those who may see that pupil.",
        )
        about.label_from_instance = lambda row: row.subject  # type: ignore[assignment,method-assign]
    for row in found:
        form.fields[f"line_{row.pk}"] = forms.CharField(
            label=f"Line for {row.subject} (optional)", max_length=2000, required=False
        )
    return found


def _lines_of(form: forms.BaseForm, supports: list[Support]) -> dict[Support, str]:
    """Return the line of each support that was ticked, or that a line was written for."""
    ticked = {row.pk for row in form.cleaned_data.get("about") or []}
    words = {row: form.cleaned_data.get(f"line_{row.pk}", "") for row in supports}
    return {row: said for row, said in words.items() if said or row.pk in ticked}


def _names(supports: list[Support]) -> list[str]:
    return ["about", *(f"line_{row.pk}" for row in supports)]


def _minutes(**kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label="How many minutes it took",
        min_value=1,
        max_value=LONGEST_MINUTES,
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value"],
            f"Enter a whole number of minutes from 1 to {LONGEST_MINUTES}",
        ),
        **kwargs,
    )


def _words() -> TextArea:
    return TextArea(
        label="About the work as a whole (optional)",
        max_length=2000,
        required=False,
        help_text=NO_NAMES,
    )


class EntryForm(OnceForm):
    """One piece of work at one school, with a line for each pupil it was about."""

    submit_label = "Save the entry"

    kind = Radios(
        label="What was done",
        choices=EntryKind.choices,
        error_messages={"required": "Choose what was done"},
    )
    status = Radios(label="Done or planned?", choices=STATES, initial=EntryStatus.DONE)
    on = DateField(label="Day", initial=localdate)
    at = forms.TimeField(
        label="Time (optional)",
        required=False,
        input_formats=["%H:%M", "%H.%M"],
        help_text="Like 14:30",
        error_messages={"invalid": "Write the time like 14:30"},
    )
    minutes = Radios(label="How long it took", choices=MINUTES, required=False)
    words = _words()
    is_traded = forms.BooleanField(label="It comes out of what the school bought", required=False)

    class Meta:
        model = LogEntry
        fields = ["kind", "status", "on", "at", "minutes", "words", "is_traded"]

    def __init__(self, *args: Any, supports: QuerySet, **kwargs: Any) -> None:
        """Offer the support that runs at the school, with a box for the line of each."""
        super().__init__(*args, **kwargs)
        self.supports = _ask_for_lines(self, supports)
        first = ["uid", "kind", "status", "on", "at", "minutes"]
        self.order_fields([*first, *_names(self.supports), "words", "is_traded"])

    def clean(self) -> dict[str, Any]:
        """Ask for the time that it took, of what is done; forget it of what is planned."""
        cleaned = super().clean() or self.cleaned_data
        minutes = cleaned.get("minutes")
        if cleaned.get("status") != EntryStatus.DONE:
            cleaned["minutes"] = None
        elif minutes:
            cleaned["minutes"] = int(minutes)
        elif "minutes" not in self.errors:
            self.add_error("minutes", "Choose how long it took")
        return cleaned

    @property
    def lines(self) -> dict[Support, str]:
        """Return the lines."""
        return _lines_of(self, self.supports)


class CorrectForm(SeenForm):
    """What was wrong in an entry that is done, and why it is corrected."""

    submit_label = "Save the correction"

    kind = Radios(
        label="What was done",
        choices=EntryKind.choices,
        error_messages={"required": "Choose what was done"},
    )
    on = DateField(label="Day")
    minutes = _minutes()
    words = _words()
    is_traded = forms.BooleanField(label="It comes out of what the school bought", required=False)
    why = forms.CharField(label="Why it is corrected", max_length=300, help_text=NO_NAMES)

    class Meta:
        model = LogEntry
        fields = ["kind", "on", "minutes", "words", "is_traded"]

    def __init__(
        self, *args: Any, supports: QuerySet, lines: Mapping[int, str], **kwargs: Any
    ) -> None:
        """Begin with what is written: the entry, and its lines by support."""
        self.before = lines
        super().__init__(*args, **kwargs)
        self.supports = _ask_for_lines(self, supports)
        self.initial["about"] = list(lines)
        self.order_fields(["kind", "on", "minutes", *_names(self.supports), "words"])

    def saved(self, row: Any) -> dict[str, Any]:
        """Return the lines too."""
        lines = row.lines.filter(support__in=list(self.before)).values_list("support", "words")
        return super().saved(row) | {f"line_{pk}": words for pk, words in lines}

    @property
    def lines(self) -> dict[Support, str]:
        """Return the lines."""
        return _lines_of(self, self.supports)


class OutcomeForm(GdsForm):
    """What came of something planned."""

    submit_label = "Save what came of it"

    outcome = Radios(
        label="What came of it",
        choices=[("done", "It was done"), ("called off", "It was called off")],
        error_messages={"required": "Choose what came of it"},
    )
    minutes = _minutes(required=False)
    words = TextArea(
        label="What to know of it, or why it was called off",
        max_length=2000,
        required=False,
        help_text=NO_NAMES,
    )

    def __init__(
        self,
        *args: Any,
        entry: LogEntry,
        supports: QuerySet,
        lines: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        """Ask for a line of each; beside a box stands what was written when it was planned."""
        super().__init__(*args, **kwargs)
        self.before = lines
        self.supports = _ask_for_lines(self, supports)
        self.initial["about"] = list(lines)
        self.order_fields(["outcome", "minutes", *_names(self.supports), "words"])
        if entry.words:
            self.fields["words"].help_text = f"{NO_NAMES} {_stays(entry.words)}"
        for pk, words in lines.items():
            if words:
                self.fields[f"line_{pk}"].help_text = _stays(words)

    def clean(self) -> dict[str, Any]:
        """Ask for what the outcome needs."""
        cleaned = super().clean() or self.cleaned_data
        is_untimed = not cleaned.get("minutes") and "minutes" not in self.errors
        if cleaned.get("outcome") == "done" and is_untimed:
            self.add_error("minutes", "Enter how many minutes it took")
        if cleaned.get("outcome") == "called off" and not cleaned.get("words"):
            self.add_error("words", "Say why it was called off")
        return cleaned

    @property
    def lines(self) -> dict[Support, str]:
        """Return the lines; where a box was left empty, the one that was planned."""
        found = _lines_of(self, self.supports)
        return {row: said or self.before.get(row.pk, "") for row, said in found.items()}


def _stays(words: str) -> str:
    """Return the words for a hint, which is written as it stands: so they are escaped."""
    return format_html("Left empty, this stays: “{}”", shorten(words, MOST_SAID))


class BuyForm(RowForm):
    """What a school bought."""

    submit_label = "Record it"

    school = forms.ModelChoiceField(
        Organisation.objects.none(), label="School", empty_label="Choose a school"
    )
    year = forms.TypedChoiceField(label="Academic year", coerce=int)
    unit = Radios(
        label="Bought in",
        choices=Unit.choices,
        error_messages={"required": "Choose hours or sessions"},
    )
    quantity = forms.DecimalField(
        label="How many",
        min_value=Decimal(-1000),
        max_value=Decimal(1000),
        max_digits=5,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="A number below 0 gives back what was bought.",
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value", "max_digits", "max_whole_digits",
             "max_decimal_places"],
            "Enter a number like 20 or 7.5",
        ),
    )  # fmt: skip
    bought_on = DateField(label="Day", initial=localdate)
    note = forms.CharField(label="Note (optional)", max_length=300, required=False)

    class Meta:
        model = Purchase
        fields = ["quantity", "bought_on", "note"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the schools, and this year with its neighbours."""
        super().__init__(*args, **kwargs)
        offer(self, "school", Organisation.objects.as_user(by).schools())
        this_year = academic_year(localdate())
        years = [(year, year_label(year)) for year in (this_year, this_year + 1, this_year - 1)]
        self.fields["year"].choices = years
