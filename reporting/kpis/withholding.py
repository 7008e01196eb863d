"""Which rows of a monthly table leadership may read, so that no small number can be found. Pure.

A row is shown or withheld as a whole: a withheld one might hold any count, nought too. What is
shown is rounded to five, so that neither a share nor the difference of two months leads back to a
count. The borough's own two numbers are exact and taken as known. More rows are withheld until
`bounds`, which is what a reader can work out, leaves every withheld count room enough.

The tables of one measure have nothing but the borough's numbers in common. Any such tables fit
together, whatever stands in them, so auditing each over its months audits them jointly.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Self

ROUNDED_TO = 5
ROUNDED_AWAY = ROUNDED_TO // 2
NARROW = 4  # a range that spans less gives the count away
SHARE_FROM = 20  # no share of fewer
OF_COUNT = 5  # a large count, of sessions say, has room where a fifth of it is open


class Counts(NamedTuple):
    """What was counted of a group: above the line, on both sides of it, and how many children."""

    above: int
    whole: int
    units: int

    @property
    def below(self) -> int:
        """Return what was counted and does not stand above the line."""
        return self.whole - self.above


class Shown(NamedTuple):
    """What a reader sees of a row: both numbers rounded."""

    above: int
    whole: int

    @property
    def share(self) -> int | None:
        """Return the share in whole percent, of the rounded numbers; None of too few."""
        return (200 * self.above // self.whole + 1) // 2 if self.whole >= SHARE_FROM else None


class Sheet(NamedTuple):
    """A table of a month as it is read: the exact totals, and its rows; None is withheld."""

    above: int
    whole: int
    rows: Mapping[str, Shown | None]


class Range(NamedTuple):
    """From the least to the most that a number can be."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """Return how far the ends lie apart: 0 where the number is known."""
        return self.high - self.low

    def within(self, low: int, high: int) -> "Range":
        """Return what lies between these as well."""
        return Range(max(self.low, low), min(self.high, high))


class Bounds(NamedTuple):
    """What can be known of a row: above the line, below it, and together."""

    above: Range
    below: Range
    whole: Range

    def tight(self) -> Self:
        """Return the same with what the three say of each other."""
        (a, b), (c, d), (e, f) = self
        above, below = self.above.within(e - d, f - c), self.below.within(e - b, f - a)
        whole = self.whole.within(above.low + below.low, above.high + below.high)
        return type(self)(above, below, whole)

    def within(self, other: Iterable[Range]) -> Self:
        """Return what both allow."""
        pairs = zip(self, other, strict=True)
        return type(self)(*(mine.within(*theirs) for mine, theirs in pairs)).tight()


def is_small(count: int, smallest: int) -> bool:
    """Tell whether a count would point at a few children. Nought is nobody."""
    return 0 < count < smallest


def is_primary(row: Counts, smallest: int) -> bool:
    """Tell whether a row holds a small number, on either side of the line."""
    return any(is_small(n, smallest) for n in (row.above, row.below, row.whole, row.units))


def rounded(count: int) -> int:
    """Return the count to the nearest five; nought only where it is nought."""
    return max(ROUNDED_TO, (count + ROUNDED_AWAY) // ROUNDED_TO * ROUNDED_TO) if count else 0


def sheet_of(total: Counts, rows: Mapping[str, Counts], withheld: Collection[str]) -> Sheet:
    """Return a table as it is read when these rows are withheld."""
    shown = {
        group: None if group in withheld else Shown(rounded(row.above), rounded(row.whole))
        for group, row in rows.items()
    }
    return Sheet(total.above, total.whole, shown)


def bounds(
    sheets: Sequence[Sheet | None], smallest: int, falling: Collection[tuple[int, str]] = ()
) -> list[dict[str, Bounds]]:
    """Return what a reader of all months can know of each row: to a fixpoint.

    Within a month the ranges are exact: of the three sums a + b = whole, each range of the rows
    that are left is the sum of their ranges (two lines of a table make a network). From month to
    month the counts of a year grow, and whoever knows that carries a range over; `falling` names
    (month, group) of the few that were corrected downwards, where it would lead astray.
    """
    found = [_start(sheet, smallest) if sheet else {} for sheet in sheets]
    before = None
    while found != before:
        before = [dict(month) for month in found]
        for sheet, month in zip(sheets, found, strict=True):
            if sheet:
                _from_total(sheet, month)
        _from_neighbours(found, falling)
    return found


def _start(sheet: Sheet, smallest: int) -> dict[str, Bounds]:
    return {group: _of_row(row, sheet, smallest) for group, row in sheet.rows.items()}


def _of_row(row: Shown | None, sheet: Sheet, smallest: int) -> Bounds:
    most = Range(0, sheet.above), Range(0, sheet.whole - sheet.above), Range(1, sheet.whole)
    if row is None:
        return Bounds(*most).tight()
    # Both round alike where nothing lies below, or less than the rounding: that is withheld.
    alike = Range(0, 0 if smallest >= ROUNDED_TO else ROUNDED_TO - 1)
    below = alike if row.above == row.whole else Range(smallest, sheet.whole)
    return Bounds(*most).within(
        [_unrounded(row.above, smallest), below, _unrounded(row.whole, smallest)]
    )


def _unrounded(count: int, smallest: int) -> Range:
    if not count:
        return Range(0, 0)
    low = smallest if count == ROUNDED_TO else count - ROUNDED_AWAY
    return Range(max(low, smallest), count + ROUNDED_AWAY)


def _from_total(sheet: Sheet, month: dict[str, Bounds]) -> None:
    totals = (sheet.above, sheet.whole - sheet.above, sheet.whole)
    lows = [sum(row[line].low for row in month.values()) for line in range(3)]
    highs = [sum(row[line].high for row in month.values()) for line in range(3)]
    for group, row in month.items():
        left = [
            Range(total - (high - mine.high), total - (low - mine.low))
            for total, low, high, mine in zip(totals, lows, highs, row, strict=True)
        ]
        month[group] = row.within(left)


def _from_neighbours(found: list[dict[str, Bounds]], falling: Collection[tuple[int, str]]) -> None:
    last: dict[str, int] = {}
    for place, month in enumerate(found):
        for group in month:
            earlier, last[group] = last.get(group), place
            if earlier is None or (place, group) in falling:
                continue
            old, new = found[earlier][group], month[group]
            found[earlier][group] = old.within([Range(0, line.high) for line in new])
            month[group] = new.within([Range(line.low, new.whole.high) for line in old])


class Month(NamedTuple):
    """A table of a month: what was counted, and what of it is read; None where it is not."""

    total: Counts
    rows: Mapping[str, Counts]
    sheet: Sheet | None


def is_guarded(months: Sequence[Month], smallest: int) -> bool:
    """Tell whether every withheld count of these months, of one year, has room enough."""
    found = bounds([month.sheet for month in months], smallest, _falling(months))
    return all(
        _has_room(known[group], month.rows[group])
        for month, known in zip(months, found, strict=True)
        if month.sheet
        for group, row in month.sheet.rows.items()
        if row is None
    )


def _has_room(known: Bounds, row: Counts) -> bool:
    counts = (row.above, row.below, row.whole)
    return all(
        line.width >= max(NARROW, count // OF_COUNT)
        for line, count in zip(known, counts, strict=True)
    )


def _falling(months: Sequence[Month]) -> set[tuple[int, str]]:
    last: dict[str, Counts] = {}
    found = set()
    for place, month in enumerate(months):
        for group, row in month.rows.items() if month.sheet else ():
            old = last.get(group, row)
            if row.above < old.above or row.below < old.below:
                found.add((place, group))
            last[group] = row
    return found


def withhold(
    total: Counts,
    rows: Mapping[str, Counts],
    earlier: Sequence[Month],
    *,
    smallest: int,
    cohort: int,
    is_secondary: bool = True,
) -> Month:
    """Return the table as it may be read, after the earlier months of its year were.

    There is none where the borough's numbers themselves are too small to be divided, or where no
    choice of rows guards the withheld ones. What was withheld last month is withheld first.
    """
    if not _can_be_divided(total, rows, smallest, cohort):
        return Month(total, rows, None)
    hidden = {group for group, row in rows.items() if is_primary(row, smallest)}
    kept = earlier[-1].sheet.rows if earlier and earlier[-1].sheet else {}
    others = sorted((row.whole, group) for group, row in rows.items() if group not in hidden)
    others.sort(key=lambda pair: kept.get(pair[1], pair) is not None)
    while True:
        month = Month(total, rows, sheet_of(total, rows, hidden))
        if not is_secondary or is_guarded([*earlier, month], smallest):
            return month
        if not others:
            return Month(total, rows, None)
        hidden.add(others.pop(0)[1])


def _can_be_divided(total: Counts, rows: Mapping[str, Counts], smallest: int, cohort: int) -> bool:
    return (
        len(rows) > 1
        and min(total.units, total.whole) >= cohort
        and min(total.above, total.below) >= smallest
    )
