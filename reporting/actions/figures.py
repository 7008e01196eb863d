"""Computing the figures, and keeping what changed."""

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction
from django.utils.timezone import localdate

from accounts.models.calendar import school_days_at
from placements.models import TAKEN_UP
from reporting.kpis import REGISTRY
from reporting.kpis.measure import Measure, Period, Total, periods, totals
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
def compute(as_of: date | None = None, *, years: Collection[int] | None = None) -> list[Snapshot]:
    """Compute every measure for every period, and keep what changed. Return the current figures.

    With `years`, only the periods of these academic years: the others did not change. Figures that
    nobody will change any more cost a query and no row.
    """
    as_of = as_of or localdate()
    current = []
    for period in periods(as_of):
        if period.until <= period.start or (years is not None and period.year not in years):
            continue
        known = Snapshot.objects.latest_of(period.year, period.coverage)
        not_marked = count_not_marked(period)
        found = totals(REGISTRY.values(), period)
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
            WITH pattern AS (
                SELECT provider_id, starts_on, ends_on, sessions, count(*) AS children
                FROM placements_placement
                WHERE sessions > 0 AND status = ANY(%(taken_up)s) AND starts_on <= %(last)s
                  AND (ends_on IS NULL OR ends_on > %(first)s)
                GROUP BY 1, 2, 3, 4
            ), expected AS (
                SELECT sum(children * bit_count(
                    ((sessions >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))) AS n
                FROM pattern
                JOIN unnest(%(days)s::date[]) AS day
                  ON day >= starts_on AND (ends_on IS NULL OR day < ends_on)
                WHERE NOT EXISTS (
                    SELECT FROM accounts_closure AS closure
                    WHERE closure.organisation_id = provider_id
                      AND day >= closure.starts_on AND day < closure.ends_on)
            ), paused AS (
                SELECT sum(bit_count(
                    ((sessions >> ((day - '2000-01-03') %% 7 * 2)) & 3)::bit(2))) AS n
                FROM placements_pause AS pause
                JOIN placements_placement AS placement ON placement.id = placement_id
                JOIN unnest(%(days)s::date[]) AS day
                  ON day >= pause.starts_on AND (pause.ends_on IS NULL OR day < pause.ends_on)
                  AND day >= placement.starts_on
                  AND (placement.ends_on IS NULL OR day < placement.ends_on)
                WHERE status = ANY(%(taken_up)s)
                  AND NOT EXISTS (
                    SELECT FROM accounts_closure AS closure
                    WHERE closure.organisation_id = provider_id
                      AND day >= closure.starts_on AND day < closure.ends_on)
            ), marked AS (
                SELECT count(*) AS n
                FROM attendance_mark JOIN placements_placement AS placement ON placement.id = placement_id
                WHERE date >= %(first)s AND date <= %(last)s AND date = ANY(%(days)s::date[])
                  AND status = ANY(%(taken_up)s) AND date >= placement.starts_on
                  AND (placement.ends_on IS NULL OR date < placement.ends_on)
                  AND (sessions >> ((date - '2000-01-03') %% 7 * 2 + session)) & 1 = 1
                  AND NOT EXISTS (
                      SELECT FROM accounts_closure AS closure
                      WHERE closure.organisation_id = provider_id
                        AND date >= closure.starts_on AND date < closure.ends_on)
                  AND NOT EXISTS (
                      SELECT FROM placements_pause AS pause
                      WHERE pause.placement_id = placement.id
                        AND date >= pause.starts_on
                        AND (pause.ends_on IS NULL OR date < pause.ends_on))
            )
            SELECT coalesce(expected.n, 0) - coalesce(paused.n, 0) - marked.n
            FROM expected, paused, marked
            """,
            {"days": days, "first": days[0], "last": days[-1], "taken_up": TAKEN_UP},
        )
        return int(cursor.fetchone()[0])
