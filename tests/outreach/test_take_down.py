"""What a school says on the telephone, taken down; and what the questions begin with."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ViewEntry
from accounts.permissions import Role
from apsystem.lib.calendar import months_after
from outreach import actions
from outreach.models import FollowUp
from tests import factories
from tests.reintegration.conftest import work_off

pytestmark = pytest.mark.django_db
SAID = {"suspended": "unknown", "excluded": "no", "present": "", "possible": "", "words": "",
        "name": "Robin Example", "position": "SENCO"}  # fmt: skip
TOLD = SAID | {"suspensions": None, "present": None, "possible": None}


@pytest.fixture
def due(pupil, school, worker):
    """Return a follow-up after three months that is due today and was reminded three times."""
    ended_on = months_after(localdate(), -3) - timedelta(days=1)
    support = factories.SupportFactory(
        pupil=pupil,
        school=school,
        worker=worker,
        status="closed",
        starts_on=ended_on - timedelta(days=60),
        planned_last_day=ended_on,
        ended_on=ended_on,
    )
    return factories.FollowUpFactory(
        support=support,
        months=3,
        due_on=localdate(),
        sent_on=localdate(),
        link_ends_on=localdate() + timedelta(days=20),
        reminders=3,
    )


def page_of(row):
    return reverse("reporting:take-down", args=[row.uid])


def test_an_answer_by_telephone_is_taken_down_with_who_said_it_and_to_whom(
    client, due, worker, mailoutbox
):
    client.force_login(worker)
    listed = client.get(reverse("outreach:follow-ups"), {"state": "ring"}).content.decode()
    assert page_of(due) in listed
    assert due.time_words in client.get(page_of(due)).content.decode()
    assert ViewEntry.objects.latest("pk").pupils == [due.support.pupil_id]

    client.post(page_of(due), SAID)
    work_off()

    due.refresh_from_db()
    assert (due.suspended, due.excluded, due.answered_by) == ("unknown", "no", "Robin Example")
    told = "Robin Example, SENCO, told to Olu Outreach"
    assert due.who_answered == told
    assert told in client.get(due.support.get_absolute_url()).content.decode()
    assert mailoutbox == []  # the worker knows
    assert client.get(page_of(due)).status_code == 404
    assert (
        "answered" in client.get(reverse("reporting:follow-up", args=[due.token])).content.decode()
    )


def test_the_worker_hears_of_an_answer_that_a_colleague_took_down(due, person, mailoutbox):
    colleague = person(Role.CASEWORKER)

    actions.take_down(due, by=colleague, **TOLD)
    work_off()

    assert [mail.to for mail in mailoutbox] == [[due.support.worker.email]]


def test_what_is_missing_is_asked_for_beside_its_field(client, due, worker):
    client.force_login(worker)

    page = client.post(page_of(due), SAID | {"suspended": "", "name": ""}).content.decode()

    assert "not known is an answer" in page
    assert "Enter who said it" in page
    due.refresh_from_db()
    assert due.answered_at is None


def test_an_answer_is_taken_down_once_when_due_and_by_outreach_only(due, worker, school_staff):
    with pytest.raises(PermissionDenied):
        actions.take_down(due, by=school_staff, **TOLD)
    FollowUp.objects.update(due_on=localdate() + timedelta(days=1))
    with pytest.raises(ValidationError, match="not due yet"):
        actions.take_down(due, by=worker, **TOLD)
    FollowUp.objects.update(due_on=localdate())
    actions.take_down(due, by=worker, **TOLD)

    with pytest.raises(ValidationError, match="is answered"):
        actions.take_down(due, by=worker, **TOLD)


def test_of_a_pupil_who_left_it_can_be_said_that_nothing_is_known(due, worker):
    actions.moved(due, words="", name="Robin Example", position="SENCO")
    assert list(FollowUp.objects.lost()) == [due]

    actions.take_down(due, by=worker, **TOLD)

    assert list(FollowUp.objects.lost()) == []


# --- what the questions begin with ---


def begins_with(client, row):
    page = client.get(reverse("reporting:follow-up", args=[row.token]))
    return page.context["form"].initial, page.context["said"]


@pytest.mark.parametrize(
    ("days", "details", "expected"),
    [
        (0, {}, {"excluded": "yes"}),
        (-1, {}, {}),  # while support ran
        (0, {"result": "HWD", "rescinded_on": localdate(), "rescinded_because": "x"}, {}),
    ],
)
def test_a_permanent_exclusion_that_is_known_stands_in_the_answers(
    client, due, days, details, expected
):
    on = due.support.followed_from + timedelta(days=days)
    factories.PermanentExclusionFactory(
        pupil=due.support.pupil, school=due.school, decided_on=on, effective_on=on, **details
    )

    initial, said = begins_with(client, due)

    assert initial == expected
    assert ("knows of a permanent exclusion" in said) == bool(expected)


def test_sessions_that_the_school_returned_stand_in_the_answers(client, due):
    """Two whole weeks of the time, 8 and 9 of 10; not the week before, and no other school's."""
    first = due.support.followed_from
    monday = first + timedelta(days=-first.weekday() % 7)
    about = {"pupil": due.support.pupil, "possible": 10, "unauthorised": 0}
    for weeks, present, school in ((0, 8, due.school), (1, 9, due.school), (-2, 3, due.school),
                                   (2, 1, factories.SchoolFactory())):  # fmt: skip
        start = monday + timedelta(weeks=weeks)
        factories.SchoolAttendanceFactory(
            **about, school=school, starts_on=start, present=present, authorised=10 - present
        )

    initial, said = begins_with(client, due)

    assert initial == {"present": 17, "possible": 20}
    assert "The sessions are those that your school returned" in said
