"""Judge a run from what was written down: a program of its own, that knows nothing of Django.

    python tests/soak/checker.py HISTORY.jsonl STATE.json

Each write carries a tag of its own, and names the tag that its writer saw on the page. An
acknowledged mark is lost when the chain from what stands in the register at the end, back through
what each writer saw, does not reach it: somebody wrote over it without having seen it.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Verdict:
    """What became of the marks."""

    acknowledged: int
    refused: int
    unknown: int
    unknown_written: int
    lost: list[str]
    doubled: list[str]
    phantom: list[str]
    refused_written: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.phantom or self.refused_written)

    def __str__(self) -> str:
        return (
            f"{self.acknowledged:,} acknowledged, {self.refused:,} refused (told that somebody "
            f"was quicker), {self.unknown:,} without an answer (of these {self.unknown_written:,} "
            f"written): {len(self.lost):,} lost, {len(self.doubled):,} doubled, "
            f"{len(self.phantom):,} from nowhere, {len(self.refused_written):,} refused but written"
        )


def judge(history: list[dict[str, str]], state: dict[str, object]) -> Verdict:
    """Judge a run. `state` holds the tag of each line at the end, and the tags ever written."""
    writes = {write["tag"]: write for write in history}
    times = Counter(state["written"])
    reached, phantom = set(), [tag for tag in times if tag not in writes]
    for tag in state["final"].values():
        while tag and tag not in reached:
            reached.add(tag)
            tag = writes[tag]["saw"] if tag in writes else ""  # noqa: PLW2901 - the chain goes back
    by_outcome = {
        outcome: [tag for tag, write in writes.items() if write["outcome"] == outcome]
        for outcome in ("acknowledged", "refused", "unknown")
    }
    return Verdict(
        acknowledged=len(by_outcome["acknowledged"]),
        refused=len(by_outcome["refused"]),
        unknown=len(by_outcome["unknown"]),
        unknown_written=sum(times[tag] > 0 for tag in by_outcome["unknown"]),
        lost=[tag for tag in by_outcome["acknowledged"] if tag not in reached or not times[tag]],
        doubled=[tag for tag, count in times.items() if count > 1],
        phantom=phantom,
        refused_written=[tag for tag in by_outcome["refused"] if times[tag]],
    )


def read(history: Path, state: Path) -> Verdict:
    """Judge a run from its files."""
    lines = history.read_text(encoding="utf-8").splitlines()
    return judge(
        [json.loads(line) for line in lines], json.loads(state.read_text(encoding="utf-8"))
    )


if __name__ == "__main__":
    verdict = read(Path(sys.argv[1]), Path(sys.argv[2]))
    print(verdict)  # noqa: T201 - the verdict is the product
    sys.exit(0 if verdict.is_clean else 1)
