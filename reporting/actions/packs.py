"""Packs for a board: written, and frozen with the rows behind each figure."""

from collections.abc import Collection, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from apsystem.lib.calendar import academic_year, year_label
from apsystem.lib.seen import hold_seen
from reporting.actions.figures import compute, compute_of_provider
from reporting.kpis import REGISTRY, Measure, Period
from reporting.kpis.beside import said_beside, showing
from reporting.kpis.narrowing import of_provider
from reporting.kpis.period import KEPT, NoCalendar, last_half_term, periods
from reporting.models import (
    BoardPack,
    Comparator,
    Coverage,
    FailedFigure,
    KeptRows,
    PackFigure,
    Snapshot,
    Target,
)

TRIES = 3  # somebody may mark a register between a figure and its rows
ALREADY = "This pack is frozen already. Nothing of it changes any more: write a new one."


def _check(by: User) -> None:
    if not by.can(Permission.PACK_MAKE):
        raise PermissionDenied(f"this asks for {Permission.PACK_MAKE}")


def _draft(pack: BoardPack, by: User) -> BoardPack:
    """Return the pack, fresh and locked, while it is a draft."""
    _check(by)
    fresh = BoardPack.objects.as_user(by).select_for_update().get(pk=pack.pk)
    if fresh.is_frozen:
        raise WrongStatus(ALREADY)
    return fresh


def provider_pack(today: date) -> BoardPack:
    """Return a pack of a provider to be filled in: of the half term that ended last."""
    ended = last_half_term(today)
    return BoardPack(year=ended.year, coverage=str(ended.number)) if ended else BoardPack()


def strategy_report(today: date) -> BoardPack:
    """Return the annual report on the strategy to be filled in: of the year that is over."""
    year = academic_year(today) - 1
    title = f"Annual strategy report {year_label(year)}"
    return BoardPack(title=title, year=year, coverage=Coverage.YEAR)


@transaction.atomic
def write_pack(pack: BoardPack, *, measures: Sequence[str], by: User) -> BoardPack:
    """Begin a pack with these figures, in this order. Sent twice, it is one: see `OnceForm`."""
    _check(by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if same := BoardPack.objects.as_user(by).filter(uid=pack.uid, made_by=by).first():
        return same
    pack.made_by = by
    pack.full_clean()
    pack.save()
    _choose(pack, measures)
    return pack


@transaction.atomic
def change_pack(pack: BoardPack, *, measures: Sequence[str], seen: str, by: User) -> BoardPack:
    """Change a draft. Figures that stay keep their comments; those that go take theirs along."""
    fresh = _draft(pack, by)
    hold_seen(fresh, seen)
    pack.full_clean()
    pack.save(update_fields=["title", "provider", "year", "coverage", "words"])
    _choose(pack, measures)
    return pack


def _choose(pack: BoardPack, measures: Sequence[str]) -> None:
    if not measures:
        raise ValidationError({"measures": "Choose at least one figure."})
    narrowing = of_provider(pack.provider_id)
    if narrowing.asks and any(narrowing.asks - REGISTRY[slug].knows for slug in measures):
        raise ValidationError({"measures": "Choose figures that can be kept to a provider."})
    pack.figures.exclude(measure__in=measures).delete()
    PackFigure.objects.bulk_create(
        [PackFigure(pack=pack, measure=slug, position=at) for at, slug in enumerate(measures)],
        update_conflicts=True,
        unique_fields=["pack", "measure"],
        update_fields=["position"],
    )


@transaction.atomic
def comment(figure: PackFigure, *, words: str, seen: str, by: User) -> PackFigure:
    """Say what the board should know of a figure."""
    _draft(figure.pack, by)
    fresh = PackFigure.objects.as_user(by).select_for_update().get(pk=figure.pk)
    hold_seen(fresh, seen)
    fresh.comment = words
    fresh.full_clean()
    fresh.save(update_fields=["comment"])
    return fresh


@transaction.atomic
def delete_pack(pack: BoardPack, *, by: User) -> None:
    """Delete a draft with its comments: no board has seen it, and nothing depends on it."""
    _draft(pack, by).delete()


@transaction.atomic
def freeze(pack: BoardPack, *, by: User) -> BoardPack:
    """Freeze a pack: its figures as they stand now, what is said beside them, and their rows."""
    fresh = _draft(pack, by)
    try:
        period = Period.of(fresh.year, fresh.coverage, localdate())
    except NoCalendar as error:
        raise ValidationError(str(error)) from error
    if period.until <= period.start:
        raise ValidationError(f"{fresh.period} has not begun: there is nothing to freeze.")
    figures = list(fresh.figures.filter(measure__in=REGISTRY).order_by("position", "pk"))
    measures = [REGISTRY[row.measure] for row in figures]
    snapshots = _with_rows(period, measures, fresh.provider_id)
    published = list(Comparator.objects.filter(coverage=fresh.coverage))
    targets = Target.objects.of_year(fresh.year)
    for row in figures:
        measure, row.snapshot = REGISTRY[row.measure], snapshots[row.measure]
        target = targets.get(row.measure)
        shown = showing(measure, row.snapshot, snapshots, is_of_provider=fresh.is_of_provider)
        row.said = {
            **said_beside(measure, row.snapshot, published, target, is_part=fresh.is_of_provider),
            **shown.said(),
        }
    PackFigure.objects.bulk_update(figures, ["snapshot", "said"])
    return make_move(fresh, "freeze", by=by, frozen_by=by, frozen_at=timezone.now())


def _with_rows(
    period: Period,
    measures: list[Measure],
    provider: int | None = None,
    *,
    may_fail: bool = False,
) -> dict[str, Snapshot]:
    """Return the figures of a period with their rows kept: the rows that made the figure.

    A figure that cannot be worked out now is refused, or with `may_fail` left alone.
    """
    for _ in range(TRIES):
        known, failed = _computed(period, measures, provider)
        whole = [measure for measure in measures if measure.slug not in failed]
        if len(whole) < len(measures) and not may_fail:
            titles = ", ".join(measure.title for measure in measures if measure.slug in failed)
            raise ValidationError(
                f"This could not be worked out just now: {titles}. Take it out of the pack, or "
                "try again when it works. Those who run the service are told."
            )
        if any(measure.slug not in known for measure in whole):
            raise ValidationError("Figures of a year so long ago are not computed any more.")
        if all(keep_rows(known[measure.slug], measure, period) for measure in whole):
            return known
    raise ValidationError(
        "Somebody recorded something in the same moment, again and again. Freeze the pack once "
        "more; out of hours it is quieter."
    )


def _computed(
    period: Period, measures: list[Measure], provider: int | None
) -> tuple[dict[str, Snapshot], Collection[str]]:
    if provider is not None:
        return compute_of_provider(provider, measures, period)
    compute(years=[period.year])
    failed = FailedFigure.objects.of_part(period.year, period.coverage)
    return Snapshot.objects.latest_of(period.year, period.coverage), failed.keys()


@transaction.atomic
def keep_rows_of_all() -> None:
    """Keep the rows behind every figure of the periods that the figures are kept for."""
    for period in periods(localdate(), KEPT):
        if period.until > period.start:
            _with_rows(period, list(REGISTRY.values()), may_fail=True)


def keep_rows(snapshot: Snapshot, measure: Measure, period: Period) -> bool:
    """Keep the rows behind a figure. Tell whether they are those that it was made of."""
    if KeptRows.objects.filter(snapshot=snapshot).exists():
        return True
    rows, found = measure.rows(period, of_provider(snapshot.provider_id))
    if found != snapshot.fingerprint:
        return False
    KeptRows.objects.get_or_create(snapshot=snapshot, defaults={"rows": rows})
    return True
