"""Letters: what happens to them, by whom, in which order, and at the same moment."""

import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.permissions import Role
from accounts.workflow import WrongStatus
from placements.letters import CONFIRMATION, DIRECTION, ENDING, REVIEW
from pupils import actions
from pupils.models import Letter
from pupils.models.letter import Status
from referrals.letters import DECISION
from referrals.models import Status as Decided
from tests import factories
from tests.pupils.letters.conftest import TODAY, stopping
from tests.threads import at_once


@pytest.mark.parametrize("kind", [DIRECTION, CONFIRMATION, REVIEW], ids=lambda kind: kind.slug)
def test_every_letter_about_an_open_placement_goes_all_the_way(kind, write, manager, caseworker):
    letter = write(kind)

    assert stopping(letter, caseworker) == []
    letter = actions.approve_letter(letter, by=manager)
    letter = actions.issue_letter(letter, channel="hand", given_on=TODAY, by=caseworker)

    assert letter.status == Status.ISSUED
    assert letter.read_file().startswith(b"%PDF")
    assert (letter.issued_by, letter.channel) == (caseworker, "hand")


def test_the_end_of_a_placement_is_told(write, manager, school, provider):
    placement = factories.PlacementFactory(
        home_school=school, provider=provider, status="ended", starts_on=date(2026, 9, 7)
    )
    contact = factories.ContactFactory(pupil=placement.pupil, has_parental_responsibility=True)
    factories.EnrolmentFactory(pupil=placement.pupil, organisation=school)

    letter = write(ENDING, case=placement, contact=contact, to_address="1 Road\nDE1 0MO")

    assert letter.facts["end_reason"] == "Back in school."
    assert actions.approve_letter(letter, by=manager).status == Status.APPROVED


@pytest.mark.parametrize("status", [Decided.ACCEPTED, Decided.DECLINED])
def test_a_decision_is_told_to_the_parents(status, write, manager, placement, school):
    referral = factories.ReferralFactory(pupil=placement.pupil, school=school, status=status)

    letter = write(DECISION, case=referral)

    assert letter.facts["is_accepted"] == (status == Decided.ACCEPTED)
    assert actions.approve_letter(letter, by=manager).approved_by == manager


def test_a_letter_that_does_not_fit_the_case_is_refused(write, placement, school):
    undecided = factories.ReferralFactory(
        pupil=placement.pupil, school=school, status=Decided.SUBMITTED
    )

    with pytest.raises(ValidationError, match="does not fit"):
        write(DECISION, case=undecided)
    with pytest.raises(ValidationError, match="does not fit"):
        write(ENDING)


def test_the_same_draft_sent_twice_is_one(write):
    first = write()

    again = write(uid=first.uid)

    assert again.pk == first.pk
    assert Letter.objects.count() == 1


def test_the_address_that_is_recorded_is_taken_where_none_is_typed(write, school):
    assert write().address_lines == ["1 Invented Street", "DE1 0MO"]
    assert write(to_address="2 Road\n\n DE2 0MO ").address_lines == ["2 Road", "DE2 0MO"]
    to_school = write(CONFIRMATION, contact=None, organisation=school)
    assert to_school.to_name == "Ash School"


def test_a_colleague_approves_what_the_law_weighs(write, caseworker, manager):
    letter = write()
    with pytest.raises(ValidationError, match="A colleague must approve"):
        actions.approve_letter(letter, by=caseworker)
    assert not letter.may_be_approved_by(caseworker)

    assert actions.approve_letter(write(CONFIRMATION), by=caseworker).approved_by == caseworker
    assert actions.approve_letter(letter, by=manager).approved_by == manager


def test_who_changed_the_words_last_wrote_them(write, manager, caseworker):
    letter = actions.change_letter(write(), by=manager, words="One more thing.")

    with pytest.raises(ValidationError, match="A colleague must approve"):
        actions.approve_letter(letter, by=manager)
    assert actions.approve_letter(letter, by=caseworker).approved_by == caseworker


def test_a_revised_letter_is_approved_anew(approved, caseworker, manager):
    letter = actions.revise_letter(approved, by=caseworker)
    assert (letter.status, letter.approved_by) == (Status.DRAFT, None)

    letter = actions.change_letter(letter, by=caseworker, words="New.")

    with pytest.raises(WrongStatus):
        actions.issue_letter(letter, channel="post", given_on=TODAY, by=caseworker)
    assert actions.approve_letter(letter, by=manager).words == "New."


def test_a_withdrawn_letter_goes_nowhere(write, caseworker, manager):
    letter = actions.withdraw_letter(write(), by=caseworker)

    with pytest.raises(WrongStatus):
        actions.approve_letter(letter, by=manager)
    with pytest.raises(WrongStatus):
        actions.change_letter(letter, by=caseworker, words="No.")


def test_a_letter_that_somebody_else_saved_is_stale(write, caseworker, manager):
    letter = write()
    actions.change_letter(letter, by=manager, revision=0, words="Theirs.")

    with pytest.raises(actions.StaleLetter) as caught:
        actions.change_letter(letter, by=caseworker, revision=0, words="Mine.")

    assert caught.value.fresh.words == "Theirs."


@pytest.mark.parametrize("role", [Role.SCHOOL_LEAD, Role.PROVIDER_LEAD, Role.ATTENDANCE_OFFICER])
def test_those_who_only_read_do_nothing(role, person, write, approved):
    reader, draft = person(role), write()

    for act in (
        lambda: write(by=reader),
        lambda: actions.change_letter(draft, by=reader, words="No."),
        lambda: actions.approve_letter(draft, by=reader),
        lambda: actions.withdraw_letter(draft, by=reader),
        lambda: actions.revise_letter(approved, by=reader),
        lambda: actions.issue_letter(approved, channel="post", given_on=TODAY, by=reader),
    ):
        with pytest.raises((PermissionDenied, Letter.DoesNotExist)):
            act()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_does(write, person):
    people = [person(Role.MANAGER) for _ in range(4)]
    letter = write()

    found = at_once(
        [
            lambda by=by: actions.approve_letter(Letter.objects.get(pk=letter.pk), by=by)
            for by in people
        ]
    )

    made = [row for row in found if isinstance(row, Letter)]
    assert len(made) == 1
    assert [type(row) for row in found if row not in made] == [WrongStatus] * 3
    letter.refresh_from_db()
    assert letter.approved_by == made[0].approved_by


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_several_who_issue_at_once_one_does_and_the_file_is_its_own(approved, person):
    people = [person(Role.CASEWORKER) for _ in range(4)]

    found = at_once(
        [
            lambda by=by: actions.issue_letter(
                Letter.objects.get(pk=approved.pk), channel="post", given_on=TODAY, by=by
            )
            for by in people
        ]
    )

    made = [row for row in found if isinstance(row, Letter)]
    assert len(made) == 1
    assert [type(row) for row in found if row not in made] == [WrongStatus] * 3
    approved.refresh_from_db()
    assert approved.issued_by == made[0].issued_by
    assert approved.read_file().startswith(b"%PDF")


@pytest.mark.django_db(transaction=True)
def test_a_letter_by_e_mail_is_announced_without_a_name(
    write, person, school, mailoutbox, placement
):
    caseworker = person(Role.CASEWORKER)
    reader = person(Role.SCHOOL_LEAD)
    letter = write(CONFIRMATION, contact=None, organisation=school, channel="email")
    letter = actions.approve_letter(letter, by=caseworker)

    actions.issue_letter(letter, channel="email", given_on=TODAY, by=caseworker)

    assert [mail.to for mail in mailoutbox] == [[reader.email]]
    text = f"{mailoutbox[0].subject} {mailoutbox[0].body}"
    assert letter.reference in text
    assert f"/pupils/letters/{letter.uid}/\n" in text
    for name in (placement.pupil.forename, placement.pupil.surname, str(placement.provider)):
        assert name not in text


@pytest.mark.django_db(transaction=True)
def test_a_letter_by_post_sends_no_mail(issued, mailoutbox):
    assert mailoutbox == []


def test_a_file_is_named_by_chance(issued):
    with connection.cursor() as cursor:
        cursor.execute("SELECT file FROM pupils_letter")
        assert re.fullmatch(r"letters/[0-9a-f]{2}/[0-9a-f]{32}", cursor.fetchone()[0])
