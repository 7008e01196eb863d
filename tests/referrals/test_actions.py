"""Making, submitting and deciding a referral, and the mail that follows."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import OutboxMessage
from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from referrals import actions
from referrals.models import Entry, Referral, Status
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db

WITHOUT_MAKE = sorted(role for role in Role if Permission.REFERRAL_MAKE not in GRANTS[role])


@pytest.fixture
def pupil(school):
    return factories.EnrolmentFactory(organisation=school).pupil


@pytest.fixture
def draft(pupil, school, school_staff):
    return factories.ReferralFactory(pupil=pupil, school=school, made_by=school_staff)


@pytest.fixture
def submitted(pupil, school, school_staff):
    return factories.ReferralFactory(
        pupil=pupil, school=school, made_by=school_staff, status=Status.SUBMITTED
    )


def test_a_referral_is_saved_as_a_draft_of_the_person_who_made_it(pupil, school, school_staff):
    referral = factories.ReferralFactory.build(pupil=pupil, school=school, made_by=None)

    actions.make(referral, by=school_staff)

    kept = Referral.objects.get()
    assert (kept.status, kept.made_by) == (Status.DRAFT, school_staff)


def test_a_draft_that_is_sent_twice_is_one(pupil, school, school_staff):
    referral = factories.ReferralFactory.build(pupil=pupil, school=school, made_by=None)
    again = factories.ReferralFactory.build(
        pupil=pupil, school=school, made_by=None, uid=referral.uid
    )

    first = actions.make(referral, by=school_staff)

    assert actions.make(again, by=school_staff) == first
    assert Referral.objects.count() == 1


def test_a_second_open_referral_of_a_pupil_is_refused_in_words(draft, school_staff):
    another = factories.ReferralFactory.build(pupil=draft.pupil, school=draft.school, made_by=None)

    with pytest.raises(ValidationError, match="already has an open referral"):
        actions.make(another, by=school_staff)


@pytest.mark.parametrize("role", WITHOUT_MAKE)
def test_only_schools_make_and_change_referrals(person, draft, role):
    user = person(role)

    with pytest.raises(PermissionDenied):
        actions.make(factories.ReferralFactory.build(), by=user)
    with pytest.raises(PermissionDenied):
        actions.change(draft, by=user, concern="Other.")


def test_answers_of_a_draft_may_change(draft, school_staff):
    actions.change(draft, by=school_staff, concern="More words.", reason="medical")

    draft.refresh_from_db()
    assert (draft.concern, draft.reason) == ("More words.", "medical")


def test_answers_of_a_submitted_referral_are_closed(submitted, school_staff):
    with pytest.raises(WrongStatus, match="submitted already"):
        actions.change(submitted, by=school_staff, concern="More words.")


def test_another_school_changes_nothing(draft, person, other_school):
    with pytest.raises(Referral.DoesNotExist):
        actions.change(draft, by=person(Role.SCHOOL_LEAD, other_school), concern="Mine.")


def test_a_submission_has_its_moment_and_is_posted(draft, school_staff):
    before = timezone.now()

    referral = actions.submit(draft, by=school_staff)

    assert referral.status == Status.SUBMITTED
    assert before <= referral.submitted_at <= timezone.now()
    message = OutboxMessage.objects.get(kind="referral.submitted")
    assert Entry.objects.get().kind == "submitted"
    assert message.payload == {"referral": draft.pk}


def test_a_permanent_exclusion_is_not_submitted_without_its_date(draft, school_staff):
    Referral.objects.filter(pk=draft.pk).update(reason="permanent exclusion")

    with pytest.raises(ValidationError, match="sixth school day"):
        actions.submit(draft, by=school_staff)

    assert not OutboxMessage.objects.exists()


@pytest.fixture
def mails_of_submission(draft, school_staff, django_capture_on_commit_callbacks, mailoutbox):
    """Submit the draft, and return the mails that follow."""

    def submit():
        with django_capture_on_commit_callbacks(execute=True):
            actions.submit(draft, by=school_staff)
        return mailoutbox

    return submit


@pytest.mark.usefixtures("leadership")
def test_a_submission_is_mailed_to_those_who_decide_and_names_no_child(
    draft, caseworker, manager, mails_of_submission
):
    mails = mails_of_submission()

    assert sorted(mail.to[0] for mail in mails) == sorted([caseworker.email, manager.email])
    for mail in mails:
        assert draft.reference in mail.subject
        assert f"http://127.0.0.1:8000{draft.get_absolute_url()}\n" in mail.body
        assert draft.pupil.surname not in mail.subject + mail.body
        assert draft.pupil.forename not in mail.subject + mail.body


def test_nobody_who_left_is_mailed(person, council, mails_of_submission):
    person(Role.CASEWORKER, is_active=False)
    factories.MembershipFactory(organisation=council, ends_on=localdate())

    assert mails_of_submission() == []


def test_an_acceptance_is_whole_and_is_posted(submitted, caseworker):
    referral = actions.decide(
        submitted, verb="accept", reason="The need is clear.", by=caseworker, tier=2
    )

    assert (referral.status, referral.tier) == (Status.ACCEPTED, 2)
    assert (referral.decided_by, referral.decided_on) == (caseworker, localdate())
    assert OutboxMessage.objects.get(kind="referral.decided").payload == {"referral": referral.pk}


def test_a_refusal_has_no_tier_even_if_one_was_chosen(submitted, caseworker):
    referral = actions.decide(
        submitted, verb="decline", reason="The school can meet it.", by=caseworker, tier=3
    )

    assert (referral.status, referral.tier) == (Status.DECLINED, None)


@pytest.mark.parametrize(("reason", "tier"), [("", 2), ("The need is clear.", None)])
def test_an_acceptance_without_reason_or_tier_is_refused(submitted, caseworker, reason, tier):
    with pytest.raises(ValidationError):
        actions.decide(submitted, verb="accept", reason=reason, by=caseworker, tier=tier)

    submitted.refresh_from_db()
    assert submitted.status == Status.SUBMITTED


def test_a_decision_is_mailed_to_the_person_who_referred(
    submitted, caseworker, school_staff, django_capture_on_commit_callbacks, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.decide(submitted, verb="decline", reason="No.", by=caseworker)

    (mail,) = mailoutbox
    assert mail.to == [school_staff.email]
    assert submitted.pupil.surname not in mail.subject + mail.body


def test_what_is_asked_comes_as_one_link_to_these_questions(
    submitted, caseworker, school_staff, django_capture_on_commit_callbacks, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.ask(submitted, questions=["hoped"], words="Since when?", by=caseworker)

    (mail,) = mailoutbox
    assert mail.to == [school_staff.email]
    assert f"http://127.0.0.1:8000/referrals/{submitted.uid}/answer/\n" in mail.body
    assert "Since when?" not in mail.body


def test_a_referral_is_not_decided_twice(submitted, caseworker, manager):
    actions.decide(submitted, verb="decline", reason="No.", by=caseworker)

    with pytest.raises(WrongStatus, match="declined already"):
        actions.decide(submitted, verb="accept", reason="Yes.", by=manager, tier=2)

    submitted.refresh_from_db()
    assert submitted.is_decided_by(caseworker, "decline", None)
    assert not submitted.is_decided_by(manager, "accept", 2)


def test_a_withdrawn_referral_frees_the_pupil_for_another(draft, school_staff):
    actions.withdraw(draft, by=school_staff)

    another = factories.ReferralFactory.build(pupil=draft.pupil, school=draft.school, made_by=None)
    assert actions.make(another, by=school_staff).pk


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_people_who_decide_at_once_make_one_decision(person, school, mailoutbox):
    people = [person(Role.CASEWORKER) for _ in range(8)]
    referral = factories.ReferralFactory(status=Status.SUBMITTED, school=school)

    def decide(place):
        return actions.decide(
            Referral.objects.get(pk=referral.pk),
            verb="accept" if place % 2 else "decline",
            reason=f"Reason {place}.",
            by=people[place],
            tier=2,
        )

    found = at_once([lambda place=place: decide(place) for place in range(8)])

    made = [row for row in found if isinstance(row, Referral)]
    assert len(made) == 1
    assert [type(row) for row in found if row not in made] == [WrongStatus] * 7
    referral.refresh_from_db()
    assert referral.decided_by == made[0].decided_by
    assert OutboxMessage.objects.filter(kind="referral.decided").count() == 1
    assert len(mailoutbox) == 1
    moves = Referral.pgh_event_model.objects.filter(pgh_obj_id=referral.pk, pgh_label="update")
    assert moves.count() == 1


def test_the_oldest_referral_waits_longest(submitted):
    later = factories.ReferralFactory(
        status=Status.SUBMITTED, submitted_at=submitted.submitted_at + timedelta(hours=1)
    )

    assert list(Referral.objects.waiting()) == [submitted, later]
