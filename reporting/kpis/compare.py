"""Setting a figure beside published ones: like with like, or a sentence that says why not."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

from apsystem.lib.gds import MONEY, figure, pounds
from reporting.kpis.arithmetic import interval
from reporting.kpis.attendance import FAMILY
from reporting.kpis.measure import Measure, Published
from reporting.kpis.span import Span
from reporting.kpis.statistics import Group
from reporting.models import Comparator, Snapshot

GEOGRAPHIES = ["England", "London", "Inner London"]
OF_A_PART = (
    "Published figures are of all pupils. This one is kept to some, so no difference is given."
)
NO_YEAR_BEFORE = (
    "No comparison with the year before: this part of the year is not over, and of the year "
    "before only the whole of it is kept. Part of a period is never set against a whole one."
)
ON_ITS_PAGE = "How it stood on the same day of the year before is said on the page of this figure."
LARGE = 100  # a share of fewer units is shown with its interval


@dataclass(frozen=True)
class Beside:
    """One published figure as it stands beside ours."""

    comparator: Comparator
    label: str
    value: Decimal
    numerator: int | None
    difference: Decimal | None  # points; None where the two are not alike
    years_older: int = 0

    @property
    def period(self) -> str:
        """Return year and coverage of the published figure."""
        return self.comparator.period

    @property
    def age(self) -> str:
        """Say how much older than ours it is; nothing where it is of the same year."""
        if self.years_older <= 0:
            return ""
        years = "a year" if self.years_older == 1 else f"{self.years_older} years"
        return f"The newest that is taken in is of {self.period}, {years} before this figure."

    @property
    def words(self) -> str:
        """Say the difference in words: direction and points, never a colour."""
        if self.difference is None:
            return ""
        points = abs(self.difference).quantize(Decimal("0.1"), ROUND_HALF_UP)
        if points == 0:
            return "the same"
        return f"{points} points {'above' if self.difference > 0 else 'below'}"


@dataclass(frozen=True)
class Comparison:
    """All that a figure is set beside, and a sentence where no difference is given."""

    rows: list[Beside]
    why_not: str


def compare(
    measure: Measure,
    snapshot: Snapshot | None,
    published: Iterable[Comparator],
    *,
    is_part: bool = False,
) -> Comparison:
    """Return the newest published figure of each geography for the same part of the year.

    A period that is not over is set beside the published figures, but no difference is given; nor
    is one where the figure is of a part of the borough.
    """
    asked = measure.published
    if asked is None:
        return Comparison([], "No comparable figure is published.")
    newest: dict[str, Comparator] = {}
    for row in published:
        if (row.measure, row.school_type) != (asked.measure, asked.school_type):
            continue
        if row.value is None or (
            row.geography in newest and newest[row.geography].year >= row.year
        ):
            continue
        newest[row.geography] = row
    is_over = snapshot is not None and snapshot.is_over and snapshot.value is not None
    is_alike = is_over and not is_part
    rows = [
        _beside(newest[place], asked, snapshot, is_alike=is_alike)
        for place in (*GEOGRAPHIES, settings.COUNCIL_NAME.replace("&", "and"))
        if place in newest
    ]
    if rows and is_part:
        return Comparison(rows, OF_A_PART)
    return Comparison(rows, _why_not(rows, snapshot))


def in_a_sentence(measure: Measure, snapshot: Snapshot, comparison: Comparison) -> str:
    """Say a figure in one sentence, with how far it is from England's."""
    if snapshot.value is None:
        return ""
    unit = measure.unit.removeprefix("percent ").removeprefix("pounds ")
    sign = measure.sign if unit != measure.unit else ""
    said = f"{measure.numerator_words}: {figure(snapshot.value, sign)} {unit}"
    for row in comparison.rows:
        if row.label == GEOGRAPHIES[0] and row.words and measure.published:
            kind = measure.published.school_type
            where = f"{kind[0].lower()}{kind[1:]} in {row.label}, {row.period}"
            return f"{said}, {row.words} {'as' if row.difference == 0 else ''} {where}."
    return f"{said}." if snapshot.is_over else f"{said}, so far."


def interval_of(measure: Measure, snapshot: Snapshot) -> tuple[Decimal, Decimal] | None:
    """Return the interval of a small share; None where it is large or no share of units."""
    is_share = measure.unit.startswith("percent of") and not measure.is_share_of_sessions
    if not is_share or not measure.is_of_children or snapshot.denominator >= LARGE:
        return None
    return interval(snapshot.numerator, snapshot.denominator)


def why_no_interval(measure: Measure, snapshot: Snapshot) -> str:
    """Say why a share of the sessions of few children has none; nothing where it needs no words.

    How alike the sessions of one child are is not known here, and no source of ours says it.
    """
    if not measure.is_share_of_sessions or not 0 < snapshot.units < LARGE:
        return ""
    children = "one child" if snapshot.units == 1 else f"{snapshot.units} children"
    return (
        f"No interval is given. The sessions are those of {children}, and sessions of one child "
        "are alike, so chance moves the figure more than the number of sessions would say. A few "
        "children who come or go can change it much."
    )


def gap(goal: Decimal | int, snapshot: Snapshot, sign: str) -> str:
    """Say how far a value is from its target, in points or pounds; nothing while the period runs."""
    if snapshot.value is None or not snapshot.is_over:
        return ""
    if sign == MONEY:
        more = snapshot.value - goal
        return (
            f"{pounds(abs(more))} {'above' if more > 0 else 'below'} it" if more else "met exactly"
        )
    points = (snapshot.value - goal).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if points == 0:
        return "met exactly"
    return f"{abs(points)} points {'above' if points > 0 else 'below'} it"


@dataclass(frozen=True)
class Line:
    """One rate of ours, and what is published for it."""

    title: str
    value: Decimal | None
    rows: list[Beside]


@dataclass(frozen=True)
class Lines:
    """Rates beside published ones, and a sentence where no difference is given."""

    lines: list[Line]
    why_not: str


def beside(ours: Group, span: Span, published: Iterable[Comparator]) -> Lines:
    """Set the rates of a group beside what is published for the same part of a year."""
    values = {
        "overall-absence-ap": ours.overall,
        "authorised-absence-ap": ours.with_leave,
        "unauthorised-absence-ap": ours.without_leave,
        "persistent-absence-ap": ours.persistent_rate,
        "severe-absence-ap": ours.severe_rate,
    }
    known, lines, why_not = list(published), [], ""
    for measure in FAMILY:
        if measure.slug in values:
            value = values[measure.slug]
            figure = Snapshot(value=value, is_over=span.is_over)
            comparison = compare(measure, figure, known)
            why_not = why_not or comparison.why_not
            lines.append(Line(measure.title, value, comparison.rows))
    return Lines(lines if any(line.rows for line in lines) else [], why_not)


def _why_not(rows: list[Beside], snapshot: Snapshot | None) -> str:
    if not rows:
        return "No figure is published for this part of the year."
    if snapshot is not None and not snapshot.is_over:
        return (
            "This period is not over, so no difference is given: part of a period is never set "
            "against a whole one."
        )
    return ""


def _beside(
    row: Comparator, asked: Published, snapshot: Snapshot | None, *, is_alike: bool
) -> Beside:
    value = row.complement() if asked.is_complement else row.value
    numerator = row.numerator
    if asked.is_complement and numerator is not None and row.denominator is not None:
        numerator = row.denominator - numerator
    return Beside(
        comparator=row,
        label=row.geography,
        value=value or Decimal(0),
        numerator=numerator,
        difference=snapshot.difference(value) if snapshot and is_alike else None,
        years_older=snapshot.year - row.year if snapshot and snapshot.year else 0,
    )
