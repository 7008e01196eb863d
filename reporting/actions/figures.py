"""Computing the figures, and keeping what changed."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date

from django.core.cache import cache
from django.db import connection, transaction
from django.utils.timezone import localdate
from redis.exceptions import RedisError

from reporting.actions.failures import Of, note_failures
from reporting.kpis import REGISTRY, Measure
from reporting.kpis.live import tried
from reporting.kpis.narrowing import of_provider
from reporting.kpis.period import KEPT_HEADLINES, Period, periods
from reporting.models import Snapshot

ONE_AT_A_TIME = 7_300_001  # the number of the lock, ours alone
PROGRESS, PROGRESS_SECONDS = "figures.progress", 600
SAID = (
    "fingerprint",
    "definition_version",
    "counts",
    "units",
    "is_over",
    "starts_on",
    "ends_on",
)


@transaction.atomic
def compute(
    as_of: date | None = None,
    *,
    years: Collection[int] | None = None,
    measures: Collection[str] | None = None,
) -> list[Snapshot]:
    """Compute every measure for every period, and keep what changed. Return the current figures.

    Of single terms only the headlines are kept, for their course.
    With `years`, only the periods of these academic years, and with `measures` only these: the
    others did not change. Figures that nobody will change any more cost a query and no row. Two
    who compute take turns: whoever reads first must not save last. A measure that fails keeps its
    last figure, and the others go on.
    """
    _take_turns()
    as_of = as_of or localdate()
    current: list[Snapshot] = []
    worked: set[Of] = set()
    failures: dict[Of, str] = {}
    chosen = [row for slug, row in REGISTRY.items() if measures is None or slug in measures]
    parts = [
        (period, [row for row in chosen if is_kept(row, period)])
        for period in periods(as_of)
        if period.until > period.start and (years is None or period.year in years)
    ]
    total = sum(len(asked) for _, asked in parts)
    for period, asked in parts:
        _say(f"{len(worked) + len(failures)} of {total} figures")
        known = Snapshot.objects.latest_of(period.year, period.coverage)
        found, failed = tried(asked, period)
        current += _kept(found, known).values()
        current += [known[slug] for slug in failed if slug in known]
        worked |= {(slug, period.year, period.coverage) for slug in found}
        failures |= {(slug, period.year, period.coverage): why for slug, why in failed.items()}
    note_failures(worked, failures, is_all=years is None and measures is None)
    _say("")
    return current


def is_kept(measure: Measure, period: Period) -> bool:
    """Tell whether a measure is kept of a period: of single terms only the headlines are."""
    return measure.is_headline or period.coverage not in KEPT_HEADLINES


def _say(progress: str) -> None:
    """Say how far it is, past the transaction. Figures do not need Redis to be computed."""
    with suppress(RedisError, OSError):
        cache.set(PROGRESS, progress, PROGRESS_SECONDS)


@transaction.atomic
def compute_of_provider(
    provider: int, measures: Iterable[Measure], period: Period
) -> tuple[dict[str, Snapshot], Collection[str]]:
    """Compute a provider's figures for a pack, and keep what changed. Return what fails, too."""
    _take_turns()
    known = Snapshot.objects.latest_of(period.year, period.coverage, provider)
    found, failed = tried(measures, period, of_provider(provider))
    for figure in found.values():
        figure.provider_id = provider
    return _kept(found, known), failed.keys()


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _kept(found: Mapping[str, Snapshot], known: Mapping[str, Snapshot]) -> dict[str, Snapshot]:
    """Return the figures as they stand, those that say something new saved. One query."""
    stand = {slug: _known(fresh, known.get(slug)) or fresh for slug, fresh in found.items()}
    Snapshot.objects.bulk_create(row for row in stand.values() if row.pk is None)
    return stand


def _known(fresh: Snapshot, known: Snapshot | None) -> Snapshot | None:
    said = SAID if fresh.is_over else (*SAID, "as_of")  # what is over does not age
    same = known and all(getattr(known, name) == getattr(fresh, name) for name in said)
    return known if same else None
