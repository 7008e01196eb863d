"""A letter as a tagged PDF: PDF/UA-1 and PDF/A-2a in one file, with fonts that the wheel holds.

What people typed reaches the template as data and never as source, so no character of theirs is an
instruction. Only the two files given here can be read by a template: nothing else of the disk.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

LAYOUT = Path(__file__).parent / "layout.typ"
STANDARDS: Any = ["ua-1", "a-2a"]  # read by a screen reader; kept for good
NOT_SHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
MOST_NAMED = 5


class Unprintable(ValueError):
    """The letter holds characters that no font of ours can show. The sentence names them."""

    def __init__(self, characters: list[str]) -> None:
        """Say which characters, the first few."""
        named = ", ".join(characters[:MOST_NAMED])
        super().__init__(
            f"These characters cannot be printed: {named}. Take them out, or write them another "
            "way."
        )


def render(template: Path, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return the PDF of a letter. The same data at the same moment give the same bytes.

    Raise Unprintable.
    """
    try:
        sent = json.dumps(data, ensure_ascii=False)
        sent.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unprintable([ascii(error.object[error.start])]) from error
    # Several files at once: the package takes them, its types do not say so.
    files: Any = {"main.typ": template.read_bytes(), "layout.typ": LAYOUT.read_bytes()}
    try:
        made: bytes = typst.compile(
            files,
            format="pdf",
            pdf_standards=STANDARDS,
            ignore_system_fonts=True,
            sys_inputs={"data": sent},
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        if found := sorted(set(NOT_SHOWN.findall(str(error)))):
            raise Unprintable(found) from error
        raise
    return made
