"""An attacker who has every monthly table, and a pencil: equations solved, ranges carried about.

Nothing of the code that withholds is used here: only what the tables say and how they are made.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

LINES = ("above", "below", "whole")


def attack(
    tables: Sequence[dict], smallest: int = 5, more: Sequence[tuple] = ()
) -> dict[tuple, tuple[int, int]]:
    """Return the range of each withheld number, by (place of the table, group, line).

    A table is {"series", "above", "whole", "rows"}: rows are None or (above, whole). Tables of one
    series follow each other in one year, and their numbers grow. `more` are equations of what is
    read elsewhere: ({(place, group, line): how often}, total).
    """
    ranges, equations = {}, [*more]
    for place, table in enumerate(tables):
        ranges |= _first(place, table, smallest)
        equations += _solved(_equations(place, table))
    pairs = _pairs(tables)
    while _propagated(ranges, equations) or _grown(ranges, pairs):
        pass
    return {
        (place, group, line): ranges[place, group, line]
        for place, table in enumerate(tables)
        for group, row in table["rows"].items()
        if row is None
        for line in LINES
    }


def _first(place, table, smallest):
    found = {}
    for group, row in table["rows"].items():
        if row is None:
            numbers = [(0, table["above"]), (0, table["whole"]), (1, table["whole"])]
        else:
            above, whole = row
            below = (0, 0) if above == whole else (smallest, table["whole"])
            numbers = [_unrounded(above, smallest), below, _unrounded(whole, smallest)]
        found |= {(place, group, line): pair for line, pair in zip(LINES, numbers, strict=True)}
    return found


def _unrounded(number, smallest):
    return (max(number - 2, smallest), number + 2) if number else (0, 0)


def _equations(place, table):
    rows = [
        ({(place, g, "above"): 1, (place, g, "below"): 1, (place, g, "whole"): -1}, 0)
        for g in table["rows"]
    ]
    totals = (table["above"], table["whole"] - table["above"], table["whole"])
    for line, total in zip(LINES, totals, strict=True):
        rows.append(({(place, g, line): 1 for g in table["rows"]}, total))
    return rows


def _solved(equations):
    """Return the equations and those that Gauss draws from them, with the known on the right."""
    names = sorted({name for terms, _ in equations for name in terms})
    matrix = [
        [Fraction(terms.get(name, 0)) for name in names] + [Fraction(right)]
        for terms, right in equations
    ]
    top = 0
    for column in range(len(names)):
        found = next((r for r in range(top, len(matrix)) if matrix[r][column]), None)
        if found is None:
            continue
        matrix[top], matrix[found] = matrix[found], matrix[top]
        matrix[top] = [value / matrix[top][column] for value in matrix[top]]
        for r, row in enumerate(matrix):
            if r != top and row[column]:
                factor = row[column]
                matrix[r] = [a - factor * b for a, b in zip(row, matrix[top], strict=True)]
        top += 1
    drawn = [
        ({n: v for n, v in zip(names, row, strict=False) if v}, row[-1]) for row in matrix[:top]
    ]
    return [*equations, *drawn]


def _pairs(tables):
    """Return (earlier, later) of each number that grew from one month to the next it is in."""
    last, found = {}, []
    for place, table in enumerate(tables):
        for group in table["rows"]:
            key = (table["series"], group)
            if key in last:
                found += [((last[key], group, line), (place, group, line)) for line in LINES]
            last[key] = place
    return found


def _propagated(ranges, equations):
    changed = False
    for terms, right in equations:
        low = sum(v * ranges[n][v < 0] for n, v in terms.items())
        high = sum(v * ranges[n][v > 0] for n, v in terms.items())
        for name, value in terms.items():
            mine = ranges[name]
            least = right - (high - value * mine[value > 0])
            most = right - (low - value * mine[value < 0])
            ends = sorted((Fraction(least) / value, Fraction(most) / value))
            fresh = (max(mine[0], ceil(ends[0])), min(mine[1], floor(ends[1])))
            if fresh != mine:
                ranges[name], changed = fresh, True
                low += value * (fresh[value < 0] - mine[value < 0])
                high += value * (fresh[value > 0] - mine[value > 0])
    return changed


def _grown(ranges, pairs):
    changed = False
    for earlier, later in pairs:
        (a, b), (c, d) = ranges[earlier], ranges[later]
        if min(b, d) < b or max(a, c) > c:
            ranges[earlier], ranges[later], changed = (a, min(b, d)), (max(a, c), d), True
    return changed
