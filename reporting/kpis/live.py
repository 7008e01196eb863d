"""Figures worked out when they are asked for: of any part of a year, kept to any group."""

import logging
from collections.abc import Iterable
from datetime import date

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from reporting.kpis import REGISTRY
from reporting.kpis.measure import Measure, Total, totals
from reporting.kpis.narrowing import ALL, Narrowing, of_provider
from reporting.kpis.period import NoCalendar, Period
from reporting.kpis.registers import SLUG as REGISTERS
from reporting.models import Snapshot

logger = logging.getLogger(__name__)
NOT_MARKED = "Expected sessions that nobody marked"


@transaction.atomic
def figures(
    measures: Iterable[Measure], period: Period, narrowing: Narrowing = ALL
) -> dict[str, Snapshot]:
    """Return the figure of each measure that can answer, by its slug. Nothing is saved."""
    chosen = {row.slug: row for row in measures if not row.why_not(period, narrowing)}
    asked = dict(chosen)
    if any(row.is_of_sessions for row in chosen.values()):
        asked[REGISTERS] = REGISTRY[REGISTERS]  # what nobody marked stands in their small print
    found = totals(asked.values(), period, narrowing)
    registers = found.get(REGISTERS)
    not_marked = registers.denominator - registers.numerator if registers else 0
    return {
        slug: figure(measure, found[slug], period, not_marked) for slug, measure in chosen.items()
    }


def tried(
    measures: Iterable[Measure], period: Period, narrowing: Narrowing = ALL
) -> tuple[dict[str, Snapshot], dict[str, str]]:
    """Return the figures, and the class of the error of each that fails: the others go on.

    Together they are quick. Only where one fails is each worked out alone.
    """
    chosen = list(measures)
    try:
        return figures(chosen, period, narrowing), {}
    except SoftTimeLimitExceeded:  # the task has no time left to try each
        raise
    except Exception:
        logger.exception("A figure of %s failed: each is tried alone.", period.words)
    found: dict[str, Snapshot] = {}
    failed = {}
    for measure in chosen:
        try:
            found |= figures([measure], period, narrowing)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            logger.exception("%s of %s could not be worked out.", measure.slug, period.words)
            failed[measure.slug] = type(error.__cause__ or error).__name__
    return found, failed


def figures_of_provider(
    measures: Iterable[Measure], provider: int, year: int, part: str, today: date
) -> dict[str, Snapshot]:
    """Return a provider's figures as they are today; none where the part has not begun."""
    try:
        period = Period.of(year, part, today)
    except NoCalendar:
        return {}
    return figures(measures, period, of_provider(provider)) if period.until > period.start else {}


def figure(measure: Measure, total: Total, period: Period, not_marked: int) -> Snapshot:
    """Return a figure as it would be kept, not saved."""
    return Snapshot(
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
