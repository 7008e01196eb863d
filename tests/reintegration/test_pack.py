"""The pack of a meeting as it is handed out: one tagged PDF, without what its reader may not see."""

import re

import pytest

from tests.pupils.letters.test_pdf import streams
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_pack_is_a_tagged_pdf_with_language_title_and_headings(client, member, session, item):
    client.force_login(member)

    content = client.get(url("panel-pack", session.uid)).content

    plain = streams(content)
    assert content.startswith(b"%PDF-1.7")
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", plain)
    assert b"/StructTreeRoot" in plain
    assert b"/Lang(en-GB)" in plain.replace(b" ", b"")
    assert b"/DisplayDocTitle true" in plain
    assert b"<pdfuaid:part>1</pdfuaid:part>" in plain
    assert str(session).encode() in plain
    for level in (b"/H1", b"/H2", b"/H3"):
        assert level in plain
