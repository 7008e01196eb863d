"""Recordings of a voice: their type and their length are read from the content."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError

MOST_BYTES = 5 * 1024 * 1024
MOST_SECONDS = 5 * 60
GRACE_SECONDS = 5
WEBM, OGG, MP4 = "audio/webm", "audio/ogg", "audio/mp4"
NANOSECONDS = 1_000_000_000
OPUS_RATE = 48_000  # Ogg counts Opus in these, whatever was recorded (RFC 7845)
NOT_AUDIO = "This is not a recording that we can keep. Try to record it again."
TOO_LONG = "This recording is too long. It can be 5 minutes long. Please record a shorter one."
TOO_LARGE = "This recording is too big. It can be 5 minutes long. Please record a shorter one."
EMPTY = "There is nothing in this recording. Try to record it again."

# Elements of WebM (RFC 9559) that are looked into or read; all others are stepped over.
EBML, SEGMENT, INFO, TRACKS, TRACK, CLUSTER, GROUP = (
    0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675, 0xA0,
)  # fmt: skip
DOCTYPE, SCALE, TRACK_TYPE, CLUSTER_AT, SIMPLE_BLOCK, BLOCK = (
    0x4282, 0x2AD7B1, 0x83, 0xE7, 0xA3, 0xA1,
)  # fmt: skip
INSIDE = {EBML, SEGMENT, INFO, TRACKS, TRACK, CLUSTER, GROUP}
IS_AUDIO = b"\x02"
FIRST_OF_ID, FIRST_OF_SIZE = 4, 8
BOXES = {b"moov", b"trak", b"mdia", b"moof", b"traf"}


@dataclass(frozen=True)
class Recording:
    """A recording that may be kept: its media type by content, its length and the content."""

    media_type: str
    seconds: float
    content: bytes


def checked_recording(content: bytes) -> Recording:
    """Return a recording as it may be kept, or raise ValidationError in plain words."""
    if not content:
        raise ValidationError(EMPTY)
    if len(content) > MOST_BYTES:
        raise ValidationError(TOO_LARGE)
    for media_type, read in ((WEBM, _webm), (OGG, _ogg), (MP4, _mp4)):
        try:
            seconds = read(content)
        except (ValueError, IndexError):
            raise ValidationError(NOT_AUDIO) from None
        if seconds is None:
            continue
        if seconds > MOST_SECONDS + GRACE_SECONDS:
            raise ValidationError(TOO_LONG)
        if seconds <= 0:
            raise ValidationError(EMPTY)
        return Recording(media_type, seconds, content)
    raise ValidationError(NOT_AUDIO)


def _number(content: bytes, at: int, most: int, *, is_id: bool) -> tuple[int | None, int]:
    """Read a number of variable length; None for a size that is not known yet."""
    first = content[at]
    length = 9 - first.bit_length()
    if length > most:
        raise ValueError("not a number")
    raw = int.from_bytes(content[at : at + length], "big")
    if is_id:
        return raw, at + length
    value = raw & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), at + length


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the elements of a WebM file in a row, those inside others after them."""
    at = 0
    while at < len(content) - 1:
        name, at = _number(content, at, FIRST_OF_ID, is_id=True)
        size, at = _number(content, at, FIRST_OF_SIZE, is_id=False)
        if name in INSIDE:
            yield name or 0, b""
            continue
        if size is None:
            raise ValueError("a length that is not known")
        yield name or 0, content[at : at + size]
        at += size


def _webm(content: bytes) -> float | None:
    if not content.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    numbers, last, kinds, doctype = {SCALE: 1_000_000, CLUSTER_AT: 0}, 0, set(), b""
    for name, data in _elements(content):
        if name in {SIMPLE_BLOCK, BLOCK}:
            # A block is its track in one byte, then its time from the cluster's in two.
            after = int.from_bytes(data[1:3], "big", signed=True)
            last = max(last, numbers[CLUSTER_AT] + after + 1)
        elif name in numbers:
            numbers[name] = int.from_bytes(data, "big")
        elif name == TRACK_TYPE:
            kinds.add(data)
        elif name == DOCTYPE:
            doctype = data.rstrip(b"\0")
    if (doctype, kinds) != (b"webm", {IS_AUDIO}):
        raise ValueError("not sound alone")
    return last * numbers[SCALE] / NANOSECONDS


def _ogg(content: bytes) -> float | None:
    if not content.startswith(b"OggS"):
        return None
    at, last, is_opus = 0, 0, False
    while content[at : at + 4] == b"OggS":
        last = max(last, int.from_bytes(content[at + 6 : at + 14], "little", signed=True))
        sizes = content[at + 27 : at + 27 + content[at + 26]]
        start = at + 27 + len(sizes)
        is_opus = is_opus or content[start : start + 8] == b"OpusHead"
        at = start + sum(sizes)
    if not is_opus:
        raise ValueError("not Opus")
    return last / OPUS_RATE


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        head = 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(content) - at
        if size < head:
            raise ValueError("a box that is smaller than its head")
        inside = content[at + head : at + size]
        yield name, inside
        if name in BOXES:
            yield from _boxes(inside)
        at += size


def _time(box: bytes) -> tuple[int, int]:
    """Return the units a second and the length of a header, in its short or its long form."""
    if box[0] == 1:
        return int.from_bytes(box[20:24], "big"), int.from_bytes(box[24:32], "big")
    return int.from_bytes(box[12:16], "big"), int.from_bytes(box[16:20], "big")


def _mp4(content: bytes) -> float | None:
    if content[4:8] != b"ftyp":
        return None
    seconds, unit, last, kinds = 0.0, 0, 0, set()
    for name, box in _boxes(content):
        if name in {b"mvhd", b"mdhd"}:
            found, length = _time(box)
            seconds = max(seconds, length / found if found else 0)
            unit = found if name == b"mdhd" else unit
        elif name == b"hdlr":
            kinds.add(box[8:12])
        elif name == b"tfdt":  # where a fragment begins
            last = max(last, int.from_bytes(box[4 : 12 if box[0] else 8], "big") + 1)
    if kinds - {b"mdir", b"meta"} != {b"soun"}:
        raise ValueError("not sound alone")
    return max(seconds, last / unit if unit else 0)
