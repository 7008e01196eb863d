"""Files that people attach: what is kept, what is refused and in which words."""

import io
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from apsystem.lib import documents


def picture(kind="JPEG", size=(40, 30), **details):
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **details)
    return out.getvalue()


def word(parts=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name, content in {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": "<w/>",
            **(parts or {}),
        }.items():
            kept.writestr(name, content)
    return out.getvalue()


def check(name, content):
    return documents.checked(name, io.BytesIO(content))


def huge_picture(side=65_000):
    """A PNG that says it has 65,000 by 65,000 pixels, in a few bytes."""
    content = bytearray(picture("PNG"))
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Report.pdf", b"%PDF-1.7\n1 0 obj\n%%EOF\n", documents.PDF),
        ("note.docx", word(), documents.WORD),
        ("photo.JPG", picture(), documents.JPEG),
        ("photo.png", picture("PNG"), documents.PNG),
    ],
)
def test_what_schools_attach_is_kept(name, content, media_type):
    found = check(name, content)

    assert (found.name, found.media_type) == (name, media_type)
    assert found.content


def forged():
    """Return a document with a part that says it is small and unpacks to far more."""
    size = 101 * 1024 * 1024
    honest, lie = size.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    return word({"word/a.xml": b"0" * size}).replace(honest, lie)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("forged.docx", forged(), "unpacks to far more"),
        ("virus.exe", b"MZ\x90", "not a kind of file"),
        ("report.pdf", b"MZ\x90 renamed", "not what its ending says"),
        ("report.docx", b"PK\x03\x04 cut short", "not what its ending says"),
        ("archive.docx", word({}).replace(b"word/document", b"evil/document"), "not what its"),
        ("photo.png", picture("JPEG"), "not what its ending says"),
        ("photo.jpg", b"<svg onload=alert(1)>", "not what its ending says"),
        ("page.html", b"<script>", "not a kind of file"),
        ("macro.docx", word({"word/vbaProject.bin": "x"}), "holds macros"),
        ("bomb.docx", word({"word/a.xml": b"0" * (101 * 1024 * 1024)}), "unpacks to far more"),
        ("many.docx", word({f"p{n}": "" for n in range(2001)}), "unpacks to far more"),
        ("empty.pdf", b"", "is empty"),
        ("big.pdf", b"%PDF-" + b"0" * documents.MOST_BYTES, "more than 10 MB"),
        ("huge.png", huge_picture(), "more pixels than can be kept"),
        ("large.png", huge_picture(8_000), "more pixels than can be kept"),
        ("nothing", b"%PDF-", "not a kind of file"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(name, content, words):
    with pytest.raises(ValidationError, match=words):
        check(name, content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\sam\\plan.pdf", "plan.pdf"),
        ("a\0b\u202efdp.pdf", "abfdp.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
        ("..", "document"),
        ("", "document"),
    ],
)
def test_a_name_loses_its_path_and_its_tricks(given, kept):
    assert documents.plain_name(given) == kept


def test_a_picture_keeps_no_place_and_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "12 Invented Street"
    content = picture(exif=exif)

    kept = check("photo.jpg", content).content

    assert b"Invented" in content
    assert b"Invented" not in kept
    assert Image.open(io.BytesIO(kept)).size == (30, 40)


def test_a_picture_with_a_palette_keeps_its_colours():
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").convert("P").save(out, "PNG")

    kept = Image.open(io.BytesIO(check("p.png", out.getvalue()).content)).convert("RGB")

    assert kept.getpixel((0, 0)) == Image.open(out).convert("RGB").getpixel((0, 0))
