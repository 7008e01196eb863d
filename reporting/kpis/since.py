"""What changed since a figure was kept: its rows then against its rows now, and late corrections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from attendance.models import Mark, MarkAmendment
from attendance.models.mark import MarkAmendmentQuerySet
from reporting.kpis import REGISTRY
from reporting.kpis.arithmetic import rate
from reporting.kpis.bridge import Step, bridge, total_of
from reporting.kpis.measure import Measure
from reporting.kpis.narrowing import of_provider
from reporting.kpis.period import Period
from reporting.models import KeptRows, Snapshot

UNITS = ("pupil_id", "provider_id", "school_id")  # the first columns of a row that is kept


@dataclass(frozen=True)
class Since:
    """A figure then and now, the steps between, and what was done to the register meanwhile.

    Without steps where the definition changed: the rows of two definitions are not compared.
    """

    then: Snapshot
    units: int
    value: Decimal | None
    numerator: int
    denominator: int
    steps: Sequence[Step]
    is_redefined: bool
    corrected: int
    marked_later: int


def since(measure: Measure, then: Snapshot, today: date) -> Since:
    """Tell what changed since. The rows behind the figure must be kept. Raise NoCalendar."""
    period, narrowing = Period.of(then.year, then.coverage, today), of_provider(then.provider_id)
    population, (now, _) = measure.counted(period), measure.rows(period, narrowing)
    is_redefined = measure.version != then.definition_version
    before = KeptRows.objects.get(snapshot=then).rows
    above, below = total_of(now)
    corrected, later = _of_register(then) if measure.is_of_sessions else (0, 0)
    return Since(
        then=then,
        units=len({row[UNITS.index(population.unit)] for row in now} - {None}),
        value=rate(above, below, measure.per),
        numerator=above,
        denominator=below,
        steps=[] if is_redefined else bridge(before, now, measure.per),
        is_redefined=is_redefined,
        corrected=corrected,
        marked_later=later,
    )


def steps_since(figures: Mapping[str, Snapshot], today: date) -> dict[str, Sequence[Step]]:
    """Return the steps from figures of one time to today's, by slug; none of a changed definition.

    The rows of today are a query for each figure. Raise NoCalendar.
    """
    if not figures:
        return {}
    first = next(iter(figures.values()))
    period, narrowing = (
        Period.of(first.year, first.coverage, today),
        of_provider(first.provider_id),
    )
    before = dict(
        KeptRows.objects.filter(snapshot__in=figures.values()).values_list("snapshot", "rows")
    )
    found: dict[str, Sequence[Step]] = {}
    for slug, then in figures.items():
        measure = REGISTRY[slug]
        if then.pk in before and measure.version == then.definition_version:
            now, _ = measure.rows(period, narrowing)
            found[slug] = bridge(before[then.pk], now, measure.per)
    return found


def leads_back(steps: Iterable[Step], cohort: int) -> bool:
    """Tell whether few units are behind a step, which the totals and the others would give."""
    return any(step.units < cohort for step in steps)


def _of_register(then: Snapshot) -> tuple[int, int]:
    """Count the marks of its period that were corrected since, and those made since."""
    corrected = corrections(then).values("mark").distinct()
    made = Mark.objects.filter(
        date__gte=then.starts_on, date__lt=then.ends_on, marked_at__gt=then.computed_at
    )
    if then.provider_id:
        made = made.filter(placement__provider=then.provider_id)
    return corrected.count(), made.exclude(pk__in=corrected).count()


def corrections(then: Snapshot) -> MarkAmendmentQuerySet:
    """Return the corrections of marks of its period that were made after it was computed."""
    found = MarkAmendment.objects.filter(
        mark__date__gte=then.starts_on, mark__date__lt=then.ends_on, at__gt=then.computed_at
    )
    return found.filter(mark__placement__provider=then.provider_id) if then.provider_id else found
