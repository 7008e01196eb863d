"""What our forms say about what is wrong, in place of Django's words."""

import re

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template

from apsystem.lib.forms import DateField, FilesField, GdsForm, RowForm, TextArea
from reintegration.models import PanelMeeting


class Example(GdsForm):
    words = TextArea(label="What happened", max_length=20)
    colour = forms.ChoiceField(label="The colour (optional)", choices=[("red", "Red")])
    day = DateField(label="First day")
    files = FilesField(label="Documents")


def said(field, files=(), **data):
    form = Example(data, {"files": list(files)} if files else {})
    form.is_valid()
    return " ".join(form.errors[field])


@pytest.mark.parametrize(
    ("field", "data", "words"),
    [
        ("words", {"words": "x" * 1_000_000}, "at most 20 characters. These are 1000000."),
        ("words", {"words": "a\0b"}, "a character that cannot be kept"),
        ("words", {}, "Enter what happened"),
        ("colour", {"colour": "blue"}, "Choose from the list"),
        ("colour", {}, "Choose the colour"),
        ("day", {"day_0": "1", "day_1": "1", "day_2": "2999"}, "a year from 1900 to 2100"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(field, data, words):
    assert words in said(field, **data)


def test_every_file_of_several_is_checked():
    whole, empty = SimpleUploadedFile("a.pdf", b"%PDF"), SimpleUploadedFile("b.pdf", b"")

    assert "The file is empty." in said("files", [whole, empty])
    form = Example({}, {"files": [whole, whole]})
    form.is_valid()
    assert len(form.cleaned_data["files"]) == 2


class Proposing(RowForm):
    minutes = forms.IntegerField(initial=120)

    class Meta:
        model = PanelMeeting
        fields = ["minutes"]


def test_a_new_row_begins_with_what_its_form_proposes():
    assert Proposing(instance=PanelMeeting())["minutes"].value() == 120
    assert Proposing(instance=PanelMeeting(minutes=30))["minutes"].value() == 30
    assert Proposing(initial={"minutes": 60}, instance=PanelMeeting())["minutes"].value() == 60


class Figures(GdsForm):
    at = forms.TimeField(required=False)
    places = forms.IntegerField(min_value=0, max_value=500)
    pounds = forms.DecimalField(required=False)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("501", "Enter 500 or less"), ("-1", "Enter 0 or more"), ("many", "Enter a whole number.")],
)
def test_a_number_that_does_not_fit_is_refused_with_its_limit(typed, words):
    assert Figures({"places": typed}).errors["places"] == [words]


def test_numbers_are_asked_in_boxes_of_text_of_gov_uk_size():
    page = Template("{% load crispy_forms_tags %}{% crispy form %}").render(
        Context({"form": Figures()})
    )

    assert 'type="number"' not in page
    assert page.count('type="text"') == page.count("govuk-input--width-10") == 3
    assert len(re.findall(r'class="[^"]*govuk-input[ "]', page)) == 3
    assert (page.count('inputmode="numeric"'), page.count('inputmode="decimal"')) == (1, 1)
