"""Small numbers in files that leave the service: hidden, and not to be worked out from the rest.

A count from one up to below the smallest is hidden; where that leaves one hidden count beside a
total, the next smallest is hidden too. Nought is shown as nought (reference 8).
"""

from collections.abc import Iterable, Sequence

HIDDEN = "c"  # DfE's symbol for what is confidential


def hidden_places(
    counts: Sequence[int], smallest: int, already: Iterable[int] = ()
) -> frozenset[int]:
    """Return the places of the counts to hide. `already` are places that are hidden anyhow."""
    hidden = {place for place, count in enumerate(counts) if 0 < count < smallest} | set(already)
    shown = sorted(
        (count, place) for place, count in enumerate(counts) if count and place not in hidden
    )
    told = [place for place in hidden if counts[place]]
    is_alone = len(told) == 1 or 0 < sum(counts[place] for place in told) < smallest
    if is_alone and shown:
        hidden.add(shown[0][1])
    return frozenset(hidden)
