"""The pages behind the link, and those of staff."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.access import NOTHING_LENT
from accounts.models import ViewEntry
from accounts.permissions import Role
from pupils import actions
from pupils.actions import Said
from pupils.models import Voice, VoiceAnswer
from pupils.views import say
from tests import factories
from tests.pupils.voices.conftest import over
from tests.pupils.voices.recordings import webm

pytestmark = pytest.mark.django_db
NONCE = re.compile(rb'nonce="[^"]+"')
PAGES = ["say-all", "say-take-back", "say-question", "say-recording"]


def at(name, voice, **more):
    given = {"say-question": {"number": 2}, "say-recording": {"slug": "good"}}
    return reverse(f"pupils:{name}", kwargs={"token": voice.token, **given.get(name, {}), **more})


@pytest.fixture
def inside(client, voice):
    """Return a browser in which the number was typed."""
    client.post(at("say", voice), {"number": "4711"})
    return client


def words(response):
    return response.content.decode()


def test_the_link_says_who_reads_and_asks_for_a_number(client, voice):
    page = client.get(at("say", voice))

    assert "Your key worker" in words(page)
    assert "Choose a number with 4 figures" in words(page)
    assert voice.pupil.forename not in words(page)
    assert voice.pupil.surname not in words(page)


def test_the_first_question_follows_the_number(client, voice):
    answer = client.post(at("say", voice), {"number": "4711"}, follow=True)

    assert answer.redirect_chain[-1][0] == at("say-question", voice, number=1)
    assert "Question 1 of 7" in words(answer)


@pytest.mark.parametrize("number", ["", "12", "12345", "12a4", "١٢٣٤"])
def test_a_number_has_four_figures(client, voice, number):
    page = client.post(at("say", voice), {"number": number})

    assert "govuk-error-summary" in words(page)
    assert Voice.objects.get().number_hash == ""


def test_a_forwarded_link_shows_nothing_that_was_said(inside, voice):
    actions.say(voice, "good", Said("Purple elephants", recording=webm(3)))
    actions.hand_in(voice, shows_parent=True)
    stranger = Client()

    for name in PAGES:
        answer = stranger.get(at(name, voice), follow=True)
        assert answer.redirect_chain == [(at("say", voice), 302)]
        assert "Purple elephants" not in words(answer)
    for press in ({"take_back": "good"}, {"press": "hand in", "shows_parent": "no"}):
        stranger.post(at("say-all", voice), press)
    stranger.post(at("say-question", voice), {"words": "I am somebody else", "press": "next"})
    stranger.post(at("say-take-back", voice))
    assert VoiceAnswer.objects.given().get().words == "Purple elephants"
    assert "Purple elephants" in words(inside.get(at("say-all", voice)))


def test_five_wrong_numbers_shut_the_link_for_everybody(inside, voice):
    stranger = Client()
    for guess in range(5):
        page = stranger.post(at("say", voice), {"number": f"000{guess}"})

    assert "this link is shut" in words(page)
    page = stranger.post(at("say", voice), {"number": "4711"})
    assert "this link is shut" in words(page)


def test_a_new_link_ends_what_is_open_in_a_browser(inside, voice, caseworker):
    new = actions.renew_link(voice, by=caseworker)

    assert inside.get(at("say-all", voice)).status_code == 404
    assert inside.get(at("say-all", new)).status_code == 302


def test_wrong_over_and_cancelled_links_are_the_same_404(client, voice, ask, caseworker):
    cancelled = actions.cancel_voice(ask(), by=caseworker)
    gone = over(ask(), days=90)
    voice.link = 7

    answers = [client.get(at("say", row)) for row in (voice, cancelled, gone)]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({NONCE.sub(b"", answer.content) for answer in answers}) == 1


def test_a_link_that_is_opened_too_often_answers_429(client, voice, monkeypatch):
    codes = []
    for times in (1, say.OPENED_AN_HOUR, say.OPENED_AN_HOUR + 1):
        monkeypatch.setattr("accounts.access._counted", lambda *_, times=times: times)
        codes.append(client.get(at("say", voice)).status_code)

    assert codes == [200, 200, 429]


def test_nothing_is_kept_and_only_these_pages_may_hear(inside, voice, caseworker):
    page = inside.get(at("say-question", voice))

    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    assert page["Permissions-Policy"] == say.MICROPHONE
    assert re.search(r"media-src[^;]*'self'", page["Content-Security-Policy"])
    inside.force_login(caseworker)
    for url in (
        voice.get_absolute_url(),
        reverse("accessibility"),
        reverse("pupils:say", args=["x"]),
    ):
        assert inside.get(url)["Permissions-Policy"] == NOTHING_LENT


def test_each_look_at_what_is_said_is_written_down(inside, voice):
    before = ViewEntry.objects.count()

    inside.get(at("say-all", voice))

    entry = ViewEntry.objects.latest("pk")
    assert ViewEntry.objects.count() == before + 1
    assert (entry.role, entry.pupils) == ("by link", [voice.pupil_id])


def test_skip_saves_nothing_and_goes_on(inside, voice):
    answer = inside.post(at("say-question", voice), {"words": "Half a", "press": "skip"})

    assert answer["Location"] == at("say-question", voice, number=3)
    assert not VoiceAnswer.objects.exists()


def test_finish_later_saves_and_asks_for_the_number_again(inside, voice):
    page = inside.post(
        at("say-question", voice), {"words": "Half a", "press": "later"}, follow=True
    )

    assert "It is saved" in words(page)
    assert VoiceAnswer.objects.get().words == "Half a"
    assert inside.get(at("say-all", voice)).status_code == 302
    page = inside.post(at("say", voice), {"number": "4711"}, follow=True)
    assert "Half a" in words(page)


def test_what_is_written_is_saved_while_writing(inside, voice):
    told = inside.post(at("say-question", voice), {"words": "Half a"}, headers={"X-Autosave": "1"})

    assert (told.status_code, list(told.json())) == (200, ["saved"])
    assert VoiceAnswer.objects.get().words == "Half a"
    told = inside.post(at("say-question", voice), {"face": "?"}, headers={"X-Autosave": "1"})
    assert told.status_code == 400


def test_leaving_forgets_the_number_and_goes_to_the_weather(inside, voice):
    answer = inside.get(at("say-leave", voice))

    assert answer["Location"] == say.HARMLESS
    assert inside.get(at("say-all", voice)).status_code == 302


def test_everything_is_seen_back_and_handed_in_with_yes_or_no_for_the_parent(inside, voice):
    inside.post(at("say-question", voice), {"words": "Art", "face": "", "press": "next"})
    page = inside.post(at("say-all", voice), {"press": "hand in"})
    assert "Choose yes or no" in words(page)

    page = inside.post(
        at("say-all", voice), {"press": "hand in", "shows_parent": "no"}, follow=True
    )

    assert "You handed this in" in words(page)
    voice.refresh_from_db()
    assert voice.shows_parent is False


def test_handing_in_nothing_is_answered_in_words(inside, voice):
    page = inside.post(at("say-all", voice), {"press": "hand in", "shows_parent": "no"})

    assert "Answer one question first" in words(page)


def test_a_recording_is_sent_heard_and_taken_back(inside, voice):
    file = SimpleUploadedFile("voice", webm(3), content_type="text/html")
    inside.post(at("say-question", voice), {"recording": file, "press": "next"})

    heard = inside.get(at("say-recording", voice))
    assert (heard["Content-Type"], heard.content) == ("audio/webm", webm(3))
    assert "sandbox" in heard["Content-Security-Policy"]

    inside.post(at("say-all", voice), {"take_back": "good"})
    assert inside.get(at("say-recording", voice)).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [(webm(1_800), "5 minutes"), (b"not a voice", "not a recording"), (b"", "nothing in this")],
)
def test_audio_that_is_not_audio_keeps_the_words_that_were_typed(inside, voice, content, said):
    file = SimpleUploadedFile("voice.webm", content, content_type="audio/webm")
    page = inside.post(
        at("say-question", voice), {"recording": file, "words": "My words", "press": "next"}
    )

    assert said in words(page)
    assert "My words" in words(page)


def test_after_the_last_day_the_page_shows_and_changes_nothing(inside, voice):
    actions.say(voice, "good", Said("Art"))
    over(voice)

    page = inside.get(at("say-all", voice))
    assert "The time for this is over" in words(page)
    assert "Take it all back" not in words(page)
    for name in ("say-question", "say-take-back"):
        assert inside.post(at(name, voice), {"words": "x"})["Location"] == at("say-all", voice)
    page = inside.post(at("say-all", voice), {"take_back": "good"})
    assert "The time for this is over" in words(page)
    assert "time for this is over" in words(Client().post(at("say", over(factories.VoiceFactory())), {"number": "1234"}))  # fmt: skip


def test_the_answer_shows_on_the_link_and_disagreement_beside_it(
    inside, voice, caseworker, client, sign_in
):
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=False)
    staff = sign_in(Client(), caseworker)
    sent = {"you_said": "Art is good", "we_did": "", "we_could_not": "The room is taken"}
    staff.post(reverse("pupils:voice-respond", args=[voice.uid]), sent)

    page = words(inside.get(at("say-all", voice)))
    assert "Art is good" in page
    assert "We could not, because" in page
    assert "We did" not in page
    assert "do not agree with" in words(inside.post(at("say-all", voice), {"press": "disagree"}))
    inside.post(at("say-all", voice), {"press": "disagree", "disagreement": "It is free"})

    assert "It is free" in words(staff.get(voice.get_absolute_url()))


def test_a_parents_link_shows_what_the_young_person_lets_it_and_no_more(voice, ask):
    parent = ask("parent")
    browser = Client()
    browser.post(at("say", parent), {"number": "1111"})

    def seen():
        return words(browser.get(at("say-all", parent)))

    actions.say(voice, "good", Said("Purple elephants"))
    assert "Purple" not in seen()
    actions.hand_in(voice, shows_parent=False)
    assert "Purple" not in seen()
    actions.hand_in(voice, shows_parent=True)
    assert "Purple elephants" in seen()
    actions.say(voice, "hard", Said("Not handed in"))
    assert "Not handed in" not in seen()
    actions.hand_in(voice, shows_parent=False)
    assert "Purple" not in seen()


def test_a_parents_words_are_on_no_page_of_the_young_person(inside, voice, ask):
    parent = ask("parent")
    actions.say(parent, "good", Said("Only for staff"))
    actions.hand_in(parent, shows_parent=None)

    for name in ("say", *PAGES):
        assert "Only for staff" not in words(inside.get(at(name, voice), follow=True))


def test_staff_see_what_was_handed_in_and_hear_it(inside, voice, sign_in, provider_staff):
    browser = sign_in(Client(), provider_staff)
    actions.say(voice, "good", Said("Purple elephants", "good", webm(3)))
    page = words(browser.get(voice.get_absolute_url()))
    assert "Purple" not in page
    assert "read by nobody" in page

    actions.hand_in(voice, shows_parent=False)

    page = words(browser.get(voice.get_absolute_url()))
    assert "Purple elephants" in page
    assert "does not want a parent to see this" in page
    heard = browser.get(reverse("pupils:voice-recording", args=[voice.uid, "good"]))
    assert heard.content == webm(3)
    chronology = words(browser.get(reverse("reporting:pupil-chronology", args=[voice.pupil.uid])))
    assert "Own words handed in" in chronology


def test_a_recording_that_is_not_handed_in_is_heard_by_no_staff(voice, sign_in, caseworker):
    browser = sign_in(Client(), caseworker)
    actions.say(voice, "good", Said(recording=webm(3)))

    for name in ("voice-recording", "voice-sum-up"):
        url = reverse(f"pupils:{name}", args=[voice.uid, "good"])
        assert browser.get(url).status_code == 404


def test_only_who_may_ask_sees_the_link(voice, sign_in, caseworker, person):
    shown = words(sign_in(Client(), caseworker).get(voice.get_absolute_url()))
    assert voice.token in shown
    assert "<svg" in shown

    reader = person(Role.ATTENDANCE_OFFICER)
    assert voice.token not in words(sign_in(Client(), reader).get(voice.get_absolute_url()))


def test_the_forms_of_staff_do_what_they_say(voice, sign_in, caseworker):
    browser = sign_in(Client(), caseworker)
    contact = factories.ContactFactory(pupil=voice.pupil)
    sent = {"who": "parent", "about": "plan", "readers": "Ms Example", "last_day_0": "1",
            "last_day_1": "7", "last_day_2": "2035"}  # fmt: skip
    url = reverse("pupils:voice-ask", args=[voice.pupil.uid])
    assert "Choose the parent or carer" in words(browser.post(url, sent))
    made = browser.post(url, {**sent, "contact": contact.pk})
    assert Voice.objects.latest("pk").get_absolute_url() == made["Location"]
    over_by_then = words(browser.post(url, {**sent, "contact": contact.pk, "last_day_2": "2024"}))
    assert "must not be before today" in over_by_then
    refused = browser.post(reverse("pupils:voice-respond", args=[voice.uid]), {"you_said": "x"})
    assert "nothing to answer yet" in words(refused)

    actions.say(voice, "good", Said(recording=webm(3)))
    actions.hand_in(voice, shows_parent=False)
    refused = browser.post(reverse("pupils:voice-respond", args=[voice.uid]), {"you_said": "x"})
    assert "what you could not do and why" in words(refused)
    browser.post(reverse("pupils:voice-sum-up", args=[voice.uid, "good"]), {"summary": "Art."})
    assert VoiceAnswer.objects.given().get().summary == "Art."
    kept = browser.post(reverse("pupils:voice-cancel", args=[voice.uid]), follow=True)
    assert "handed in already" in words(kept)
    browser.post(reverse("pupils:voice-renew", args=[voice.uid]))
    voice.refresh_from_db()
    assert voice.link == 2


def test_the_list_narrows_to_what_waits(voice, ask, sign_in, caseworker):
    browser = sign_in(Client(), caseworker)
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=False)
    over(voice)
    ask()

    def count(waits):
        page = browser.get(reverse("pupils:voices"), {"waits": waits})
        return page.context["page"].paginator.count

    assert [count(waits) for waits in ("answer", "words", "", "nonsense")] == [1, 1, 2, 2]
