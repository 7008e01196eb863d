"""How scores changed from the first assessment to the later ones, and how that is drawn. Pure.

Only scores of one instrument by one informant are ever set beside each other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.utils.formats import date_format

from placements.models.assessment import Assessment
from placements.models.instrument import Direction, Instrument, Scale, plain

LEFT, RIGHT, WIDTH = 12, 308, 320
TOP, STEP = 34, 52


@dataclass(frozen=True)
class Cell:
    """One score: the figure, the band where one is set, and where it stands in the drawing."""

    value: Decimal | None
    band: str
    x: float

    @property
    def words(self) -> str:
        """Return the score in words."""
        return "not scored" if self.value is None else plain(self.value)


@dataclass(frozen=True)
class Line:
    """The scores of one scale, from the first assessment to the last."""

    scale: Scale
    cells: list[Cell]
    y: int

    @property
    def scored(self) -> list[Cell]:
        """Return the cells that hold a score."""
        return [cell for cell in self.cells if cell.value is not None]

    @property
    def change(self) -> str:
        """Return the change from the baseline to the latest score in words."""
        first, last = self.cells[0].value, self.cells[-1].value
        if first is None or last is None or len(self.cells) < len((first, last)):
            return "nothing to compare"
        if first == last:
            return "no change"
        way = "higher" if last > first else "lower"
        words = f"{plain(abs(last - first))} {way}"
        if self.scale.direction == Direction.NONE:
            return words
        return f"{words}: {'better' if way == self.scale.direction else 'worse'}"

    @property
    def label_y(self) -> int:
        """Return where the name of the scale stands in the drawing."""
        return self.y - 14


@dataclass(frozen=True)
class Series:
    """All assessments of a pupil with one instrument by one informant, the first on the left."""

    instrument: Instrument
    informant: str
    assessments: list[Assessment]
    lines: list[Line]

    @property
    def is_pair(self) -> bool:
        """Tell whether there is something to compare."""
        return len(self.assessments) > 1

    @property
    def heads(self) -> list[str]:
        """Return the heads of the table: the day of each assessment, and the change."""
        days = [date_format(row.held_on, "j M Y") for row in self.assessments]
        return ["Score", *days, *(["Change since the first"] if self.is_pair else [])]

    @property
    def drawn(self) -> list[Line]:
        """Return the lines that hold a score."""
        return [line for line in self.lines if line.scored]

    @property
    def view_box(self) -> str:
        """Return the size of the drawing."""
        return f"0 0 {WIDTH} {self.drawn[-1].y + 20 if self.drawn else 0}"

    @property
    def told(self) -> str:
        """Return in words what the drawing shows."""
        return ". ".join(f"{line.scale}: {line.change}" for line in self.drawn)


def series_of(assessments: Iterable[Assessment]) -> list[Series]:
    """Return the series of these assessments, which belong to one pupil. No query of its own."""

    def key(row: Assessment) -> tuple[str, int, str]:
        return (row.instrument.name, row.instrument_id, row.informant)

    rows = sorted(assessments, key=lambda row: (*key(row), row.held_on, row.pk))
    return [_series(list(group)) for _, group in groupby(rows, key)]


def _series(rows: list[Assessment]) -> Series:
    instrument = rows[0].instrument
    scales = sorted(instrument.scales.all(), key=lambda scale: (scale.place, scale.pk))
    scored = [{score.scale_id: score.value for score in row.scores.all()} for row in rows]
    counted = [scale.pk for scale in scales if scale.counts_in_total]
    lines: list[Line] = []
    for scale in scales:
        values = [_total(one, counted) if scale.is_total else one.get(scale.pk) for one in scored]
        y = TOP + STEP * len([line for line in lines if line.scored])
        lines.append(Line(scale, list(_cells(scale, rows[0].informant, values)), y))
    return Series(instrument, rows[0].get_informant_display(), rows, lines)


def _total(scores: dict[int, Decimal], counted: list[int]) -> Decimal | None:
    """Add up what counts; a total with a part missing is none."""
    if not counted or any(pk not in scores for pk in counted):
        return None
    return sum((scores[pk] for pk in counted), Decimal(0))


def _cells(scale: Scale, informant: str, values: list[Decimal | None]) -> Iterator[Cell]:
    known = [value for value in values if value is not None]
    low = scale.minimum if scale.minimum is not None else min(known, default=Decimal(0))
    high = scale.maximum if scale.maximum is not None else max(known, default=low)
    low, high = min([low, *known]), max([high, *known])
    for value in values:
        band = "" if value is None else scale.band_of(informant, value)
        part = float((value - low) / (high - low)) if value is not None and high > low else 0.5
        yield Cell(value, band, round(LEFT + part * (RIGHT - LEFT), 1))
