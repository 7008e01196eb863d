"""What is said, handed in, changed and taken back; and what staff may do about it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from accounts.workflow import WrongStatus
from pupils import actions
from pupils.actions import Said
from pupils.models import Document, Voice, VoiceAnswer, VoiceResponse
from pupils.models.voice import READABLE, opened_by
from tests import factories
from tests.pupils.voices.conftest import over
from tests.pupils.voices.recordings import ogg, webm

pytestmark = pytest.mark.django_db


def given(voice):
    return {row.question: row.words for row in VoiceAnswer.objects.given().filter(voice=voice)}


def test_no_row_holds_the_secret_of_a_link(voice):
    kept = Voice.objects.values_list().get()

    assert voice.token not in map(str, kept)
    assert opened_by(voice.token) == voice


def test_a_link_that_is_wrong_over_cancelled_or_replaced_opens_nothing(voice, ask, caseworker):
    before = voice.token
    voice = actions.renew_link(voice, by=caseworker)
    cancelled = actions.cancel_voice(ask(), by=caseworker)
    gone = over(ask(), days=READABLE.days)

    assert opened_by(voice.token) == voice
    assert [opened_by(token) for token in (before, cancelled.token, gone.token, "", "x")] == (
        [None] * 5
    )


def test_readers_get_the_words_when_they_are_handed_in_and_not_before(voice):
    actions.say(voice, "good", Said("Art"))
    assert given(voice) == {}

    actions.hand_in(voice, shows_parent=False)
    assert given(voice) == {"good": "Art"}

    actions.say(voice, "good", Said("Art, and maths"))
    assert given(voice) == {"good": "Art"}

    actions.hand_in(voice, shows_parent=False)
    assert given(voice) == {"good": "Art, and maths"}


def test_an_answer_that_is_taken_back_is_gone_at_once(voice):
    for question in ("good", "hard"):
        actions.say(voice, question, Said(f"Something {question}"))
    actions.hand_in(voice, shows_parent=None)

    actions.take_back(voice, "hard")

    assert given(voice) == {"good": "Something good"}
    assert not VoiceAnswer.objects.filter(question="hard").exists()


def test_the_history_holds_no_words_of_anybody(voice):
    actions.say(voice, "good", Said("Zanzibar", "good"))
    actions.hand_in(voice, shows_parent=True)
    actions.take_all_back(voice)

    events = [str(row) for name in ("Voice", "VoiceAnswer") for row in _events(name).values_list()]
    assert events
    assert "Zanzibar" not in "".join(events)


def _events(name):
    from django.apps import apps  # noqa: PLC0415

    return apps.get_model("pupils", f"{name}Event").objects.all()


def test_who_takes_the_last_answer_back_has_handed_nothing_in(voice):
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=True)

    actions.take_back(voice, "good")

    voice.refresh_from_db()
    assert (voice.finished_at, voice.shows_parent, voice.state) == (None, None, "Taken back")


def test_a_screen_that_is_emptied_is_not_handed_in_again(voice):
    for question in ("good", "hard"):
        actions.say(voice, question, Said("Something"))
    actions.hand_in(voice, shows_parent=False)

    actions.say(voice, "hard", Said())
    actions.hand_in(voice, shows_parent=False)

    assert set(given(voice)) == {"good"}


def test_nothing_at_all_cannot_be_handed_in(voice):
    actions.say(voice, "good", Said())

    with pytest.raises(ValidationError, match="Answer one question first"):
        actions.hand_in(voice, shows_parent=True)


def test_after_the_last_day_nothing_is_said_changed_or_taken_back(voice):
    actions.choose_number(voice, "1234")
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=True)
    over(voice)

    for act in (
        lambda: actions.say(voice, "good", Said("Other")),
        lambda: actions.take_back(voice, "good"),
        lambda: actions.take_all_back(voice),
        lambda: actions.hand_in(voice, shows_parent=False),
    ):
        with pytest.raises(WrongStatus, match="The time for this is over"):
            act()
    assert given(voice) == {"good": "Art"}
    assert actions.is_right_number(voice, "1234")


def test_the_number_is_chosen_once_and_shuts_the_link_when_it_is_guessed(voice, caseworker):
    assert actions.choose_number(voice, "1234")
    assert not actions.choose_number(voice, "9999")
    assert actions.is_right_number(voice, "1234")
    for guess in range(5):
        assert not actions.is_right_number(voice, f"000{guess}")

    assert not actions.is_right_number(voice, "1234")
    assert actions.choose_number(actions.renew_link(voice, by=caseworker), "7777")


def test_a_right_number_starts_the_count_of_wrong_ones_anew(voice):
    actions.choose_number(voice, "1234")
    for _ in range(3):
        for guess in ("0000", "1111"):
            actions.is_right_number(voice, guess)
        assert actions.is_right_number(voice, "1234")


def test_a_new_link_shows_nobody_what_was_not_handed_in(voice, caseworker):
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=False)
    actions.say(voice, "good", Said("Only for me"))
    actions.say(voice, "hard", Said("A secret"))

    actions.renew_link(voice, by=caseworker)

    saved = VoiceAnswer.objects.saved().filter(voice=voice)
    assert [row.words for row in saved] == ["Art"]
    assert given(voice) == {"good": "Art"}


def test_a_recording_is_kept_by_its_content_and_its_file_goes_with_it(
    voice, django_capture_on_commit_callbacks
):
    actions.say(voice, "good", Said(recording=webm(9)))
    actions.hand_in(voice, shows_parent=False)
    document = Document.objects.get()
    assert (document.media_type, document.added_by) == ("audio/webm", None)

    actions.say(voice, "good", Said(recording=ogg(9)))
    assert Document.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        actions.hand_in(voice, shows_parent=False)
    assert [row.media_type for row in Document.objects.all()] == ["audio/ogg"]
    assert not document.file.storage.exists(document.file.name)

    with django_capture_on_commit_callbacks(execute=True):
        actions.take_all_back(voice)
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"), [(webm(1_800), "5 minutes"), (b"%PDF-1.7", "not a recording")]
)
def test_what_is_no_short_recording_is_refused_beside_its_box(voice, content, words):
    with pytest.raises(ValidationError, match=words) as refused:
        actions.say(voice, "good", Said(recording=content))

    assert list(refused.value.error_dict) == ["recording"]


def test_a_recording_stays_out_of_the_list_of_documents(voice, caseworker):
    actions.say(voice, "good", Said(recording=webm(9)))

    assert not Document.objects.as_user(caseworker).papers().exists()


def test_staff_sum_up_a_recording_and_a_new_one_has_no_summary(voice, caseworker):
    actions.say(voice, "good", Said(recording=webm(9)))
    actions.hand_in(voice, shows_parent=False)
    row = VoiceAnswer.objects.given().get()
    actions.sum_up(row, summary="Likes art.", by=caseworker)
    actions.hand_in(voice, shows_parent=False)
    row.refresh_from_db()
    assert row.summary == "Likes art."

    actions.say(voice, "good", Said(recording=ogg(9)))
    actions.hand_in(voice, shows_parent=False)

    row.refresh_from_db()
    assert row.summary == ""


def test_an_answer_waits_for_the_words_and_stands_when_it_is_written(voice, caseworker):
    said = {"you_said": "Art.", "we_did": "More art."}
    with pytest.raises(WrongStatus, match="nothing to answer"):
        actions.respond(voice, VoiceResponse(**said), by=caseworker)
    with pytest.raises(WrongStatus, match="no answer yet"):
        actions.disagree(voice, "No.")
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=False)
    over(voice)
    rows = Voice.objects.as_user(caseworker)
    assert list(rows.to_answer(localdate())) == [voice]

    response = actions.respond(voice, VoiceResponse(**said), by=caseworker)
    assert actions.disagree(voice, "I want music.").disagreement == "I want music."

    assert not rows.to_answer(localdate()).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        VoiceResponse.objects.filter(pk=response.pk).update(we_did="Nothing")


def test_what_is_handed_in_is_not_cancelled(voice, caseworker):
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=False)

    with pytest.raises(WrongStatus, match="stays"):
        actions.cancel_voice(voice, by=caseworker)


def test_a_last_day_that_is_over_and_another_childs_parent_are_refused(ask):
    with pytest.raises(ValidationError, match="must not be before today"):
        ask(days=0)
    with pytest.raises(ValidationError, match="a contact of this pupil"):
        ask("parent", contact=factories.ContactFactory())
    with pytest.raises(ValidationError, match="Choose the parent or carer"):
        ask("parent", contact=None)


def test_a_link_lasts_through_its_last_day(ask):
    assert ask(days=1).last_day == localdate()
    assert ask(days=1).is_open
    assert ask(days=3).last_day == localdate() + timedelta(days=2)


@pytest.mark.parametrize(
    "role", [role for role in Role if Permission.VOICE_ASK not in GRANTS[role]]
)
def test_who_may_not_ask_changes_nothing(voice, person, role):
    by = person(role)

    for act in (actions.renew_link, actions.cancel_voice):
        with pytest.raises(PermissionDenied):
            act(voice, by=by)
    with pytest.raises(PermissionDenied):
        actions.ask(Voice(), pupil=voice.pupil, by=by)


def test_another_provider_reaches_no_words_and_no_link(voice, other_provider, person):
    actions.say(voice, "good", Said("Art"))
    actions.hand_in(voice, shows_parent=False)
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    for rows in (Voice.objects, VoiceAnswer.objects):
        assert not rows.as_user(stranger).exists()
    with pytest.raises(Voice.DoesNotExist):
        actions.renew_link(voice, by=stranger)
