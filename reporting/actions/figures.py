"""Computing the figures, and keeping what changed."""

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction
from django.utils.timezone import localdate

from reporting.kpis import REGISTRY
from reporting.kpis.measure import Measure, Period, Total, periods, totals
from reporting.kpis.registers import SLUG as REGISTERS
from reporting.models import Snapshot

NOT_MARKED = "Expected sessions that nobody marked"
ONE_AT_A_TIME = 7_300_001  # the number of the lock, ours alone
SAID = (
    "fingerprint",
    "definition_version",
    "counts",
    "is_over",
    "starts_on",
    "ends_on",
)


@transaction.atomic
def compute(as_of: date | None = None, *, years: Collection[int] | None = None) -> list[Snapshot]:
    """Compute every measure for every period, and keep what changed. Return the current figures.

    With `years`, only the periods of these academic years: the others did not change. Figures that
    nobody will change any more cost a query and no row. Two who compute take turns: whoever reads
    first must not save last.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    as_of = as_of or localdate()
    current = []
    for period in periods(as_of):
        if period.until <= period.start or (years is not None and period.year not in years):
            continue
        known = Snapshot.objects.latest_of(period.year, period.coverage)
        found = totals(REGISTRY.values(), period)
        not_marked = _not_marked(found[REGISTERS])
        current += [
            _snapshot(measure, found[measure.slug], period, known.get(measure.slug), not_marked)
            for measure in REGISTRY.values()
        ]
    return current


def _snapshot(
    measure: Measure, total: Total, period: Period, known: Snapshot | None, not_marked: int
) -> Snapshot:
    fresh = Snapshot(
        measure=measure.slug,
        year=period.year,
        coverage=period.coverage,
        starts_on=period.start,
        ends_on=period.end,
        is_over=period.is_over,
        value=total.value,
        numerator=total.numerator,
        denominator=total.denominator,
        units=total.units,
        counts={**({NOT_MARKED: not_marked} if measure.is_of_sessions else {}), **total.counts},
        definition_version=measure.version,
        fingerprint=total.fingerprint,
        as_of=period.as_of,
    )
    said = SAID if period.is_over else (*SAID, "as_of")  # what is over does not age
    if known and all(getattr(known, name) == getattr(fresh, name) for name in said):
        return known
    fresh.save()
    return fresh


def count_not_marked(period: Period) -> int:
    """Count the sessions before the as-of day that a placement expected and nobody marked."""
    return _not_marked(REGISTRY[REGISTERS].total(period))


def _not_marked(registers: Total) -> int:
    return registers.denominator - registers.numerator
