"""A pack as a spreadsheet: what stands in it, and the program of its own that writes it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings

from apsystem.lib.gds import MONEY, day
from reporting.board import Line, report_of, state_words
from reporting.kpis.disclosure import HIDDEN
from reporting.models import BoardPack, Snapshot

WRITER = Path(__file__).parent / "sheets.py"
SECONDS = 60
ONE_AT_A_TIME = Lock()  # in a worker: the program takes 100 MB while it runs
# The shorthand of the Government Analysis Function: docs/sources.md.
CONFIDENTIAL, NOT_APPLICABLE, NOT_THERE = f"[{HIDDEN}]", "[z]", "[x]"
SYMBOLS = {
    CONFIDENTIAL: "confidential: so few are behind the figure that it is not shown",
    NOT_APPLICABLE: "not applicable",
    NOT_THERE: "not available",
}
FIGURE_HEADS = [
    "Figure", "Period", "Value", "Unit", "Above the line", "Below the line", "Target",
    "Distance from it", "Comment", "Definition version", "Counted up to",
]  # fmt: skip
PUBLISHED_HEADS = ["Figure", "Place", "Year and part of it", "Value", "Ours is", "Source"]
DEFINITION_HEADS = ["Figure", "Definition", "Not counted", "Method", "Owner"]


def workbook(pack: BoardPack, lines: Sequence[Line]) -> bytes:
    """Return a pack as a spreadsheet: a cover, contents, notes, and one table a sheet.

    A program of its own writes it, half a second: its libraries would stay in the worker for good.
    """
    with ONE_AT_A_TIME:
        made = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", str(WRITER)],
            input=json.dumps(_content(pack, lines)).encode(),
            stdout=subprocess.PIPE,
            timeout=SECONDS,
            check=True,
        )
    return made.stdout


def _content(pack: BoardPack, lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "title": pack.title,
        "intro": [text for text in (f"{pack.scope}. {state_words(pack)}.", pack.words) if text],
        "contact": [settings.COUNCIL_NAME, settings.SERVICE_NAME],
        "symbols": SYMBOLS,
        "notes": _notes(),
        "sheets": [
            {
                "label": "Figures",
                "title": f"Figures, {pack.scope}",
                "heads": FIGURE_HEADS,
                "rows": [_figure(pack, line) for line in lines],
                "notes": {
                    "Value": "value",
                    "Distance from it": "distance",
                    "Definition version": "version",
                },
            },
            {
                "label": "Published figures",
                "title": "Published figures beside ours",
                "heads": PUBLISHED_HEADS,
                "rows": [row for line in lines for row in _published(line)],
                "notes": {"Ours is": "alike"},
            },
            {
                "label": "Definitions",
                "title": "How the figures are worked out",
                "heads": DEFINITION_HEADS,
                "rows": [_definition(line) for line in lines],
                "notes": {},
            },
            {
                "label": "Disclosure report",
                "title": "What is withheld, and by which rule",
                "heads": ["What", "Answer"],
                "rows": [list(pair) for pair in report_of(pack, lines)],
                "notes": {},
            },
        ],
    }


def _figure(pack: BoardPack, line: Line) -> list[Any]:
    said, snapshot = line["said"], line["snapshot"]
    if snapshot is None:
        shown: list[Any] = [NOT_THERE] * 3
    elif not line["is_shown"]:
        shown = [CONFIDENTIAL] * 3
    elif snapshot.value is None:
        shown = [NOT_THERE, snapshot.numerator, snapshot.denominator]
    else:
        shown = [*_numbers(snapshot, said["sign"]), snapshot.denominator]
    so_far = "" if snapshot is None or snapshot.is_over else ", so far"
    return [
        said["title"], f"{pack.scope}{so_far}", shown[0], said["sign"].strip(), *shown[1:],
        said["target"] or NOT_APPLICABLE, said["gap"] or NOT_APPLICABLE,
        line["figure"].comment.strip() or "No comment",
        snapshot.definition_version if snapshot else NOT_THERE,
        day(snapshot.as_of) if snapshot else NOT_THERE,
    ]  # fmt: skip


def _numbers(snapshot: Snapshot, sign: str) -> list[float]:
    """Return the value as it is shown, and what stands above the line: pounds, where it is money."""
    value, places = snapshot.value or Decimal(0), Decimal("0.01" if sign == MONEY else "0.1")
    above = snapshot.numerator / 100 if sign == MONEY else snapshot.numerator
    return [float(value.quantize(places, ROUND_HALF_UP)), above]


def _published(line: Line) -> list[list[Any]]:
    said = line["said"]
    none = [NOT_APPLICABLE] * 4
    return [
        [
            said["title"], row["where"], row["when"], row["value"],
            row["difference"] or NOT_APPLICABLE, row["source"],
        ]
        for row in said["beside"]
    ] or [[said["title"], *none, said["why_not"]]]  # fmt: skip


def _definition(line: Line) -> list[Any]:
    said = line["said"]
    return [said[part] for part in ("title", "definition", "exclusions", "method", "owner")]


def _notes() -> list[tuple[str, str]]:
    return [
        (
            "value",
            "What stands above the line for each 100 of what stands below it, to one decimal; "
            "where it is money, pounds for each one below it. "
            f"{CONFIDENTIAL} stands where it is withheld: see the disclosure report.",
        ),
        ("distance", "In points, from the target of the year. None while the period runs."),
        (
            "version",
            "Counts the changes of the definition. Figures of two versions are not compared.",
        ),
        (
            "alike",
            "Only like is set beside like: the same kind of school and the same part of the year. "
            "No difference is given while the period runs.",
        ),
    ]
