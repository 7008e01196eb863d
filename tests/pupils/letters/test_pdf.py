"""Letters as tagged PDF: nothing that is typed is ever run."""

import re
import zlib
from contextlib import suppress

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placements.letters import DIRECTION
from pupils import actions, letters
from pupils.letters import Unprintable
from pupils.models import Letter
from tests import factories


def streams(content: bytes) -> bytes:
    """Return the PDF with its compressed parts opened."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    opened = [content]
    for part in found:
        try:
            opened.append(zlib.decompress(part))
        except zlib.error:
            continue
    return b"\n".join(opened)


def test_an_issued_letter_is_a_tagged_pdf_with_language_and_title(issued):
    content = issued.read_file()
    plain = streams(content)

    assert content.startswith(b"%PDF-1.7")
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", plain)
    assert b"/StructTreeRoot" in plain
    assert b"/Lang(en-GB)" in plain.replace(b" ", b"")
    assert b"/DisplayDocTitle true" in plain
    assert b"<pdfuaid:part>1</pdfuaid:part>" in plain
    assert b"<pdfaid:part>2</pdfaid:part>" in plain
    assert f"{DIRECTION.title} ({issued.reference})".encode() in plain
    assert b"/H1" in plain
    assert b"/H2" in plain


HOSTILE = [
    '#panic("no") #import "x" $ x $ *b* _i_ `raw` @ref <label> \\ // /* */ [ ] { } ~ -- ---',
    '#read("/etc/passwd") = Heading\n- list\n+ list\n/ term: x',
    "x" * 4_000,
    "word " * 800,
    "line\n" * 800,
    "\u202eright to left\u202c שלום مرحبا",
    "Zoë Łukasz Đặng Škvorecký Ελένη Наташа",
    "",
    " \n \n ",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_printed_and_never_run(write, caseworker, text):
    answers = dict.fromkeys(("why", "place", "times", "review", "challenge"), text)
    letter = write(words=text[:4000], answers=answers, to_address=text[:500])
    letter.to_name = text[:200]

    assert actions.preview(letter).startswith(b"%PDF")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=300))
def test_any_text_is_printed_or_refused_in_words(write, text):
    letter = Letter(kind="placement-confirmation", title="T", to_name=text, words=text,
                    facts=dict.fromkeys(("pupil", "provider", "school", "sessions"), text)
                    | {"born": "2012-01-15", "starts_on": "", "last_day": "", "is_in_school": False},
                    answers={"place": text}, drafted_by=factories.UserFactory.build())  # fmt: skip

    with suppress(Unprintable):
        assert actions.preview(letter).startswith(b"%PDF")


def test_a_template_reads_nothing_of_the_disk(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "main.typ").write_text('#import "layout.typ": *\n#read("secret.txt")')

    with pytest.raises(Exception, match=r"secret"):
        letters.render(tmp_path / "main.typ", {"facts": {}, "answers": {}}, at=timezone.now())


def test_the_same_letter_at_the_same_moment_is_the_same_file(tmp_path):
    data = {"facts": {"pupil": "Kim"}, "answers": {}}
    template = tmp_path / "main.typ"
    template.write_text('#import "layout.typ": *\n#set document(title: [T])\n#facts.pupil')
    now = timezone.now()

    assert letters.render(template, data, at=now) == letters.render(template, data, at=now)
