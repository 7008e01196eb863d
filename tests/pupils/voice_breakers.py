"""Rows of somebody's say that the database refuses, by the constraint that they break."""

from datetime import UTC, date, datetime

from tests import factories

DAY = date(2024, 9, 2)
MOMENT = datetime(2024, 9, 2, 9, tzinfo=UTC)


def voice(**details):
    return lambda: factories.VoiceFactory(**details)


def said(**details):
    return lambda: factories.VoiceAnswerFactory(**details)


def response(**details):
    return lambda: factories.VoiceResponseFactory(**details)


def said_twice():
    factories.VoiceAnswerFactory(voice=factories.VoiceAnswerFactory().voice)


VOICE_BREAKERS = {
    "pupils_voice_is_one_persons": voice(who="parent"),
    "pupils_voice_about_is_known": voice(about="?"),
    "pupils_voice_says_who_reads": voice(readers=""),
    "pupils_voice_ends_after_it_is_made": voice(ends_on=DAY, made_on=DAY),
    "pupils_voice_handed_in_or_taken_back": voice(finished_at=MOMENT, taken_back_at=MOMENT),
    "pupils_voice_disagreement_is_whole": voice(disagreement="No."),
    "pupils_voiceanswer_one_a_question": said_twice,
    "pupils_voiceanswer_face_is_known": said(face="?"),
    "pupils_voiceanswer_says_something": said(words=""),
    "pupils_voiceanswer_summary_is_of_a_recording": said(summary="A summary."),
    "pupils_voiceresponse_says_what_was_heard": response(you_said=""),
    "pupils_voiceresponse_says_what_came_of_it": response(we_did=""),
}
