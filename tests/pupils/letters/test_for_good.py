"""An issued letter stands for good, and only those concerned read it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.permissions import Role
from pupils import actions
from pupils.models import Letter
from pupils.models.letter import Altered, Status
from tests import factories
from tests.pupils.letters.conftest import TODAY


def refused(act):
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        act()


def test_the_database_refuses_every_change_of_an_issued_letter(issued):
    rows = Letter.objects.filter(pk=issued.pk)
    for change in (
        {"words": "Something else."},
        {"status": "draft"},
        {"given_on": date(2026, 1, 1)},
        {"sha256": "0" * 64},
        {"file": "elsewhere"},
        {"to_name": "Somebody"},
    ):
        refused(lambda change=change: rows.update(**change))
    refused(rows.delete)
    issued.refresh_from_db()
    assert (issued.status, issued.given_on) == (Status.ISSUED, TODAY)


def test_the_database_refuses_a_change_of_a_withdrawn_letter(write, caseworker):
    letter = actions.withdraw_letter(write(), by=caseworker)

    refused(lambda: Letter.objects.filter(pk=letter.pk).update(status="draft"))


@pytest.mark.parametrize(
    "change",
    [
        {"words": "Another."},
        {"answers": {}},
        {"facts": {}},
        {"to_name": "Another"},
        {"to_address": "Elsewhere"},
    ],
)
def test_what_was_approved_is_what_is_issued(approved, change):
    refused(lambda: Letter.objects.filter(pk=approved.pk).update(**change))
    refused(lambda: Letter.objects.filter(pk=approved.pk).update(status="draft", **change))


def test_a_file_that_was_altered_or_is_gone_is_not_handed_out(issued, client, caseworker):
    client.force_login(caseworker)
    path = reverse("pupils:letter-pdf", args=[issued.uid])
    assert client.get(path).content == issued.read_file()
    assert Path(issued.file.path).stat().st_mode & 0o777 == 0o400

    Path(issued.file.path).chmod(0o600)
    Path(issued.file.path).write_bytes(b"%PDF-1.7 something else")
    with pytest.raises(Altered):
        issued.read_file()
    answer = client.get(path)
    assert answer.status_code == 503
    assert b"something else" not in answer.content

    Path(issued.file.path).unlink()
    assert client.get(path).status_code == 503


def test_the_history_keeps_every_step(issued):
    labels = Letter.pgh_event_model.objects.filter(pgh_obj_id=issued.pk).order_by("pgh_id")

    assert list(labels.values_list("status", flat=True)) == ["draft", "approved", "issued"]


def test_a_school_and_a_provider_see_what_was_issued_and_no_draft(
    write, issued, person, other_school, other_provider
):
    write()
    readers = [person(Role.SCHOOL_STAFF), person(Role.PROVIDER_STAFF)]
    strangers = [
        person(Role.SCHOOL_STAFF, other_school),
        person(Role.PROVIDER_STAFF, other_provider),
    ]
    factories.EnrolmentFactory(pupil=issued.pupil, organisation=other_provider)

    for reader in readers:
        reader.acting = reader.memberships_in_force
    for stranger in strangers:
        stranger.acting = stranger.memberships_in_force

    # The provider knows the child from the first day of the placement on.
    assert list(Letter.objects.as_user(readers[0])) == [issued]
    assert [list(Letter.objects.as_user(stranger)) for stranger in strangers] == [[], []]
    assert Letter.objects.as_user(person(Role.CASEWORKER)).count() == 2


def test_a_provider_sees_letters_of_its_own_placements_only(person, provider, other_provider):
    placement = factories.PlacementFactory(provider=provider, starts_on=date(2024, 1, 8))
    own = factories.LetterFactory(pupil=placement.pupil, status="issued", provider=provider)
    for other in (None, other_provider):
        factories.LetterFactory(pupil=placement.pupil, status="issued", provider=other)
    reader = person(Role.PROVIDER_LEAD)

    assert list(Letter.objects.as_user(reader)) == [own]


def test_a_former_school_sees_no_letter_given_after_the_child_left(person, school):
    pupil = factories.PupilFactory()
    left = TODAY - timedelta(days=10)
    factories.EnrolmentFactory(pupil=pupil, organisation=school, ends_on=left)
    before = factories.LetterFactory(
        pupil=pupil, status="issued", given_on=left - timedelta(days=1)
    )
    factories.LetterFactory(pupil=pupil, status="issued", given_on=left + timedelta(days=1))

    found = list(Letter.objects.as_user(person(Role.SCHOOL_STAFF)))

    assert found in ([before], [])  # [] where another school year has begun since
