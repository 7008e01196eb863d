"""The governance dashboard: a figure, what it is made of, and what it is set beside."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.calendar import MONTHS, academic_year, months_after, year_label
from apsystem.lib.charts import Bar
from apsystem.lib.exports import csv_of
from apsystem.lib.gds import day, one_decimal, query_of
from apsystem.lib.pages import attachment
from reporting.forms.figures import FiguresForm
from reporting.kpis import REGISTRY, Measure, Period, by_priority
from reporting.kpis.beside import counted_apart
from reporting.kpis.compare import (
    NO_YEAR_BEFORE,
    ON_ITS_PAGE,
    compare,
    gap,
    in_a_sentence,
    interval_of,
    why_no_interval,
)
from reporting.kpis.disclosure import (
    METHOD_OF_FIGURES,
    NOTHING_HIDDEN,
    Limits,
    Rule,
    hidden_apart,
    report,
    report_lines,
    withheld_by,
)
from reporting.kpis.live import tried
from reporting.kpis.measure import NOT_KNOWN
from reporting.kpis.narrowing import ALL, Narrowing
from reporting.kpis.period import KEPT, ROLLING, YEARS_KEPT, NoCalendar
from reporting.kpis.span import part_label
from reporting.models import Comparator, Coverage, FailedFigure, Snapshot, Target

PAIR = (Coverage.AUTUMN, Coverage.SPRING)


@dataclass(frozen=True)
class Asked:
    """What the address asks for, and the figures that answer it."""

    request: Request
    form: FiguresForm
    period: Period | None  # None where the calendar of the year is not entered
    narrowing: Narrowing

    @classmethod
    def of(cls, request: Request) -> Self:
        """Read the address. One query."""
        today = localdate()
        years = [academic_year(today) - back for back in range(YEARS_KEPT)]
        form = FiguresForm(
            request.GET, by=request.user, years=years, may_narrow=_may_narrow(request)
        )
        try:
            period = form.period(today)
        except NoCalendar:
            return cls(request, form, None, ALL)
        return cls(request, form, period, form.narrowing(period))

    @property
    def is_kept(self) -> bool:
        """Tell whether the figures are those that are kept: of all, of a part that is kept."""
        return self.form.asked_part in KEPT and not self.narrowing.asks

    @property
    def kept_alike(self) -> dict[str, Any]:
        """Return which kept figures are of the time and the provider that are asked for."""
        return {
            "year": self.form.asked_year,
            "coverage": self.form.asked_part,
            "provider": self.form.kept.get("provider"),
        }

    @cached_property
    def _kept(self) -> dict[int, dict[str, Snapshot]]:
        rows = Snapshot.objects.as_user(self.request.user)
        return rows.of_two_years(self.form.asked_year, self.form.asked_part)

    def figures(
        self, measures: Iterable[Measure]
    ) -> tuple[dict[str, Snapshot], dict[str, FailedFigure | None]]:
        """Return the kept figures, or work them out; and what of them failed, by measure."""
        if self.is_kept or self.period is None:
            year, failed = self.form.asked_year, FailedFigure.objects.as_user(self.request.user)
            return self._kept[year], {**failed.of_part(year, self.form.asked_part)}
        found, why = tried(measures, self.period, self.narrowing)
        return found, dict.fromkeys(why)

    def year_before(self, measures: Collection[Measure]) -> dict[str, Snapshot]:
        """Return the figures of the year before: of a whole part that is over, else to the same day.

        What is not kept is worked out, on the page of one figure only.
        """
        if self.period is None or self.period.is_rolling:
            return {}
        year, as_of = self.period.year - 1, months_after(self.period.as_of, -MONTHS)
        if self.period.is_over and self.is_kept:
            return self._kept[year]
        if len(measures) > 1 or not _may_narrow(self.request):
            return {}
        try:
            earlier = Period.of(year, self.form.asked_part, as_of)
        except NoCalendar:
            return {}
        return tried(measures, earlier, self.form.narrowing(earlier))[0]

    def why_no_year_before(self, measures: Collection[Measure]) -> str:
        """Say why the year before does not stand beside a time that runs; nothing where it may."""
        if self.period is None or self.period.is_over:
            return ""
        if not _may_narrow(self.request):
            return NO_YEAR_BEFORE
        return ON_ITS_PAGE if len(measures) > 1 else ""

    @property
    def said(self) -> dict[str, Any]:
        """Return what each of the pages says of it."""
        kept = [
            (words, query_of(self.request, {name: None})) for name, words in self.form.kept_words
        ]
        return {
            "form": self.form,
            "kept": kept,
            "period": self.period.words if self.period else self._words,
        }

    @property
    def _words(self) -> str:
        return f"{part_label(self.form.asked_part)} {year_label(self.form.asked_year)}"


def _may_narrow(request: Request) -> bool:
    """Tell whether somebody may ask of any group: a small one tells of the children in it."""
    return _sees_small(request) and request.user.can(Permission.FIGURES_CHILDREN)


def _sees_small(request: Request) -> bool:
    return bool(request.user.roles & REACH_ALL)


class Tiles:
    """Figures with all that stands beside them, each read once for a page."""

    def __init__(self, asked: Asked, measures: Collection[Measure]) -> None:
        """Know what is asked for. What stands beside a figure is read where it is drawn."""
        self.asked, self.measures = asked, measures
        self.user, self.form = asked.request.user, asked.form
        self.sees_small, self.limits = _sees_small(asked.request), Limits.in_force()

    @cached_property
    def _figures(self) -> tuple[dict[str, Snapshot], dict[str, FailedFigure | None]]:
        return self.asked.figures(self.measures)

    @property
    def figures(self) -> dict[str, Snapshot]:
        """Return the figures by slug."""
        return self._figures[0]

    @property
    def failed(self) -> dict[str, FailedFigure | None]:
        """Return what could not be worked out, by slug: of kept figures as written down."""
        return self._figures[1]

    @cached_property
    def year_before(self) -> dict[str, Snapshot]:
        """Return the figures of the year before."""
        return self.asked.year_before(self.measures)

    @cached_property
    def published(self) -> list[Comparator]:
        """Return what is published for the same part of a year."""
        rows = Comparator.objects.as_user(self.user)
        return list(rows.filter(coverage=self.form.asked_part))

    @cached_property
    def targets(self) -> dict[str, Target]:
        """Return the targets: they are of the whole borough and of a year."""
        if self.is_part or self.form.asked_part == ROLLING:
            return {}
        return Target.objects.as_user(self.user).of_year(self.form.asked_year)

    @cached_property
    def terms(self) -> dict[str, list[Snapshot]]:
        """Return the terms of this year and the one before, which are kept for headlines."""
        if self.is_part:
            return {}
        return Snapshot.objects.as_user(self.user).of_terms(self.form.asked_year)

    def of(self, measure: Measure) -> dict[str, Any]:
        """Return what is drawn of a figure."""
        figure = self.figures.get(measure.slug)
        rule = self._withheld_by(measure, self.figures)
        is_shown = figure is not None and rule is None
        target = self.targets.get(measure.slug)
        goal = target.value if target else None if self.is_part else measure.target
        comparison = compare(
            measure, figure if is_shown else None, self.published, is_part=self.is_part
        )
        before = self.year_before.get(measure.slug)
        return {
            "measure": measure,
            "snapshot": figure,
            "is_shown": is_shown,
            "why_hidden": rule.words(self.limits, of_children=measure.is_of_children)
            if rule
            else "",
            "has_failed": measure.slug in self.failed,
            "failure": self.failed.get(measure.slug),
            "comparison": comparison,
            "target": target,
            "goal": goal,
            "gap": gap(goal, figure, measure.sign) if figure and goal is not None else "",
            "coverage": self._coverage(measure, figure) if figure and is_shown else "",
            "beside": self._apart(figure) if figure and is_shown else [],
            "published_for": measure.published.school_type if measure.published else "",
            "why_not": self._why_not(measure),
            "sentence": in_a_sentence(measure, figure, comparison) if is_shown and figure else "",
            "interval": interval_of(measure, figure) if is_shown and figure else None,
            "why_no_interval": why_no_interval(measure, figure) if is_shown and figure else "",
            "before": before if is_shown and self._has_value(measure, self.year_before) else None,
            "why_no_before": self.asked.why_no_year_before(self.measures),
            "terms": (terms := self.course(measure)),
            "bars": [Bar(_term(row), row.value) for row in terms],
        }

    @property
    def is_part(self) -> bool:
        """Tell whether the figures are of a part of the borough."""
        return bool(self.asked.narrowing.asks)

    def _withheld_by(self, measure: Measure, figures: Mapping[str, Snapshot]) -> Rule | None:
        """Return what withholds a figure from this person, among the figures of one time."""
        figure = figures.get(measure.slug)
        if self.sees_small or figure is None:
            return None
        return withheld_by(measure, figure, figures, self.limits)

    def _why_not(self, measure: Measure) -> str:
        period = self.asked.period
        return measure.why_not(period, self.asked.narrowing) if period else ""

    def _apart(self, figure: Snapshot) -> list[tuple[str, str]]:
        """Return what was counted apart: in progress, not known, left out."""
        if self.sees_small:
            return counted_apart(figure, (), 0)
        hidden = hidden_apart(figure, self.figures, self.limits)
        return counted_apart(figure, hidden, self.limits.smallest)

    def _coverage(self, measure: Measure, figure: Snapshot) -> str:
        """Say of how many units it is known, unless the rest is a count that is not told."""
        unknown = figure.counts.get(NOT_KNOWN)
        told = dict(self._apart(figure)).get(NOT_KNOWN, "0")
        if unknown is None or told != f"{unknown:,}":
            return ""
        whole = figure.denominator + unknown
        return f"Known for {figure.denominator:,} of {whole:,} {measure.unit_words}."

    def course(self, measure: Measure) -> list[Snapshot]:
        """Return the terms of a headline that this person may see.

        The two terms together are a figure of their own: less the one term, it is the other. So
        where one of them is not shown, neither is.
        """
        return [row for row, rule in self._terms_of(measure) if rule is None]

    def report_of_terms(self, measure: Measure) -> list[tuple[str, Any]]:
        """Return the disclosure report of the terms."""
        rows = self._terms_of(measure)
        withheld = {_term(row): rule for row, rule in rows if rule}
        as_at = max((row.as_of for row, _ in rows), default=None)
        return report(
            len(rows) - len(withheld),
            withheld,
            self.limits,
            f"Counted up to {day(as_at)}" if as_at else "Nothing is counted yet",
            method=NOTHING_HIDDEN if self.sees_small else METHOD_OF_FIGURES,
        )

    def _terms_of(self, measure: Measure) -> list[tuple[Snapshot, Rule | None]]:
        """Return each term of which anything is counted, and what withholds it."""
        rows = self.terms.get(measure.slug, [])
        rules = {row.pk: self._withheld_by(measure, {measure.slug: row}) for row in rows}
        untold = {
            row.year: rules[row.pk] for row in rows if row.coverage in PAIR and rules[row.pk]
        }
        return [
            (row, untold.get(row.year) if row.coverage in PAIR else rules[row.pk])
            for row in rows
            if row.value is not None
        ]

    def _has_value(self, measure: Measure, figures: Mapping[str, Snapshot]) -> bool:
        figure = figures.get(measure.slug)
        return (
            figure is not None
            and figure.value is not None
            and self._withheld_by(measure, figures) is None
        )


def _term(row: Snapshot) -> str:
    return f"{part_label(row.coverage).removesuffix(' term')} {year_label(row.year)}"


@requires(Permission.FIGURES_VIEW)
def dashboard(request: Request) -> HttpResponse:
    """Show every figure of the chosen time and group beside what is published."""
    asked = Asked.of(request)
    tiles = Tiles(asked, REGISTRY.values())
    drawn = [tiles.of(measure) for measure in REGISTRY.values()]
    return render(
        request,
        "reporting/dashboard.html",
        {
            "title": "Figures",
            "headlines": [tile for tile in drawn if tile["measure"].is_headline],
            "groups": [
                {"title": title, "tiles": [t for t in drawn if t["measure"] in measures]}
                for title, measures in by_priority()
            ],
            **asked.said,
        },
    )


def find_measure(slug: str) -> Measure:
    """Return a measure by its name in the address, or raise Http404."""
    if slug not in REGISTRY:
        raise Http404
    return REGISTRY[slug]


@requires(Permission.FIGURES_VIEW)
def measure(request: Request, slug: str) -> HttpResponse:
    """Show how a figure is worked out."""
    found, asked = find_measure(slug), Asked.of(request)
    return render(
        request,
        "reporting/measure.html",
        {
            "title": found.title,
            "tile": Tiles(asked, [found]).of(found),
            "sees_children": request.user.can(Permission.FIGURES_CHILDREN),
            **asked.said,
        },
    )


@requires(Permission.FIGURES_VIEW)
def dictionary(request: Request) -> HttpResponse:
    """Show what every figure counts, by the strategy's priorities."""
    return render(
        request,
        "reporting/dictionary.html",
        {"title": "Dictionary of the figures", "groups": by_priority()},
    )


@requires(Permission.FIGURES_VIEW)
def terms(request: Request, slug: str) -> HttpResponse:
    """Export a headline term by term, as its page shows it."""
    found, asked = find_measure(slug), Asked.of(request)
    tiles = Tiles(asked, [found])
    rows, told = tiles.course(found), report_lines(tiles.report_of_terms(found))
    heads = ("Term", found.numerator_words, found.denominator_words, "Share (%)", "Is over")
    lines = [
        (_term(row), row.numerator, row.denominator, one_decimal(row.value), row.is_over)
        for row in rows
    ]
    content = csv_of(heads, [*lines, *told])
    return attachment(content, "text/csv; charset=utf-8", f"{slug}-terms.csv")
