"""A pack on paper and in files: the same figures, words and comments as its page."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from apsystem.lib.gds import counts, day, figure, moment
from pupils.letters import render
from reporting.kpis.disclosure import HIDDEN, Limits, report
from reporting.models import BoardPack, Snapshot

TEMPLATE = Path(__file__).parent / "board.typ"
HEADS = [
    "Figure", "Period", "Value", "Per", "Above the line", "Below the line", "Target",
    "Distance from it", "Published", "Comment", "Definition", "Not counted", "Definition version",
    "Counted up to",
]  # fmt: skip
Line = dict[str, Any]


def file_name(pack: BoardPack) -> str:
    """Return the name of its files, without what follows the dot."""
    when = timezone.localtime(pack.frozen_at)
    provider = [slugify(str(pack.provider))] if pack.provider else []
    draft = [] if pack.is_frozen else ["draft"]
    return "-".join(["figures", *provider, *draft, f"{when:%Y-%m-%d}"])


def printed(pack: BoardPack, lines: Sequence[Line], *, at: datetime) -> bytes:
    """Return a pack as a tagged PDF. Raise Unprintable."""
    data = {
        "title": pack.title,
        "council": settings.COUNCIL_NAME,
        "service": settings.SERVICE_NAME,
        "period": pack.scope,
        "state": state_words(pack),
        "words": pack.words,
        "figures": [_printed(line) for line in lines],
        "report": [[label, str(words)] for label, words in report_of(pack, lines)],
    }
    return render(TEMPLATE, data, at=at)


def state_words(pack: BoardPack) -> str:
    """Say that a pack is frozen, when and by whom, or that it is a draft."""
    if pack.is_frozen:
        return f"Frozen {moment(pack.frozen_at)} by {pack.frozen_by}"
    return "A draft: these figures still change"


def report_of(pack: BoardPack, lines: Sequence[Line]) -> list[tuple[str, Any]]:
    """Return the disclosure report of a pack: what its files withhold, and by which limits."""
    withheld = {line["said"]["title"]: line["rule"] for line in lines if line["rule"]}
    limits = lines[0]["limits"] if lines else Limits.in_force()
    return report(len(lines) - len(withheld), withheld, limits, state_words(pack))


def _printed(line: Line) -> dict[str, Any]:
    said, snapshot = line["said"], line["snapshot"]
    beside = [
        f"{row['where']}, {row['when']}: {row['value']}"
        + (f" (ours is {row['difference']})" if row["difference"] else "")
        + f". Source: {row['source']}"
        for row in said["beside"]
    ]
    return {
        "title": said["title"],
        "value": value_of(line),
        "made_of": made_of(line),
        "target": _target(said),
        "comment": line["figure"].comment,
        "beside": beside,
        "why_not": said["why_not"],
        "definition": f"{said['definition']} Not counted: {said['exclusions']} Method: "
        f"{said['method']} Owner: {said['owner']}."
        + (
            f" Definition version {snapshot.definition_version}, counted up to "
            f"{day(snapshot.as_of)}."
            if snapshot
            else ""
        ),
    }


def value_of(line: Line) -> str:
    """Return the figure as a reader sees it, or why there is none."""
    snapshot: Snapshot | None = line["snapshot"]
    if snapshot is None:
        return "Not computed yet"
    if not line["is_shown"]:
        return f"{line['why_hidden']}: not shown"
    if snapshot.value is None:
        return "No data: nothing stands below the line"
    return figure(snapshot.value, line["said"]["sign"])


def made_of(line: Line) -> str:
    """Return what stands above and below the line, in words; empty where it is not shown."""
    snapshot, said = line["snapshot"], line["said"]
    if snapshot is None or not line["is_shown"] or snapshot.value is None:
        return ""
    apart = [f"{words}: {count}" for words, count in line["apart"]]
    so_far = "" if snapshot.is_over else ", so far"
    first = (
        f"{counts(snapshot, said['sign'])}: {said['above'].lower()}, of "
        f"{said['below'].lower()}{so_far}."
    )
    return " ".join([first, *(f"{words}." for words in apart)])


def _target(said: dict[str, Any]) -> str:
    if not said["target"]:
        return ""
    return f"Target: {said['target']}" + (f", {said['gap']}." if said["gap"] else ".")


def cells(pack: BoardPack, lines: Iterable[Line]) -> Iterator[list[Any]]:
    """Yield the cells of each figure. Counts that are not shown are marked as confidential."""
    for line in lines:
        said, snapshot = line["said"], line["snapshot"]
        shown: list[Any] = [HIDDEN] * 3
        if snapshot is None:
            shown = [None] * 3
        elif line["is_shown"]:
            shown = [snapshot.value, snapshot.numerator, snapshot.denominator]
        yield [
            said["title"], pack.scope, shown[0], said["sign"].strip(), *shown[1:],
            said["target"], said["gap"],
            "; ".join(f"{row['where']}, {row['when']}: {row['value']}" for row in said["beside"]),
            line["figure"].comment, said["definition"], said["exclusions"],
            snapshot.definition_version if snapshot else None,
            snapshot.as_of if snapshot else None,
        ]  # fmt: skip
