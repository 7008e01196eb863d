"""Compute every figure now, and print it beside what is published."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Run
from accounts.work import once
from apsystem.lib.calendar import year_label
from reporting import actions
from reporting.kpis import REGISTRY
from reporting.kpis.compare import Beside, compare
from reporting.models import Comparator, FailedFigure, Snapshot
from reporting.nightly import compute_figures


class Command(BaseCommand):
    """Today's figures are kept and count as the nightly run; those of another day are not kept.

    A figure as of a day that is past would otherwise become the newest one of its period.
    """

    help = "Compute every measure for every period."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day, and the form of the answer."""
        parser.add_argument(
            "--as-of", type=_day, metavar="DATE", help="a day like 2026-03-31; printed, not kept"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute, then print."""
        today = localdate()
        as_of = options["as_of"] or today
        if as_of > today:
            raise CommandError(f"{as_of} lies ahead: nothing can be known as of that day.")
        snapshots = _computed_today(today) if as_of == today else _computed_as_of(as_of)
        entries = [_entry(snapshot, published) for snapshot, published in _beside(snapshots)]
        if options["as_json"]:
            self.stdout.write(json.dumps(entries, indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(entries)))
        failed = [str(row) for row in FailedFigure.objects.all()] if as_of == today else []
        if failed:
            raise CommandError(f"These failed and keep their last value: {'; '.join(failed)}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day like 2026-03-31") from error


def _computed_today(today: date) -> list[Snapshot]:
    """Compute whether or not the nightly run was there before; /healthz reads its Run."""
    task, period, begun = compute_figures.name, today.isoformat(), timezone.now()
    with once(task, period):
        snapshots = _some(actions.compute(today))
    runs = Run.objects.filter(task=task, period=period)
    runs.update(started_at=begun, done_at=timezone.now())
    return snapshots


@transaction.atomic
def _computed_as_of(as_of: date) -> list[Snapshot]:
    snapshots = actions.compute(as_of)
    transaction.set_rollback(True)
    return _some(snapshots)


def _some(snapshots: list[Snapshot]) -> list[Snapshot]:
    if not snapshots:
        raise CommandError(
            "There is nothing to compute: the half terms of these years are not entered."
        )
    return snapshots


def _beside(snapshots: Iterable[Snapshot]) -> list[tuple[Snapshot, list[Comparator]]]:
    published: dict[str, list[Comparator]] = {}
    for row in Comparator.objects.all():
        published.setdefault(row.coverage, []).append(row)
    return [(snapshot, published.get(snapshot.coverage, [])) for snapshot in snapshots]


def _entry(snapshot: Snapshot, published: list[Comparator]) -> dict[str, Any]:
    measure = REGISTRY[snapshot.measure]
    comparison = compare(measure, snapshot, published)
    so_far = "" if snapshot.is_over else ", so far"
    return {
        "slug": measure.slug,
        "title": measure.title,
        "period": f"{snapshot.get_coverage_display()} {year_label(snapshot.year)}{so_far}",
        "starts_on": snapshot.starts_on.isoformat(),
        "ends_on": snapshot.ends_on.isoformat(),
        "is_over": snapshot.is_over,
        "value": _number(snapshot.value),
        "numerator": snapshot.numerator,
        "denominator": snapshot.denominator,
        "unit": measure.unit,
        "children": snapshot.units,
        "as_of": snapshot.as_of.isoformat(),
        "definition_version": snapshot.definition_version,
        "comparators": [_published(row) for row in comparison.rows],
        "why_not_compared": comparison.why_not,
        "counts": snapshot.counts,
    }


def _published(beside: Beside) -> dict[str, Any]:
    return {
        "geography": beside.label,
        "period": beside.period,
        "value": _number(beside.value),
        "numerator": beside.numerator,
        "denominator": beside.comparator.denominator,
        "difference": _number(beside.difference),
        "difference_in_words": beside.words,
        "source": beside.comparator.source,
        "confidence": beside.comparator.confidence,
    }


def _number(value: Decimal | None) -> float | None:
    """Return a number for JSON: six places lie well within what a float keeps."""
    return None if value is None else float(value)


def _lines(entries: list[dict[str, Any]]) -> Iterable[str]:
    period = None
    for entry in entries:
        if entry["period"] != period:
            period = entry["period"]
            yield f"\n{period[0].upper()}{period[1:]}, as of {entry['as_of']}"
        yield (
            f"  {entry['title']:<46} {_shown(entry['value']):>8}   "
            f"{entry['numerator']} of {entry['denominator']}, {entry['unit']}, "
            f"children: {entry['children']}, definition {entry['definition_version']}"
        )
        for row in entry["comparators"]:
            words = row["difference_in_words"] and f", ours is {row['difference_in_words']}"
            yield (
                f"    {row['geography']}, {row['period']:<40} {_shown(row['value']):>8}{words}. "
                f"{row['source']}"
            )
        if entry["why_not_compared"]:
            yield f"    {entry['why_not_compared']}"
        for words, count in entry["counts"].items():
            yield f"    {words}: {count}"


def _shown(value: float | None) -> str:
    return "no data" if value is None else f"{value:.2f}"
