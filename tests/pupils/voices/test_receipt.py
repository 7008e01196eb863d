"""The receipt: what readers have, who they are, and until when it can be changed or taken back."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from apsystem.lib.gds import day
from pupils import actions
from pupils.actions import Said
from pupils.models import Voice, VoiceResponse
from tests.pupils.voices.conftest import over
from tests.pupils.voices.recordings import webm

pytestmark = pytest.mark.django_db
RECEIPT = "We have what you said"
READERS = "Your key worker. Staff who work with you can read it too."


@pytest.fixture
def seen(client, voice):
    """Return what the person sees who typed the number; with data, after pressing a button."""
    client.post(reverse("pupils:say", args=[voice.token]), {"number": "4711"})

    def seen(**sent):
        page = reverse("pupils:say-all", args=[voice.token])
        answer = client.post(page, sent, follow=True) if sent else client.get(page)
        return answer.content.decode()

    return seen


@pytest.fixture
def handed_in(seen, voice):
    actions.say(voice, "good", Said("Art with Sam", "good"))
    return seen(press="hand in", shows_parent="no")


def test_before_it_is_handed_in_there_is_none_and_the_readers_are_named(seen, voice):
    actions.say(voice, "good", Said("Art with Sam"))

    page = seen()

    assert RECEIPT not in page
    assert READERS in page


def test_it_says_when_who_reads_and_until_when_it_can_be_changed(handed_in, voice):
    voice.refresh_from_db()

    assert RECEIPT in handed_in
    assert f"You handed this in on {day(localdate())} at " in handed_in
    assert READERS in handed_in.split(RECEIPT)[1].split("</section>")[0]
    assert "Your parent cannot see it." in handed_in
    assert f"You can change it, or take it back, until {day(voice.last_day)}." in handed_in
    assert "Art with Sam" in handed_in


def test_after_a_change_it_shows_what_they_still_read_until_it_is_handed_in(
    handed_in, seen, voice
):
    actions.say(voice, "good", Said("Only music"))
    actions.say(voice, "hard", Said("Maths"))

    page = seen()

    assert 'They still read:</strong> Good. <span class="app-kept">Art with Sam</span>' in page
    assert "They do not have this yet." in page
    page = seen(press="hand in", shows_parent="yes")
    assert "Art with Sam" not in page
    assert "They do not have this yet." not in page
    assert "Your parent can see it." in page


def test_what_was_spoken_before_is_named_and_not_played_again(handed_in, seen, voice):
    actions.say(voice, "good", Said("Art with Sam", recording=webm(3)))
    seen(press="hand in", shows_parent="no")
    actions.say(voice, "good", Said("Art", recording=webm(4)))

    assert "What you spoke then." in seen()


def test_an_answer_that_is_taken_back_is_on_no_receipt(handed_in, seen, voice):
    actions.say(voice, "hard", Said("Maths"))
    seen(press="hand in", shows_parent="no")

    page = seen(take_back="good")
    assert "Art with Sam" not in page
    assert "Maths" in page
    assert RECEIPT in page
    assert RECEIPT not in seen(take_back="hard")


def test_after_the_meeting_it_stays_and_cannot_be_changed(handed_in, seen, voice):
    over(voice)

    page = seen()

    assert RECEIPT in page
    assert "The time to change it is over." in page
    assert "or take it back" not in page
    assert "Then you see here what they did." in page


def test_it_stays_beside_the_answer(handed_in, seen, voice, caseworker):
    answer = VoiceResponse(you_said="Art is good.", we_did="You have art twice a week.")
    actions.respond(voice, answer, by=caseworker)

    page = seen()

    assert "You have art twice a week." in page
    assert RECEIPT in page
    assert "Then you see here what they did." not in page


def test_a_parent_is_told_the_same_without_the_choice_of_the_young_person(client, ask):
    parent = ask("parent")
    client.post(reverse("pupils:say", args=[parent.token]), {"number": "1111"})
    actions.say(parent, "good", Said("He likes art."))
    sent = {"press": "hand in"}

    page = client.post(reverse("pupils:say-all", args=[parent.token]), sent, follow=True)

    told = page.content.decode()
    assert RECEIPT in told
    assert "Staff who work with your child can read it too." in told
    assert "Your parent can" not in told
    assert Voice.objects.get().finished_at is not None
