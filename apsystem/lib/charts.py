"""Charts as SVG, drawn on the server. The table with the same figures stands beside each.

Shapes, letters and words carry what is said; colours come from the style sheet and only help.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apsystem.lib.gds import percent

register = template.Library()

WIDTH = 320  # drawn for a phone; wider screens scale it up
LABEL, LONGEST, BAR_ROW = 134, 112, 26
CELL, ROW, HEAD = 22, 20, 34


@dataclass(frozen=True)
class Bar:
    """One bar from nought to a hundred. Without a value the words stand in its place."""

    label: str
    value: Decimal | None

    @property
    def length(self) -> float:
        """Return how long it is drawn."""
        return round(float(self.value or 0) * LONGEST / 100, 1)


@register.simple_tag
def bars(rows: Sequence[Bar], title: str, name: str) -> SafeString:
    """Draw shares of a hundred as bars with their figures. `name` makes the ids unique."""
    drawn = format_html_join(
        "",
        '<text x="0" y="{}">{}</text>'
        '<rect class="app-chart__bar" x="{}" y="{}" width="{}" height="14"/>'
        '<text class="app-chart__value" x="{}" y="{}">{}</text>',
        (
            (
                *(place * BAR_ROW + 17, row.label),
                *(LABEL, place * BAR_ROW + 6, row.length),
                *(LABEL + row.length + 5, place * BAR_ROW + 17, _value(row)),
            )
            for place, row in enumerate(rows)
        ),
    )
    axis = format_html(
        '<line class="app-chart__axis" x1="{0}" x2="{0}" y1="0" y2="{1}"/>',
        LABEL,
        len(rows) * BAR_ROW,
    )
    told = ". ".join(f"{row.label}: {percent(row.value)}" for row in rows)
    return _svg(name, title, told, len(rows) * BAR_ROW, drawn + axis)


def _value(row: Bar) -> str:
    return "no sessions" if row.value is None else percent(row.value)


@dataclass(frozen=True)
class Square:
    """One session of a heat map: its letters, and the class that gives it shape."""

    letters: str
    kind: str


@dataclass(frozen=True)
class HeatRow:
    """A week of a heat map. A session without a mark has no square."""

    label: str
    squares: Sequence[Square | None]


@register.simple_tag
def heat_map(
    rows: Sequence[HeatRow], heads: Sequence[str], title: str, told: str, name: str
) -> SafeString:
    """Draw weeks under each other, each with its sessions side by side."""
    left = WIDTH - 10 * CELL
    parts = [
        format_html(
            '<text class="app-heat__head" x="{}" y="14">{}</text>',
            left + place * 2 * CELL + 1,
            head,
        )
        for place, head in enumerate(heads)
    ]
    parts += [
        format_html('<text class="app-heat__letter" x="{}" y="29">{}</text>', x, half)
        for place in range(10)
        for x, half in [(left + place * CELL + CELL / 2, "ap"[place % 2])]
    ]
    for place, row in enumerate(rows):
        top = HEAD + place * ROW
        parts.append(format_html('<text x="0" y="{}">{}</text>', top + 14, row.label))
        parts.append(_squares(row.squares, left, top))
    return _svg(name, title, told, HEAD + len(rows) * ROW, SafeString("").join(parts))


def _squares(squares: Iterable[Square | None], left: int, top: int) -> SafeString:
    return format_html_join(
        "",
        '<g class="app-heat app-heat--{}"><rect x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="app-heat__letter" x="{}" y="{}">{}</text></g>',
        (
            (
                square.kind,
                *(left + place * CELL + 1.5, top + 1.5, CELL - 3, ROW - 3),
                *(left + place * CELL + CELL / 2, top + 14, square.letters),
            )
            for place, square in enumerate(squares)
            if square is not None
        ),
    )


def _svg(name: str, title: str, told: str, height: int, drawn: str) -> SafeString:
    return format_html(
        '<svg class="app-chart" viewBox="0 0 {} {}" role="img" focusable="false" '
        'aria-labelledby="{}-title {}-told"><title id="{}-title">{}</title>'
        '<desc id="{}-told">{}</desc>{}</svg>',
        *(WIDTH, height, name, name, name, title, name, told),
        mark_safe(drawn),  # noqa: S308 - drawn above, each text escaped
    )
