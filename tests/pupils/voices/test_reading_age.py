"""The pages of young people and parents are written for a reading age of nine.

The measure is the grade of Flesch and Kincaid: grade 4 is read at nine to ten.
"""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from apsystem.lib import audio
from pupils import actions
from pupils.actions import Said, saying
from pupils.models import VoiceResponse
from pupils.models.questions import QUESTIONS, About, Who, questions_of
from tests.pupils.voices.conftest import over

pytestmark = pytest.mark.django_db
NINE = 4.0
LONGEST_SENTENCE = 20


class Sentences(HTMLParser):
    """The texts of a page's main part, each of a block a sentence of its own."""

    BLOCKS = {"p", "li", "h1", "h2", "h3", "div", "button", "label", "legend", "form", "section"}

    def __init__(self, page):
        super().__init__()
        self.text = ""
        main = page[page.index("<main") : page.index("</main>")]
        self.feed(re.sub(r"<(script|svg).*?</\1>", "", main, flags=re.DOTALL))

    def handle_starttag(self, tag, attributes):
        self.text += "\n" if tag in self.BLOCKS else " "

    def handle_endtag(self, tag):
        self.handle_starttag(tag, [])

    def handle_data(self, data):
        self.text += data.replace("\n", " ")


def sentences(text):
    return [found for part in re.split(r"[.!?:\n]+", text) if (found := part.split())]


def syllables(word):
    plain = re.sub(r"[^a-z]", "", word.lower())
    plain = re.sub(r"(?:[^laeiouy]es|[^aeiouytd]ed|[^l]e)$", "", plain) or plain
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def grade(text):
    found = sentences(text)
    words = [word for sentence in found for word in sentence if re.search("[A-Za-z]", word)]
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_measure_tells_plain_from_hard():
    assert grade("The cat sat. It was warm. We like the cat.") < 1
    hard = (
        "Reintegration necessitates collaborative multidisciplinary prioritisation of provision."
    )
    assert grade(hard) > 12


@pytest.mark.parametrize("who", list(Who))
@pytest.mark.parametrize("about", list(About))
def test_the_questions_are_plain(who, about):
    asked = questions_of(who, about)

    assert grade("\n".join(f"{one.words}\n{one.hint}" for one in asked)) <= NINE
    assert len({one.slug for one in asked}) == len(asked)
    assert {one.slug for one in asked} <= set(QUESTIONS)


def test_what_is_said_when_something_goes_wrong_is_plain():
    said = [audio.NOT_AUDIO, audio.TOO_LARGE, audio.TOO_LONG, audio.EMPTY, saying.OVER]

    assert grade("\n".join(said)) <= NINE


@pytest.mark.parametrize("who", list(Who))
def test_every_page_is_plain(ask, who, caseworker):
    voice, browser = ask(who), Client()
    start = reverse("pupils:say", args=[voice.token])
    everything = reverse("pupils:say-all", args=[voice.token])
    back = reverse("pupils:say-take-back", args=[voice.token])
    pages = [browser.get(start), browser.post(start, {"number": "1"})]
    browser.post(start, {"number": "4711"})
    pages += [
        browser.get(reverse("pupils:say-question", args=[voice.token, number]))
        for number in range(1, 8)
    ]
    pages.append(browser.get(everything))
    actions.say(voice, "good", Said("Art."))
    pages += [browser.get(everything), browser.get(back)]
    actions.hand_in(voice, shows_parent=None)
    pages.append(browser.get(everything))
    answer = VoiceResponse(you_said="Art is good.", we_could_not="We have no room.")
    actions.respond(voice, answer, by=caseworker)
    pages.append(browser.get(everything))
    actions.take_all_back(voice)
    pages.append(browser.get(everything))
    pages.append(browser.get(reverse("pupils:say-leave", args=[voice.token])))
    pages[-1] = browser.get(f"{start}?later=1")
    over(voice)
    browser.post(start, {"number": "4711"})
    pages.append(browser.get(everything))

    for page in pages:
        text = Sentences(page.content.decode()).text
        assert grade(text) <= NINE, text
        long = [" ".join(one) for one in sentences(text) if len(one) > LONGEST_SENTENCE]
        assert long == []
