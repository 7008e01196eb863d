"""Computing the figures, and keeping what changed."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import connection, transaction
from django.utils.timezone import localdate

from reporting.kpis import REGISTRY, Measure
from reporting.kpis.live import figures
from reporting.kpis.narrowing import of_provider
from reporting.kpis.period import KEPT_HEADLINES, Period, periods
from reporting.kpis.registers import SLUG as REGISTERS
from reporting.models import Snapshot

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

    Of single terms only the headlines are kept, for their course.
    With `years`, only the periods of these academic years: the others did not change. Figures that
    nobody will change any more cost a query and no row. Two who compute take turns: whoever reads
    first must not save last.
    """
    _take_turns()
    as_of = as_of or localdate()
    current = []
    for period in periods(as_of):
        if period.until <= period.start or (years is not None and period.year not in years):
            continue
        known = Snapshot.objects.latest_of(period.year, period.coverage)
        asked = [
            measure
            for measure in REGISTRY.values()
            if measure.is_headline or period.coverage not in KEPT_HEADLINES
        ]
        current += [
            _kept(figure, known.get(slug)) for slug, figure in figures(asked, period).items()
        ]
    return current


@transaction.atomic
def compute_of_provider(
    provider: int, measures: Iterable[Measure], period: Period
) -> dict[str, Snapshot]:
    """Compute a provider's figures for a pack, and keep what changed since its last one."""
    _take_turns()
    known = Snapshot.objects.latest_of(period.year, period.coverage, provider)
    current = {}
    for slug, figure in figures(measures, period, of_provider(provider)).items():
        figure.provider_id = provider
        current[slug] = _kept(figure, known.get(slug))
    return current


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _kept(fresh: Snapshot, known: Snapshot | None) -> Snapshot:
    said = SAID if fresh.is_over else (*SAID, "as_of")  # what is over does not age
    if known and all(getattr(known, name) == getattr(fresh, name) for name in said):
        return known
    fresh.save()
    return fresh


def count_not_marked(period: Period) -> int:
    """Count the sessions before the as-of day that a placement expected and nobody marked."""
    registers = REGISTRY[REGISTERS].total(period)
    return registers.denominator - registers.numerator
