"""What a young person and a parent hand in by link reaches the panel and the plan, and no more."""

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import Role
from pupils import actions as said
from pupils.models import VoiceResponse
from reintegration import actions
from reintegration.models.readiness import NO_PARENT, NO_WORDS, readiness
from reporting.papers import paper
from tests import factories
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import CANARY, case_at, text_of, url

pytestmark = pytest.mark.django_db
HIDDEN = "The young person does not want a parent to see this"


def handed_in(pupil, words, *, who="pupil", about="panel", face="", shows_parent=False):
    contact = factories.ContactFactory(pupil=pupil, name="Jo Example") if who == "parent" else None
    voice = factories.VoiceFactory(pupil=pupil, who=who, about=about, contact=contact)
    said.say(voice, "good", said.Said(words=words, face=face))
    return said.hand_in(voice, shows_parent=shows_parent if who == "pupil" else None)


def missing(case):
    return readiness([case], localdate())[case.pk]


@pytest.fixture
def bare(session):
    return case_at(session, pupil_words="", parent_words="")


def test_what_was_handed_in_makes_a_case_ready_and_what_is_only_saved_does_not(bare):
    saved = factories.VoiceFactory(pupil=bare.pupil)
    said.say(saved, "good", said.Said(words="Not yet."))
    assert missing(bare) == [NO_WORDS, NO_PARENT]

    handed_in(bare.pupil, "Art.")
    handed_in(bare.pupil, "She likes art.", who="parent")

    assert missing(bare) == []


def test_screen_case_and_pack_show_the_final_words(client, member, bare, session):
    voice = handed_in(bare.pupil, "First words", face="good")
    said.say(voice, "good", said.Said(words="Final words", face="so so"))
    said.hand_in(voice, shows_parent=False)
    said.say(voice, "good", said.Said(words="Unsaved words"))
    handed_in(bare.pupil, "She likes art.", who="parent")
    client.force_login(member)

    pages = [url("panel-present", session.uid), url("panel-case", bare.uid)]
    texts = [text_of(client.get(page)) for page in pages]
    sections = dict(paper([bare], localdate())[0]["sections"])
    texts.append("\n".join(sections.values()))

    for text in texts:
        assert "What goes well? So so. Final words" in text
        assert "First words" not in text
        assert "Unsaved words" not in text
        assert HIDDEN in text
        assert "She likes art." in text
    assert sections["What a parent says"].startswith("Jo Example (")
    assert HIDDEN not in sections["What a parent says"]


def test_what_a_parent_may_see_is_not_marked(bare):
    handed_in(bare.pupil, "Art.", shows_parent=True)

    assert (
        HIDDEN not in dict(paper([bare], localdate())[0]["sections"])["In the pupil's own words"]
    )


def test_what_is_taken_back_is_gone(client, member, bare, session):
    voice = handed_in(bare.pupil, CANARY)
    client.force_login(member)
    page = url("panel-present", session.uid)
    assert CANARY in text_of(client.get(page))

    said.take_all_back(voice)

    assert CANARY not in text_of(client.get(page))
    assert missing(bare) == [NO_WORDS, NO_PARENT]


def test_words_for_other_readers_do_not_reach_the_panel(bare):
    """Who reads it was named to the young person: for a plan or a review, that is not the panel."""
    handed_in(bare.pupil, CANARY, about="plan")
    handed_in(bare.pupil, CANARY, about="review")

    assert missing(bare) == [NO_WORDS, NO_PARENT]
    assert CANARY not in str(paper([bare], localdate()))


def test_words_that_were_written_down_stay_beside_those_by_link(session):
    case = case_at(session, pupil_words="Said at the door.")
    handed_in(case.pupil, "Art.")

    words = dict(paper([case], localdate())[0]["sections"])["In the pupil's own words"]

    assert words.startswith("What goes well? Art.")
    assert "Written down for the panel: Said at the door." in words


def test_a_recording_is_told_by_its_summary_or_as_spoken(bare, caseworker):
    voice = factories.VoiceFactory(pupil=bare.pupil, finished_at=timezone.now())
    recording = factories.DocumentFactory(pupil=bare.pupil)
    answer = factories.VoiceAnswerFactory(
        voice=voice, is_given=True, words="", recording=recording
    )

    def told():
        return dict(paper([bare], localdate())[0]["sections"])["In the pupil's own words"]

    assert told().startswith("What goes well? (Spoken, not typed.)")
    said.sum_up(answer, summary="Likes art.", by=caseworker)
    assert told().startswith("What goes well? (Summary by staff: Likes art.)")


def test_who_declared_an_interest_reads_none_of_it(client, seat, bare, session):
    handed_in(bare.pupil, CANARY)
    handed_in(bare.pupil, CANARY, who="parent")
    actions.declare(bare, reason="A neighbour", by=seat.user)
    client.force_login(seat.user)

    for page in ("panel-meeting", "panel-present", "panel-minutes"):
        assert CANARY not in text_of(client.get(url(page, session.uid)))
    assert client.get(url("panel-case", bare.uid)).status_code == 404


def test_words_about_the_plan_stand_on_its_page_for_who_may_read_them(
    client, person, plan, other_school
):
    handed_in(plan.pupil, CANARY, about="plan")
    handed_in(plan.pupil, "For the panel only", about="panel")
    type(plan).objects.filter(pk=plan.pk).update(receiving_school=other_school)

    def page_for(by):
        client.force_login(by)
        return text_of(client.get(plan.get_absolute_url()))

    own = page_for(person(Role.PROVIDER_LEAD))
    assert CANARY in own
    assert HIDDEN in own
    assert "For the panel only" not in own
    assert CANARY not in page_for(person(Role.SCHOOL_LEAD, other_school))


def test_disagreement_stands_beside_the_decision(client, chair, caseworker, session):
    case = case_at(session, moderated=True)
    voice = handed_in(case.pupil, "Art.")
    said.respond(voice, VoiceResponse(you_said="Art.", we_did="More art."), by=caseworker)
    said.disagree(voice, "An old quarrel")
    client.force_login(caseworker)
    assert "An old quarrel" not in text_of(client.get(url("panel-case", case.uid)))
    actions.decide(case, actions.Decision("stays", "It goes well."), by=chair)
    pages = [url("panel-case", case.uid), case.plan.get_absolute_url()]
    assert ["An old quarrel" in text_of(client.get(page)) for page in pages] == [False] * 2

    said.disagree(voice, "I want to go back")

    assert ["I want to go back" in text_of(client.get(page)) for page in pages] == [True] * 2
