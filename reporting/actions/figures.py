"""Computing the figures, and keeping what changed."""

from datetime import date

from django.db import connection, transaction
from django.utils.timezone import localdate

from accounts.models.calendar import school_days_at
from reporting.kpis import REGISTRY
from reporting.kpis.measure import Measure, Period, periods
from reporting.models import Snapshot

NOT_MARKED = "Expected sessions that nobody marked"
SAID = (
    "fingerprint",
    "definition_version",
    "counts",
    "is_over",
    "starts_on",
    "ends_on",
)


@transaction.atomic
def compute(as_of: date | None = None) -> list[Snapshot]:
    """Compute every measure for every period, and keep what changed. Return the current figures.

    Figures that nobody will change any more cost a query and no row.
    """
    as_of = as_of or localdate()
    current = []
    for period in periods(as_of):
        if period.until <= period.start:
            continue
        known = Snapshot.objects.latest_of(period.year, period.coverage)
        not_marked = count_not_marked(period)
        current += [
            _snapshot(measure, period, known.get(measure.slug), not_marked)
            for measure in REGISTRY.values()
        ]
    return current


def _snapshot(
    measure: Measure, period: Period, known: Snapshot | None, not_marked: int
) -> Snapshot:
    total = measure.total(period)
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
        counts={NOT_MARKED: not_marked, **total.counts},
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
    end = min(period.end, period.as_of)
    days = school_days_at(None, period.start, end) if end > period.start else []
    if not days:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*)
            FROM placements_placement AS placement
            JOIN unnest(%(days)s::date[]) AS day
              ON day >= placement.starts_on
             AND (placement.ends_on IS NULL OR day < placement.ends_on)
            CROSS JOIN (VALUES (0), (1)) AS half(session)
            LEFT JOIN attendance_mark AS mark
              ON mark.placement_id = placement.id AND mark.date = day
             AND mark.session = half.session
            WHERE mark.id IS NULL AND placement.status <> 'cancelled'
              AND (placement.sessions
                   >> ((extract(isodow FROM day)::int - 1) * 2 + half.session)) & 1 = 1
              AND NOT EXISTS (
                  SELECT 1 FROM accounts_closure AS closure
                  WHERE closure.organisation_id = placement.provider_id
                    AND day >= closure.starts_on AND day < closure.ends_on)
            """,
            {"days": days},
        )
        return int(cursor.fetchone()[0])
