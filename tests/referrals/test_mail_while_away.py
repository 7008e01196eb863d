"""Mail about a case reaches who covers for a person who is away."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.permissions import Role
from outreach import actions as outreach
from placements import actions as placements
from referrals import actions
from referrals.models import Referral, Status
from reintegration import actions as reintegration
from tests import factories
from tests.factories import returns
from tests.placements.test_actions import proposal, propose

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def colleague(person):
    return person(Role.CASEWORKER, name="Stan Standin")


@pytest.fixture
def teacher(person):
    return person(Role.SCHOOL_STAFF, name="Tess Teacher")


@pytest.fixture
def sent(school, school_staff, caseworker):
    pupil = factories.EnrolmentFactory(organisation=school).pupil
    return factories.ReferralFactory(
        pupil=pupil,
        school=school,
        made_by=school_staff,
        assigned_to=caseworker,
        status=Status.SUBMITTED,
    )


def cover(person, colleague, at, *, first=0, last=6, role=Role.CASEWORKER):
    return factories.CoverFactory(
        person=person, colleague=colleague, organisation=at, role=role,
        starts_on=localdate() + first * DAY, ends_on=localdate() + (last + 1) * DAY,
    )  # fmt: skip


@pytest.fixture
def told(django_capture_on_commit_callbacks, mailoutbox):
    """Do something, and return who is mailed."""

    def after(act):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return [address for mail in mailoutbox for address in mail.to]

    return after


def test_who_covers_for_the_officer_is_told_too(sent, school_staff, colleague, council, told):
    away = sent.assigned_to
    cover(away, colleague, council)

    people = told(lambda: actions.add(sent, words="More.", by=school_staff))

    assert people == [away.email, colleague.email]


@pytest.mark.parametrize("days", [{"first": 1}, {"first": -9, "last": -1}])
def test_a_cover_that_is_not_in_force_tells_nobody_else(sent, colleague, council, told, days):
    cover(sent.assigned_to, colleague, council, **days)

    people = told(lambda: actions.add(sent, words="More.", by=sent.made_by))

    assert people == [sent.assigned_to.email]


def lose_the_role(colleague):
    colleague.memberships.update(role=Role.ATTENDANCE_OFFICER)


def leave(colleague):
    colleague.is_active = False
    colleague.save()


@pytest.mark.parametrize("change", [lose_the_role, leave])
def test_who_covers_no_longer_is_not_told(sent, colleague, council, told, change):
    cover(sent.assigned_to, colleague, council)
    change(colleague)

    assert told(lambda: actions.withdraw(sent, by=sent.made_by)) == [sent.assigned_to.email]


def test_who_covers_for_other_work_is_not_told(sent, person, council, told):
    role = Role.ATTENDANCE_OFFICER
    cover(sent.assigned_to, person(role), council, role=role)

    assert told(lambda: actions.withdraw(sent, by=sent.made_by)) == [sent.assigned_to.email]


def test_who_covers_at_the_school_is_told_too(sent, caseworker, teacher, school, told):
    cover(sent.made_by, teacher, school, role=Role.SCHOOL_STAFF)

    people = told(lambda: actions.ask(sent, questions=["hoped"], words="", by=caseworker))

    assert people == [sent.made_by.email, teacher.email]


def test_who_covers_at_another_school_is_not_told(sent, caseworker, person, told):
    elsewhere = factories.SchoolFactory()
    cover(sent.made_by, person(Role.SCHOOL_STAFF, elsewhere), elsewhere, role=Role.SCHOOL_STAFF)

    people = told(lambda: actions.ask(sent, questions=["hoped"], words="", by=caseworker))

    assert people == [sent.made_by.email]


def test_who_covers_is_told_what_the_provider_answers(sent, caseworker, colleague, teacher, told):
    Referral.objects.update(status=Status.ACCEPTED, tier=3, decided_on=localdate(),
                            decided_by=caseworker, decision_reason="Yes.")  # fmt: skip
    sent.refresh_from_db()
    offer = propose(proposal(factories.ProviderFactory()), referral=sent, by=caseworker)
    cover(caseworker, colleague, caseworker.memberships.get().organisation)
    cover(sent.made_by, teacher, sent.school, role=Role.SCHOOL_STAFF)

    people = told(lambda: placements.decline(offer, reason="Full.", by=caseworker))

    assert people == [caseworker.email, colleague.email, sent.made_by.email, teacher.email]


def test_who_covers_for_the_worker_is_told_what_the_school_answers(person, council, told):
    worker, colleague = person(Role.OUTREACH_WORKER), person(Role.OUTREACH_WORKER)
    row = factories.FollowUpFactory(support__worker=worker, sent_on=localdate())
    cover(worker, colleague, council, role=Role.OUTREACH_WORKER)

    answers = {"suspended": "no", "suspensions": None, "excluded": "no", "possible": 190,
               "present": 180, "words": ""}  # fmt: skip
    people = told(lambda: outreach.answer(row, name="S", position="SENCO", **answers))

    assert people == [worker.email, colleague.email]


@pytest.mark.parametrize("days", [{}, {"first": 1}])
def test_who_covers_for_the_sender_of_a_plan_is_told_how_it_is_answered(
    caseworker, colleague, council, told, days
):
    version = returns.VersionFactory(made_by=caseworker)
    cover(caseworker, colleague, council, **days)

    people = told(
        lambda: reintegration.sign(version, name="H", position="Head", refused_because="")
    )

    assert people == [caseworker.email, *([] if days else [colleague.email])]
