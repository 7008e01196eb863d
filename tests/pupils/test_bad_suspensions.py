"""Suspensions that cannot be, sent through the page: a sentence beside the field, nothing lost."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from pupils.models import Suspension
from tests import factories
from tests.pupils.test_exclusion_pages import boxes
from tests.pupils.test_import_suspensions import HEAD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)  # the autumn term of 2024 ends on Friday 20 December
START, BACK = "starts_on", "back_on"


@pytest.fixture
def pupil(school):
    """Return a child on the roll from 2 September 2024, suspended on 7 and 8 October."""
    school.urn = "100001"
    school.save()
    child = factories.PupilFactory(upn=factories.valid_upn(701))
    factories.EnrolmentFactory(pupil=child, organisation=school, starts_on=date(2024, 9, 2))
    factories.SuspensionFactory(pupil=child, school=school, starts_on=date(2024, 10, 7),
                                back_on=date(2024, 10, 9), sessions=4)  # fmt: skip
    return child


LONG = {"sessions": 20, START: date(2024, 12, 16), BACK: date(2025, 1, 14)}
BAD = {
    "longer than the term": (
        LONG, "sessions", "A suspension ends with the term, whose last day is 20 December 2024. "
        "From 16 December 2024 the term has 5 school days."),
    "longer than 45 days": (
        {"sessions": 91}, "sessions", "Enter a whole number of half days, from 1 to 90"),
    "over 45 days with others": (
        {"sessions": 88, START: date(2025, 1, 6)}, "sessions", "With this one the pupil would be "
        "suspended for 46 school days in 2024/25, all schools together. 45 are the most that the "
        "law allows: no more than 43 school days can be given."),
    "overlapping another": (
        {START: date(2024, 10, 8)}, START, "The pupil is suspended already in that time, from 7 "
        "October 2024 to 8 October 2024. One suspension ends before the next begins."),
    "ending before it starts": (
        {BACK: date(2024, 9, 13)}, BACK, "The first day back must come after the first day, which "
        "is 16 September 2024."),
    "not on the roll on that day": (
        {START: date(2024, 7, 15)}, START, "The pupil is not on the roll of Ash School on 15 July "
        "2024. A school suspends and excludes those on its own roll."),
}  # fmt: skip


def sent(school, change):
    told = {"sessions": 4, START: MONDAY} | change
    days = [boxes(name, told.pop(name)) for name in (START, BACK) if name in told]
    more = {name: value for one in days for name, value in one.items()}
    return {"school": school.pk, "kind": "SUSP", "reason_1": "PA", "reason_2": "DB",
            "given_by": "Head Teacher", **told, **more}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_beside_its_field_and_what_was_typed_stays(
    client, school_staff, school, pupil, what
):
    change, field, sentence = BAD[what]
    client.force_login(school_staff)
    typed = sent(school, change)

    answer = client.post(reverse("pupils:suspend", args=[pupil.uid]), typed)

    page, form = answer.content.decode(), answer.context["form"]
    assert form.errors == {field: [sentence]}
    assert escape(sentence) in page
    assert all(form[name].value() is not None for name in typed if "_on_" not in name)
    for name, value in typed.items():
        if name.startswith((START, BACK)):
            assert f'name="{name}" value="{value}"' in page
    assert 'value="Head Teacher"' in page
    assert Suspension.objects.count() == 1


@pytest.mark.parametrize("what", [what for what in BAD if what != "longer than 45 days"])
def test_a_file_is_refused_with_the_same_sentence_and_its_row(
    client, manager, school, pupil, what
):
    change, _, sentence = BAD[what]
    told = {"sessions": 4, START: MONDAY, BACK: ""} | change
    row = f"{pupil.upn},{school.urn},{told[START]},{told[BACK]},{told['sessions']},no,PA,,,"
    client.force_login(manager)

    page = take_in(client, row)

    assert f"Row 2: {escape(sentence)}" in page
    assert Suspension.objects.count() == 1


def take_in(client, row):
    text = f"{HEAD}\n{row}"
    file = SimpleUploadedFile("suspensions.csv", text.encode(), "text/csv")
    sent = {"file": file, "do": "save"}
    return client.post(reverse("pupils:suspensions-file"), sent).content.decode()
