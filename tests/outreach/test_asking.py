"""The twelve-month loop: asked, chased, passed on, answered; and the pages behind the links."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.access import LINKS_AN_HOUR
from accounts.models import Membership, ViewEntry
from accounts.permissions import Role
from apsystem.lib.calendar import months_after
from outreach import actions
from outreach.models import FollowUp, Support
from outreach.nightly import ask_schools
from tests import factories
from tests.reintegration.conftest import work_off

pytestmark = pytest.mark.django_db
ANSWERS = {
    "still_here": "yes",
    "suspended": "no",
    "excluded": "no",
    "present": "",
    "possible": "",
    "name": "Robin Example",
    "position": "SENCO",
}


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def closed(opened, worker):
    opened.no_semh_exit = opened.no_curriculum_exit = "Moved class."
    ended = localdate() - timedelta(days=1)
    return actions.close(opened, opened, ended_on=ended, end_words="Well.", by=worker)


@pytest.fixture
def asked(closed, school_staff):
    """Return the follow-up after three months, asked today."""
    row = closed.follow_ups.get(months=3)
    FollowUp.objects.filter(pk=row.pk).update(due_on=localdate())
    ask_schools()
    work_off()
    row.refresh_from_db()
    return row


def link(row):
    return reverse("reporting:follow-up", args=[row.token])


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 3, 1), 12, date(2024, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 12, 31), 6, date(2025, 6, 30)),
    ],
)
def test_months_after_a_day(day, months, later):
    assert months_after(day, months) == later


def test_the_link_goes_to_whoever_holds_the_post_and_the_mail_names_no_child(
    asked, school_staff, mailoutbox
):
    mails = [mail for mail in mailoutbox if "Three questions" in mail.subject]
    assert [mail.to for mail in mails] == [[school_staff.email]]
    assert link(asked) in mails[0].body
    assert asked.support.pupil.surname not in mails[0].body


def test_nothing_is_asked_twice_on_a_day_and_chasers_stop_after_three(asked, mailoutbox):
    mailoutbox.clear()
    for days in (0, 1, 14, 15, 28, 42, 56, 100):
        actions.ask_what_is_due(localdate() + timedelta(days=days))
        work_off()
    follow_ups = [mail for mail in mailoutbox if "three questions" in mail.subject.lower()]

    assert len(follow_ups) == 3
    assert all("Reminder" in mail.subject for mail in follow_ups)
    asked.refresh_from_db()
    assert asked.reminders == 3


def test_chasers_stop_when_it_is_answered(asked, client, mailoutbox):
    client.post(link(asked), ANSWERS)
    mailoutbox.clear()

    actions.ask_what_is_due(localdate() + timedelta(days=20))

    assert not mailoutbox


def test_a_school_without_people_waits_for_a_worker(closed, worker, other_school):
    row = closed.follow_ups.get(months=3)
    FollowUp.objects.filter(pk=row.pk).update(due_on=localdate())
    Membership.objects.filter(organisation=row.school).delete()
    actions.ask_what_is_due(localdate())
    assert list(FollowUp.objects.without_address(localdate())) == [row]

    new = actions.ask_again(row, school=other_school, to="senco@beech.example", by=worker)

    assert (new.turn, new.school) == (2, other_school)
    assert not FollowUp.objects.without_address(localdate()).exists()


def test_a_pupil_who_moved_is_asked_about_at_the_new_school(closed, pupil, other_school, person):
    person(Role.SCHOOL_LEAD, other_school)
    pupil.enrolments.update(ends_on=localdate())
    factories.EnrolmentFactory(
        pupil=pupil, organisation=other_school, starts_on=localdate() - timedelta(days=1)
    )
    row = closed.follow_ups.get(months=3)
    FollowUp.objects.filter(pk=row.pk).update(due_on=localdate())

    actions.ask_what_is_due(localdate())

    row.refresh_from_db()
    new = FollowUp.objects.open().get(months=3)
    assert row.passed_on == localdate()
    assert (new.school, new.sent_on) == (other_school, localdate())


# --- the page behind the link ---


def test_the_page_asks_and_is_answered_without_an_account(client, asked):
    page = client.get(link(asked))
    assert str(asked.support.pupil) in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    entry = ViewEntry.objects.latest("pk")
    assert (entry.user_id, entry.pupils) == (0, [asked.support.pupil_id])

    answer = client.post(link(asked), ANSWERS | {"present": "110", "possible": "120"})

    assert "Your answers are saved" in answer.content.decode()
    asked.refresh_from_db()
    assert (asked.suspended, asked.present, asked.answered_as) == ("no", 110, "SENCO")


def test_a_second_visit_shows_that_it_is_answered_and_changes_nothing(client, asked):
    client.post(link(asked), ANSWERS)
    client.post(link(asked), ANSWERS | {"suspended": "yes", "suspensions": "4"})
    page = client.get(link(asked)).content.decode()

    asked.refresh_from_db()
    assert asked.suspended == "no"
    assert "These questions are answered" in page
    assert str(asked.support.pupil) not in page


def test_a_guessed_token_one_that_is_over_and_one_of_a_pupil_who_moved_are_the_same_404(
    client, asked
):
    asked_of_the_database = []

    def answer(path):
        with CaptureQueriesContext(connection) as captured:
            found = client.get(path)
        asked_of_the_database.append(len(captured))
        return found

    guessed = answer(reverse("reporting:follow-up", args=["0" * 64]))
    FollowUp.objects.filter(pk=asked.pk).update(passed_on=localdate())
    moved = answer(link(asked))
    FollowUp.objects.filter(pk=asked.pk).update(passed_on=None, link_ends_on=localdate())
    over = answer(link(asked))

    assert guessed.status_code == moved.status_code == over.status_code == 404
    assert len(guessed.content) == len(moved.content) == len(over.content)
    assert len(set(asked_of_the_database)) == 1


def test_the_link_closes_on_the_day_of_the_move_before_the_clock_passes_it_on(
    client, asked, pupil, other_school
):
    guest = factories.EnrolmentFactory(
        pupil=pupil, organisation=other_school, status="S", starts_on=localdate()
    )
    assert client.get(link(asked)).status_code == 200  # a guest there, and still on this roll
    pupil.enrolments.exclude(pk=guest.pk).update(ends_on=localdate())
    assert client.get(link(asked)).status_code == 200  # on no roll that is known

    guest.status = "C"
    guest.save()

    with CaptureQueriesContext(connection) as moved:
        answer = client.get(link(asked))
    with CaptureQueriesContext(connection) as guessed:
        other = client.get(reverse("reporting:follow-up", args=["0" * 64]))
    assert answer.status_code == client.post(link(asked), ANSWERS).status_code == 404
    assert (len(moved), len(answer.content)) == (len(guessed), len(other.content))
    asked.refresh_from_db()
    assert (asked.passed_on, asked.answered_at) == (None, None)


def test_a_browser_without_cookies_answers_and_no_session_begins(asked):
    """The form brings its own cookie: the browser holds none when the link is opened."""
    phone = Client(enforce_csrf_checks=True)
    page = phone.get(link(asked)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    answer = phone.post(link(asked), ANSWERS | {"csrfmiddlewaretoken": token})

    assert "Your answers are saved" in answer.content.decode()
    assert "sessionid" not in phone.cookies
    forged = Client(enforce_csrf_checks=True).post(link(asked), ANSWERS)
    assert forged.status_code == 403


def test_links_are_counted_and_kept_nowhere(client, asked, monkeypatch):
    evaluation = reverse("outreach:evaluation", args=[asked.support.evaluation.token])
    for path in (link(asked), evaluation):
        page = client.get(path)
        assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex")
        assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "same-origin")
        with monkeypatch.context() as patched:
            patched.setattr("accounts.access._counted", lambda *_: LINKS_AN_HOUR + 1)
            assert client.get(path).status_code == 429


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"suspended": ""}, "not known is an answer"),
        ({"suspended": "yes"}, "Enter how often"),
        ({"suspended": "yes", "suspensions": "91"}, "from 0 to 90"),
        ({"present": "12"}, "Enter both numbers"),
        ({"present": "12", "possible": "10"}, "Not more than the possible"),
        ({"present": "0", "possible": "0"}, "Enter at least 1"),
        ({"name": ""}, "Enter your name"),
    ],
)
def test_what_is_missing_is_asked_for_beside_its_field(client, asked, changed, words):
    page = client.post(link(asked), ANSWERS | changed).content.decode()

    assert words in page
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_the_answers_begin_with_what_is_known(client, asked):
    support = asked.support
    factories.SuspensionFactory(
        pupil=support.pupil,
        school=asked.school,
        starts_on=support.followed_from,
        back_on=support.followed_from + timedelta(days=2),
    )
    factories.SuspensionFactory(
        pupil=support.pupil,
        school=asked.school,
        starts_on=support.starts_on,
        back_on=support.starts_on + timedelta(days=2),
    )
    FollowUp.objects.filter(pk=asked.pk).update(due_on=localdate() + timedelta(days=5))

    form = client.get(link(asked)).context["form"]

    assert form.initial == {"suspended": "yes", "suspensions": 1}


def test_the_questions_are_about_the_months_and_not_about_what_came_later(client, asked):
    Support.objects.update(starts_on=date(2025, 1, 6), ended_on=date(2025, 3, 14))
    FollowUp.objects.filter(pk=asked.pk).update(due_on=date(2025, 6, 15))

    page = client.get(link(asked))

    time = "from 15 March 2025 to 14 June 2025"
    assert f"Please answer for the time {time}" in page.content.decode()
    labels = [page.context["form"].fields[name].label for name in ("suspended", "excluded")]
    assert labels == [
        f"1. Was the pupil suspended {time}?",
        f"2. Was the pupil permanently excluded {time}?",
    ]
    assert "to today" not in page.content.decode()


def test_a_school_that_says_the_pupil_left_closes_the_link(client, asked):
    page = client.post(link(asked), ANSWERS | {"still_here": "no", "words": "To Leeds."})

    assert "saved" in page.content.decode()
    asked.refresh_from_db()
    assert asked.passed_on == localdate()
    assert "To Leeds." in asked.words
    assert client.get(link(asked)).status_code == 404
    with pytest.raises(ValidationError):
        actions.moved(asked, words="", name="R", position="S")


def test_an_evaluation_is_answered_once_and_names_no_child(client, closed, school_staff):
    work_off()
    row = closed.evaluation
    row.refresh_from_db()
    path = reverse("outreach:evaluation", args=[row.token])
    page = client.get(path).content.decode()
    assert closed.pupil.surname not in page
    sent = {"rating": "4", "helped": ["staff"], "words": "More of it.", "name": "R. Example",
            "position": "Head"}  # fmt: skip

    client.post(path, sent)
    client.post(path, sent | {"rating": "1"})

    row.refresh_from_db()
    assert (row.rating, row.helped) == (4, ["staff"])
    assert client.get(reverse("outreach:evaluation", args=["0" * 64])).status_code == 404
