"""Recordings: what may be kept is told by the content, and so is how long it is."""

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apsystem.lib.audio import MOST_BYTES, MP4, OGG, WEBM, checked_recording
from tests.pupils.voices.recordings import VIDEO, box, mp4, ogg, webm

HALF_AN_HOUR = 30 * 60


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (webm(12), WEBM),
        (webm(299), WEBM),
        (ogg(12), OGG),
        (mp4(12), MP4),
        (mp4(12, in_parts=True), MP4),
    ],
)
def test_a_recording_is_kept_with_the_type_of_its_content(content, media_type):
    found = checked_recording(content)

    assert (found.media_type, found.content) == (media_type, content)


def test_the_length_is_read_from_the_content():
    for content in (webm(42), ogg(42), mp4(42), mp4(42, in_parts=True)):
        assert checked_recording(content).seconds == pytest.approx(42, abs=0.1)


@pytest.mark.parametrize(
    "content",
    [
        webm(HALF_AN_HOUR),
        ogg(HALF_AN_HOUR),
        mp4(HALF_AN_HOUR),
        mp4(HALF_AN_HOUR, in_parts=True),
        webm(306),
    ],
)
def test_half_an_hour_is_refused_in_words(content):
    with pytest.raises(ValidationError, match="It can be 5 minutes long"):
        checked_recording(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing in this recording"),
        (b"x" * (MOST_BYTES + 1), "too big"),
        (b"%PDF-1.7 %%EOF", "not a recording"),
        (b"\x89PNG\r\n\x1a\n", "not a recording"),
        (b"<script>alert(1)</script>", "not a recording"),
        (b"OggS", "not a recording"),
        (ogg(12, head=b"\x80theora-"), "not a recording"),
        (webm(12, track=VIDEO), "not a recording"),
        (webm(12, doctype=b"matroska"), "not a recording"),
        (b"\x1a\x45\xdf\xa3", "not a recording"),
        (b"\x1a\x45\xdf\xa3\x00", "not a recording"),
        (mp4(12, kind=b"vide"), "not a recording"),
        (box(b"ftyp", b"M4A ") + b"\0\0\0\1moov" + b"\0" * 8, "not a recording"),
        (ogg(0), "nothing in this recording"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(content, words):
    with pytest.raises(ValidationError, match=words):
        checked_recording(content)


@given(st.sampled_from([webm(3), ogg(3), mp4(3), mp4(3, in_parts=True)]), st.data())
def test_a_damaged_recording_is_kept_or_refused_and_nothing_else(content, data):
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:at] + data.draw(st.binary(max_size=8)) + content[at + 1 :]

    with suppress(ValidationError):
        assert checked_recording(damaged).seconds > 0
