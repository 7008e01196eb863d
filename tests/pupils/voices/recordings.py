"""The smallest recordings of each kind, of any length, written byte by byte."""

import struct

AUDIO, VIDEO = 2, 1


def element(name: str, data: bytes) -> bytes:
    return bytes.fromhex(name) + b"\x01" + len(data).to_bytes(7, "big") + data


def webm(seconds: float, track: int = AUDIO, doctype: bytes = b"webm") -> bytes:
    """As a browser records it: a segment and clusters whose lengths are not known."""
    unknown = b"\x01" + b"\xff" * 7
    found = element("1A45DFA3", element("4282", doctype))
    found += bytes.fromhex("18538067") + unknown
    found += element("1549A966", element("2AD7B1", (1_000_000).to_bytes(3, "big")))
    found += element("1654AE6B", element("AE", element("83", bytes([track]))))
    for start in range(0, int(seconds * 1000), 10_000):
        found += bytes.fromhex("1F43B675") + unknown + element("E7", start.to_bytes(4, "big"))
        rest = min(10_000, int(seconds * 1000) - start) - 1
        found += element("A3", b"\x81" + struct.pack(">h", rest) + b"\x80opus")
    return found


def ogg(seconds: float, head: bytes = b"OpusHead") -> bytes:
    def page(position, data):
        before = b"OggS\0\0" + struct.pack("<q", position) + bytes(12)
        return before + bytes([1, len(data)]) + data

    return page(0, head + bytes(11)) + page(int(seconds * 48_000), b"sound")


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def header(name: bytes, seconds: float, *, is_long: bool = False) -> bytes:
    if is_long:
        return box(name, b"\1\0\0\0" + bytes(16) + struct.pack(">IQ", 1000, int(seconds * 1000)))
    return box(name, bytes(12) + struct.pack(">II", 1000, int(seconds * 1000)))


def mp4(seconds: float, kind: bytes = b"soun", *, in_parts: bool = False) -> bytes:
    """A file of a phone, or one that a browser writes in parts, which says no length."""
    length = 0 if in_parts else seconds
    media = header(b"mdhd", length) + box(b"hdlr", bytes(8) + kind + bytes(12))
    moov = header(b"mvhd", length, is_long=True) + box(b"trak", box(b"mdia", media))
    found = box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", moov)
    if in_parts:
        start = struct.pack(">I", int(seconds * 1000) - 1)
        found += box(b"moof", box(b"traf", box(b"tfdt", bytes(4) + start)))
    return found + struct.pack(">I", 0) + b"mdat" + b"sound"
