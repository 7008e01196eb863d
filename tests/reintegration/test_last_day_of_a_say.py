"""What is asked for a meeting can be changed until then: the last day of a link moves with it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from placements.actions import count_reviews_again, review
from placements.models import Review
from pupils import actions as said
from pupils.models import Voice
from reintegration import actions
from tests import factories
from tests.pupils.test_record import boxes
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at
from tests.reintegration.test_stalled import idle_plan, meeting_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def caseworker(person):
    return person(Role.CASEWORKER)


@pytest.fixture
def asked(caseworker):
    """Ask a young person; without a last day it follows the next meeting."""

    def asked(pupil, about="panel", **details):
        voice = Voice(who="pupil", about=about, readers="The panel", **details)
        return said.ask(voice, pupil=pupil, by=caseworker)

    return asked


def last_day(voice):
    voice.refresh_from_db()
    return voice.last_day


def test_it_is_the_day_before_the_next_meeting_that_has_the_case_on_its_agenda(asked):
    case_at(meeting := meeting_in(14))
    soon = meeting_in(3)
    mine = case_at(meeting)
    case_at(soon)  # of another pupil

    voice = asked(mine.pupil)

    assert (voice.last_day, voice.follows_meeting) == (localdate() + 13 * DAY, True)
    assert voice.is_open


def test_it_moves_with_the_case_from_one_agenda_to_another(asked, caseworker):
    first, later, soon = meeting_in(14), meeting_in(28), meeting_in(7)
    case = case_at(first)
    voice = asked(case.pupil)

    case = actions.take_off(case, meeting=first, by=caseworker)
    assert last_day(voice) == localdate() + 13 * DAY  # until another one is booked
    case = actions.put_on(case, meeting=later, by=caseworker)
    assert last_day(voice) == localdate() + 27 * DAY
    case = actions.take_off(case, meeting=later, by=caseworker)
    actions.put_on(case, meeting=soon, by=caseworker)

    assert last_day(voice) == localdate() + 6 * DAY


def test_a_case_that_the_clock_puts_on_an_earlier_agenda_takes_it_along(asked):
    plan, later = idle_plan(), meeting_in(28)
    voice = asked(case_at(later, pupil=plan.pupil).pupil)
    meeting_in(14)

    actions.propose_stalled(localdate())

    assert last_day(voice) == localdate() + 13 * DAY


def test_a_deferral_lets_the_words_be_changed_until_the_meeting_that_is_booked(
    asked, session, chair
):
    """The link is over on the day of the meeting, and open again when the case is put off."""
    case, booked = case_at(session), meeting_in(21)
    case.agreed_on = localdate() - 20 * DAY
    case.save()
    voice = asked(case.pupil, ends_on=localdate() + DAY)
    Voice.objects.update(made_on=localdate() - 9 * DAY, ends_on=localdate(), follows_meeting=True)
    with pytest.raises(said.saying.WrongStatus):
        said.say(voice, "good", said.Said("Art"))

    actions.defer(case, missing="A report", booked=booked, by=chair)

    assert last_day(voice) == localdate() + 20 * DAY
    assert said.say(voice, "good", said.Said("Art")).words == "Art"


@pytest.mark.parametrize("why", ["answered", "cancelled", "of an earlier case", "typed"])
def test_a_link_that_is_done_with_or_has_its_own_day_does_not_move(
    asked, session, chair, caseworker, why
):
    case, booked = case_at(session), meeting_in(21)
    voice = asked(case.pupil, ends_on=localdate() + DAY)
    if why == "answered":
        factories.VoiceResponseFactory(voice=voice)
    if why == "cancelled":
        said.cancel_voice(voice, by=caseworker)
    made_on = localdate() - DAY if why == "of an earlier case" else localdate()
    ends_on = localdate() if made_on < localdate() else localdate() + DAY
    Voice.objects.update(made_on=made_on, ends_on=ends_on, follows_meeting=why != "typed")

    actions.defer(case, missing="A report", booked=booked, by=chair)

    assert last_day(voice) == ends_on - DAY


def test_for_a_review_it_is_the_day_before_the_next_one_and_moves_with_the_calendar(
    asked, calendar
):
    due = localdate() + 30 * DAY
    running = factories.PlacementFactory(starts_on=date(2024, 9, 2), next_review_on=due)
    factories.PlacementFactory(
        pupil=running.pupil, status="ended", starts_on=date(2023, 9, 4), ends_on=date(2024, 7, 1)
    )
    voice = asked(running.pupil, about="review")
    assert voice.last_day == due - DAY

    type(running).objects.filter(pk=running.pk).update(next_review_on=due + DAY)
    said.follow_meeting([running.pupil_id], "review")

    assert last_day(voice) == due


def test_the_calendar_that_moves_a_review_moves_the_last_day(asked):
    today = localdate()
    for number, weeks in enumerate((0, 20), start=1):
        factories.HalfTermFactory(
            year=today.year, number=number, starts_on=today + (weeks - 10) * 7 * DAY,
            ends_on=today + (weeks + 10) * 7 * DAY,
        )  # fmt: skip
    running = factories.PlacementFactory(starts_on=today - DAY, next_review_on=today + 2 * DAY)
    voice = asked(running.pupil, about="review")

    assert count_reviews_again() == 1

    running.refresh_from_db()
    assert running.next_review_on > today + 2 * DAY
    assert last_day(voice) == running.next_review_on - DAY


def test_a_review_that_is_held_early_ends_what_is_asked_for_it_and_no_later_link(
    asked, caseworker
):
    running = factories.PlacementFactory(
        starts_on=localdate() - 9 * DAY, next_review_on=localdate() + 9 * DAY
    )
    voice, of_today = asked(running.pupil, about="review"), asked(running.pupil, about="review")
    Voice.objects.filter(pk=voice.pk).update(made_on=localdate() - 5 * DAY)
    held = Review(held_on=localdate() - DAY, attended="All", progress_words="Well.",
                  next_step="continue")  # fmt: skip

    review(running, held, outcomes={}, by=caseworker)

    assert last_day(voice) == localdate() - DAY
    assert last_day(of_today) == localdate() + 8 * DAY


@pytest.mark.parametrize("about", ["panel", "review", "plan"])
def test_without_a_meeting_that_is_booked_the_last_day_is_asked_for(client, caseworker, about):
    pupil = factories.PupilFactory()
    client.force_login(caseworker)
    address = reverse("pupils:voice-ask", args=[pupil.uid])
    sent = {"who": "pupil", "about": about, "readers": "Your key worker, and the panel"}

    page = client.post(address, sent)

    assert page.context["form"].errors == {
        "last_day": ["No meeting for this is booked so far. Enter the last day."]
    }
    assert 'value="Your key worker, and the panel"' in page.content.decode()
    made = client.post(address, sent | boxes("last_day", localdate() + 5 * DAY))
    assert made.status_code == 302
    assert Voice.objects.get().follows_meeting is False


def test_the_page_says_that_the_last_day_moves_with_the_meeting(client, caseworker):
    case = case_at(meeting_in(14))
    client.force_login(caseworker)
    sent = {"who": "pupil", "about": "panel", "readers": "The panel"}

    page = client.post(reverse("pupils:voice-ask", args=[case.pupil.uid]), sent, follow=True)

    assert "the day before the meeting. It moves with the meeting" in page.content.decode()


def test_a_meeting_of_today_is_over_for_what_is_asked_now(asked, session):
    with pytest.raises(ValidationError, match="No meeting for this is booked"):
        asked(case_at(session).pupil)
