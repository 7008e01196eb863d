"""Forms in GOV.UK's manner, once: labels, sizes, dates in three boxes, one green button."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from textwrap import shorten
from typing import Any, cast

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fixed, Fluid, Layout, Size
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.http import QueryDict

from apsystem.lib.gds import day
from apsystem.lib.seen import CHANGED, PRINT, STATE, Stale, print_of, state_of

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
SHORT, MIDDLE = 20, 60
LONGEST_SAID = 300
CHECK = "check"
MOST_FILE_BYTES = 10 * 1024 * 1024


def _in_sentence(label: object) -> str:
    words = str(label or "an answer").removesuffix(" (optional)")
    return words[0].lower() + words[1:]


class DateField(DateInputField):
    """A date in three boxes. Optional when `required=False`: then all three may stay empty."""

    def __init__(self, **kwargs: Any) -> None:
        """Say by name which box is empty."""
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages["required"] = (
            f"Enter {_in_sentence(self.label)}, with day, month and year"
        )
        for field, numeric in zip(self.fields, self.widget.widgets, strict=True):
            field.max_length = 10
            numeric.attrs["inputmode"] = "numeric"

    def compress(self, data_list: Any) -> date | None:
        """Return the date, or say that it does not exist."""
        if not data_list or not all(data_list):
            return None
        day, month, year = data_list
        try:
            found = date(int(year), int(month), int(day))
        except (ValueError, OverflowError) as error:
            raise ValidationError(
                f"{day[:4]}/{month[:4]}/{year[:6]} is not a real date. Write it like 27 3 2026."
            ) from error
        if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise ValidationError(
                f"Enter a year from {EARLIEST_YEAR} to {LATEST_YEAR}, with four figures."
            )
        return found


def _say_what_to_do(field: forms.Field) -> None:
    """Replace Django's own words for what is wrong, where a field has no words of its own."""
    verb = "Choose" if isinstance(field, forms.ChoiceField) else "Enter"
    ours = {
        "required": f"{verb} {_in_sentence(field.label)}",
        "invalid_choice": "Choose from the list",
        "empty": "The file is empty. Save it again, or choose another one.",
    }
    for code, words in ours.items():
        theirs = type(field).default_error_messages | {
            "required": forms.Field.default_error_messages["required"]
        }
        if code in theirs and field.error_messages.get(code) == theirs[code]:
            field.error_messages[code] = words
    if isinstance(field, forms.IntegerField):
        field.error_messages.setdefault("min_value", "Enter %(limit_value)s or more")
        field.error_messages.setdefault("max_value", "Enter %(limit_value)s or less")
    if isinstance(field, forms.CharField):  # these stand in the validators, not in the field
        field.error_messages.setdefault(
            "max_length",
            "Write at most %(limit_value)d characters. These are %(show_value)d.",
        )
        field.error_messages.setdefault(
            "null_characters_not_allowed",
            "The text holds a character that cannot be kept. Type it again instead of pasting it.",
        )


def _width_of(field: Any) -> str:
    """Return how wide a box of text is. Numbers and times get GOV.UK's box, not the browser's."""
    if isinstance(field, (forms.IntegerField, forms.TimeField)):
        if type(field.widget) is not forms.TextInput:
            keys = {forms.IntegerField: "numeric", forms.TimeField: "text"}
            mode = keys.get(type(field), "decimal")
            field.widget = forms.TextInput(attrs={"inputmode": mode})
        return Fixed.TEN
    length = getattr(field, "max_length", None) or MIDDLE
    return Fluid.ONE_THIRD if length <= SHORT else Fluid.TWO_THIRDS


class GdsFormMixin:
    """Give a form its helper: novalidate, small radios, widths by length, one button."""

    fields: dict[str, Any]
    submit_label = "Save and continue"
    action = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for what is missing by its name, where a field has no words of its own."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _say_what_to_do(field)

    @property
    def helper(self) -> FormHelper:
        """Return the layout: every field in order, then the button."""
        helper = FormHelper()
        helper.form_class = "app-form"
        helper.form_action = self.action
        helper.attrs = {"novalidate": ""}
        helper.label_size = Size.SMALL
        helper.legend_size = Size.SMALL
        button = Button.primary("send", self.submit_label, data_prevent_double_click="true")
        helper.layout = Layout(*(self._field(name) for name in self.fields), button)
        return helper

    def _field(self, name: str) -> Field:
        field = self.fields[name]
        widget = field.widget
        if isinstance(widget, forms.RadioSelect):
            return Field.radios(name, small=True)
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return Field.checkboxes(name, small=True)
        if isinstance(widget, forms.Textarea):
            if not field.help_text:  # the package reads the attribute before it sets it
                widget.attrs.setdefault("aria-describedby", "")
            return Field.textarea(name, max_characters=field.max_length, rows=5)
        if isinstance(widget, (forms.TextInput, forms.NumberInput)):
            return Field.text(name, field_width=_width_of(field))
        return Field(name)


class GdsForm(GdsFormMixin, forms.Form):
    """A form of our own fields."""


class GdsModelForm(GdsFormMixin, forms.ModelForm):
    """A form of a model's fields."""


class RowForm(GdsModelForm):
    """A form of a row that the action checks: only the action knows the whole row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin a new row with what the fields propose: its own empty values would hide that."""
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial = {name: was for name, was in self.initial.items() if was is not None}

    def _post_clean(self) -> None:
        """Write what was typed into the row, and check nothing."""
        for name in self._meta.fields or ():
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])


class OnceForm(RowForm):
    """A new row that is one, however often it is sent: its uid is made with the form."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the uid."""
        super().__init__(*args, **kwargs)
        self.initial["uid"] = self.instance.uid if self.instance.pk else uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """Give the uid to a row that is new."""
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk and cleaned.get("uid"):
            self.instance.uid = cleaned["uid"]
        return cleaned


class SeenForm(RowForm):
    """A row that others may change meanwhile: the form says which state of it was seen.

    It refuses what was written over a later state. Where two may save in the same moment, the
    action asks once more, with the row locked: see `hold_seen`.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep the state of a row that is saved, and a print of what each box shows of it."""
        super().__init__(*args, **kwargs)
        self.found = self.saved(self.instance) if self.instance.pk else {}
        self.now = self._seen_of(self.instance, self.found) if self.found else ""
        self.initial.update(self.found, seen=self.now)

    def saved(self, row: models.Model) -> dict[str, Any]:
        """Return what the boxes show of a row that is saved."""
        return forms.model_to_dict(row, self._meta.fields)

    def _seen_of(self, row: models.Model, saved: dict[str, Any]) -> str:
        return state_of(row) + "".join(map(print_of, saved.values()))

    def _post_clean(self) -> None:
        """Compare what was seen with what is saved now."""
        seen = self.cleaned_data.get("seen") or ""
        if self.found and "seen" in self.data and seen[:STATE] != self.now[:STATE]:
            self.add_error(None, CHANGED)
            self._show(self.found, self.now)
        super()._post_clean()

    def show_fresh(self, fresh: models.Model) -> None:
        """Show what is saved by now of a row that the action found to be another."""
        saved = self.saved(fresh)
        self._show(saved, self._seen_of(fresh, saved))

    def _show(self, saved: dict[str, Any], now: str) -> None:
        """Put what others saved into boxes that were left alone; beside the others, say it."""
        then = (self.cleaned_data.get("seen") or "")[STATE:]
        self.data = data = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = now
        for place, (name, value) in enumerate(saved.items()):
            field, was = self.fields.get(name), then[place * PRINT : (place + 1) * PRINT]
            typed = print_of(self.cleaned_data.get(name))
            if field is None or print_of(value) in {was, typed}:
                continue
            if name in self.cleaned_data and typed == was:
                _put(data, name, field, value)
                words = "was changed by somebody else. The box shows what is saved now"
            else:
                words = f"somebody else saved {_in_words(field, value)}. Yours is in the box"
            label = str(field.label).removesuffix(" (optional)")
            self.add_error(name, f"{label}: {words}")


def _put(data: QueryDict, name: str, field: forms.Field, value: Any) -> None:
    """Put a value into what a browser sent, as the box of the field would have sent it."""
    if isinstance(field.widget, forms.MultiWidget):
        for number, part in enumerate(field.widget.decompress(value) or ()):
            data[f"{name}_{number}"] = "" if part is None else str(part)
    elif isinstance(value, list):
        data.setlist(name, [str(one) for one in value])
    elif isinstance(field, forms.BooleanField) and not value:
        data.pop(name, None)
    else:
        data[name] = "" if value is None else str(value)


def _in_words(field: forms.Field, saved: Any) -> str:
    """Return a value of a field as a person reads it."""
    if isinstance(saved, date):
        return f"“{day(saved)}”"
    if isinstance(field, forms.BooleanField):
        return "yes" if saved else "no"
    labels = {str(value): str(label) for value, label in getattr(field, "choices", ())}
    values = saved if isinstance(saved, list) else [saved]
    said = [labels.get(str(one), str(one)) for one in values if one not in field.empty_values]
    return f"“{shorten(', '.join(said), LONGEST_SAID)}”" if said else "nothing"


class RangeForm(RowForm):
    """A row with a first day and a last day; the row keeps the day after the last."""

    def clean(self) -> dict[str, Any]:
        """Turn the last day into the end of the range."""
        cleaned = super().clean() or self.cleaned_data
        start, last = cleaned.get("starts_on"), cleaned.get("last_day")
        if start and last and last < start:
            self.add_error("last_day", "The last day must not be before the first day")
        self.instance.ends_on = last + timedelta(days=1) if last else None
        return cleaned


class TextArea(forms.CharField):
    """Longer text, with the number of characters that are left."""

    def __init__(self, *, max_length: int = 4_000, **kwargs: Any) -> None:
        """Draw a text area."""
        super().__init__(max_length=max_length, widget=forms.Textarea, **kwargs)


class FilesInput(forms.FileInput):
    """A box for one file or several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several at once, as a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Check each file."""
        given = data if isinstance(data, list) else [data]
        return [super(FilesField, self).clean(file, initial) for file in given]


class Radios(forms.ChoiceField):
    """One choice of a few."""

    widget = forms.RadioSelect


class FileForm(GdsForm):
    """A CSV file that is checked first, and taken in whole or not at all."""

    submit_label = "Read the file"

    file = forms.FileField(
        label="CSV file",
        help_text="Saved as CSV (UTF-8) from a spreadsheet, 10 MB at most",
        error_messages={
            "required": "Choose a file",
            "empty": "The file is empty",
            "missing": "Choose a file",
        },
    )
    do = Radios(
        label="What to do",
        choices=[
            (CHECK, "Only say what would change"),
            ("save", "Take it in, all of it or nothing"),
        ],
        initial=CHECK,
        error_messages={"required": "Choose what to do"},
    )

    def clean_file(self) -> Any:
        """Refuse a file that is too large to be one of these."""
        file = self.cleaned_data["file"]
        if file.size > MOST_FILE_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB")
        return file


OUR_TIMES = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]


def address_day() -> forms.DateField:
    """Return a field for a day in an address, like 2026-09-01. No box is drawn for it."""
    return forms.DateField(required=False, validators=OUR_TIMES, input_formats=["%Y-%m-%d"])


class RemarkedChoice(forms.ModelChoiceField):
    """A choice of a row, with words beside some of the rows, by their id."""

    remarks: Mapping[int, str] = {}

    def label_from_instance(self, obj: models.Model) -> str:
        """Return what the row is called, and what is to be known before it is chosen."""
        words = self.remarks.get(obj.pk)
        return f"{obj}: {words}" if words else str(obj)


def offer(
    form: forms.BaseForm, name: str, rows: QuerySet, remarks: Mapping[int, str] | None = None
) -> None:
    """Let a field offer these rows, and say the remarks beside them."""
    field = cast("forms.ModelChoiceField", form.fields[name])
    field.queryset = rows
    if isinstance(field, RemarkedChoice):
        field.remarks = remarks or {}


def take_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put an action's errors beside the fields they are about, the others on top of the form.

    A constraint names its field as its `violation_error_code`. People enter the last day of a
    range, so that is where what is wrong with its end belongs. A stale row is shown beside what
    was typed.
    """
    if isinstance(error, Stale) and isinstance(form, SeenForm):
        form.show_fresh(error.fresh)
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        for one in errors:
            wanted = str(one.code) if name == NON_FIELD_ERRORS else name
            beside = "last_day" if wanted == "ends_on" else wanted
            form.add_error(beside if beside in form.fields else None, one)
