"""Making the tables of each month that is over, and never making them again."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Organisation
from apsystem.lib.calendar import academic_year, months_after
from referrals.models import Tier
from reporting.kpis import REGISTRY
from reporting.kpis.disclosure import Limits
from reporting.kpis.period import NoCalendar, Period
from reporting.kpis.tables import MEASURES, kept, make
from reporting.models import Coverage, MonthlyTables

NOT_KNOWN = "Not known"


@transaction.atomic
def publish_tables(today: date | None = None) -> list[MonthlyTables]:
    """Make the tables of the months that are over and have none. Return those that were made.

    The first time that is the last month alone. A month that was missed is counted from what is
    recorded now. A month whose half terms are not entered waits for them,
    until those of a later month are.
    """
    made = []
    for month in _due(today or localdate()):
        made += _publish(month)
    return made


def _due(today: date) -> Iterator[date]:
    last = months_after(today.replace(day=1), -1)
    newest = MonthlyTables.objects.newest()
    month = months_after(newest, 1) if newest else last
    while month <= last:
        yield month
        month = months_after(month, 1)


def _publish(month: date) -> list[MonthlyTables]:
    as_of = months_after(month, 1) - timedelta(days=1)
    year = academic_year(as_of)
    try:
        period = Period.of(year, Coverage.YEAR, as_of)
    except NoCalendar:
        return []
    limits = Limits.in_force()
    earlier: dict[str, list[MonthlyTables]] = {slug: [] for slug in MEASURES}
    for row in MonthlyTables.objects.filter(year=year, measure__in=MEASURES).order_by("month"):
        earlier[row.measure].append(row)
    made = []
    for slug in MEASURES:
        measure = REGISTRY[slug]
        total, tables = make(measure, period, earlier[slug], limits)
        row = MonthlyTables(
            measure=slug,
            month=month,
            year=year,
            starts_on=period.start,
            as_of=as_of,
            total=total,
            tables={
                dimension: kept(table, _names(dimension, table.rows))
                for dimension, table in tables.items()
            },
            smallest_count=limits.smallest,
            smallest_cohort=limits.cohort,
            definition_version=measure.version,
        )
        row.save()
        made.append(row)
    return made


def _names(dimension: str, keys: Iterable[str]) -> dict[str, str]:
    """Return the names of the groups, in the order in which they are read."""
    known = sorted(int(key) for key in keys if key)
    if dimension == "provider":
        rows = Organisation.objects.filter(pk__in=known).order_by("name")
        names = {str(row.pk): row.name for row in rows}
    elif dimension == "tier":
        names = {str(key): str(Tier(key).label) for key in known}
    else:
        names = {str(key): f"Year {key}" for key in known}
    return {**names, "": NOT_KNOWN}
