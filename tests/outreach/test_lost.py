"""Follow-ups of pupils who left the school that was asked: kept in sight until somebody is asked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from outreach import actions
from outreach.models import FollowUp
from tests import factories
from tests.reintegration.conftest import work_off

pytestmark = pytest.mark.django_db
SAID = {"words": "To Leeds.", "name": "Robin Example", "position": "SENCO"}


@pytest.fixture
def lost(pupil, school, worker):
    """Return a follow-up whose school said that the pupil left; no other roll is known."""
    support = factories.SupportFactory(
        pupil=pupil, school=school, worker=worker, status="closed", ended_on=localdate()
    )
    row = factories.FollowUpFactory(
        support=support, months=3, due_on=localdate(), sent_on=localdate()
    )
    actions.moved(row, **SAID)
    row.refresh_from_db()
    return row


def nobody(today=None):
    return list(FollowUp.objects.narrowed(state="nobody", today=today or localdate()))


def card(client):
    groups = client.get("/").context["groups"]
    counts = {line.card.slug: line.count for group in groups for line in group["lines"]}
    return counts.get("outreach-nobody", 0)


def test_a_pupil_who_left_to_a_school_not_known_stays_in_sight_of_the_worker(
    client, lost, worker, mailoutbox
):
    work_off()
    client.force_login(worker)

    assert (nobody(), card(client)) == ([lost], 1)
    [mail] = mailoutbox
    assert (mail.to, lost.support.reference in mail.body) == ([worker.email], True)
    assert lost.support.pupil.surname not in mail.subject + mail.body
    page = client.get(reverse("outreach:follow-ups"), {"state": "nobody"}).content.decode()
    assert "Where to is not known" in page
    assert reverse("outreach:ask-again", args=[lost.uid]) in page
    of_support = client.get(lost.support.get_absolute_url()).content.decode()
    assert "the pupil left, and nobody is asked since" in of_support


def test_a_roll_recorded_later_opens_the_questions_again(lost, pupil, other_school, person):
    person(Role.SCHOOL_LEAD, other_school)
    actions.ask_what_is_due(localdate())
    assert nobody() == [lost]  # the old school's roll is the only one: it is not asked again
    pupil.enrolments.update(ends_on=localdate())
    factories.EnrolmentFactory(pupil=pupil, organisation=other_school, starts_on=localdate())

    for days in (0, 1):
        actions.ask_what_is_due(localdate() + timedelta(days=days))

    new = FollowUp.objects.open().get()
    assert (new.school, new.turn, new.due_on, new.sent_on) == (
        other_school,
        2,
        lost.due_on,
        localdate(),
    )
    assert nobody() == []


def test_a_school_that_the_worker_found_is_asked_and_the_card_is_empty(lost, worker, other_school):
    actions.ask_again(lost, school=other_school, to="senco@beech.example", by=worker)

    assert nobody() == []


def test_where_the_new_school_is_known_at_once_nobody_is_told(
    pupil, school, other_school, mailoutbox
):
    support = factories.SupportFactory(pupil=pupil, school=school, status="closed")
    row = factories.FollowUpFactory(support=support, months=3, due_on=localdate())
    factories.EnrolmentFactory(pupil=pupil, organisation=other_school, starts_on=localdate())

    actions.moved(row, **SAID)
    work_off()

    assert FollowUp.objects.open().get().school == other_school
    assert (mailoutbox, list(FollowUp.objects.lost())) == ([], [])


@pytest.mark.parametrize(("why", "found"), [("left england", 0), ("died", 0), ("left area", 1)])
def test_a_pupil_of_whom_nothing_can_be_known_is_not_looked_for(lost, pupil, why, found):
    pupil.enrolments.update(ends_on=localdate(), left_because=why)

    assert len(nobody()) == found


# --- a provider that is a school ---


@pytest.fixture
def at_a_unit(pupil, school, provider, worker):
    """Return a follow-up due today of a pupil who is on the roll of a pupil referral unit now."""
    provider.is_registered_school = True
    provider.save()
    pupil.enrolments.update(ends_on=localdate())
    factories.EnrolmentFactory(
        pupil=pupil, organisation=provider, status="C", starts_on=localdate()
    )
    support = factories.SupportFactory(pupil=pupil, school=school, worker=worker, status="closed")
    return factories.FollowUpFactory(support=support, months=3, due_on=localdate())


def test_a_pupil_on_the_roll_of_a_provider_that_is_a_school_is_asked_about_there(
    at_a_unit, provider, school_staff, person, mailoutbox
):
    person(Role.PROVIDER_LEAD, provider)

    actions.ask_what_is_due(localdate())
    work_off()

    new = FollowUp.objects.open().get()
    assert (new.school, new.sent_on) == (provider, None)
    assert nobody() == [new]
    assert mailoutbox == []  # neither the old school nor anybody who must not see its page


def test_the_worker_asks_at_the_provider_that_is_a_school(client, at_a_unit, provider, worker):
    actions.ask_what_is_due(localdate())
    new = FollowUp.objects.open().get()
    factories.ProviderFactory(name="Not a school")
    client.force_login(worker)
    path = reverse("outreach:ask-again", args=[new.uid])
    offered = client.get(path).context["form"].fields["school"].queryset
    assert provider in offered
    assert not offered.filter(name="Not a school").exists()

    client.post(path, {"school": provider.pk, "to": "head@unit.example"})
    work_off()

    asked = FollowUp.objects.open().get()
    assert (asked.school, asked.sent_to) == (provider, ["head@unit.example"])
    assert client.get(reverse("reporting:follow-up", args=[asked.token])).status_code == 200
