"""Statistics of attendance for groups of children, and the file that holds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL, Permission
from apsystem.lib.charts import Bar
from apsystem.lib.exports import csv_of
from apsystem.lib.gds import day, query_of
from apsystem.lib.pages import attachment
from attendance.models import Code
from pupils.models.codes import SenProvision, Sex
from referrals.models import Tier
from reporting.forms.asked import CARE, DIMENSION_LABELS, MEALS, NO_CARE, StatisticsForm
from reporting.kpis.compare import beside
from reporting.kpis.disclosure import HIDDEN, hidden_places
from reporting.kpis.span import Span, years_entered
from reporting.kpis.statistics import VIEW_LABELS, Group, Statistics, View
from reporting.kpis.sums import Sums, reasons_of
from reporting.models import Comparator

TENTH = Decimal("0.1")
HEADS = [
    *("Period", "Counted", "Group", "Children", "Counted units", "Possible sessions", "Attended"),
    *("Authorised absence", "Unauthorised absence", "Late", "Attendance (%)"),
    *("Overall absence (%)", "Authorised absence (%)", "Unauthorised absence (%)"),
    *("Persistently absent", "Persistently absent (%)", "Severely absent", "Severely absent (%)"),
]


@dataclass(frozen=True)
class Asked:
    """What the address asks for, read once."""

    user: User
    form: StatisticsForm
    span: Span
    view: View
    by: str
    found: Statistics

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """Read the address, and the sums within the person's reach."""
        today = localdate()
        form = StatisticsForm(request.GET, by=request.user, years=years_entered(today))
        span = form.span(today)
        view = View(form.chosen("view", View.DFE))
        by = form.chosen("by", "provider")
        found = Statistics(request.user, span, view, **form.narrowing)
        return cls(request.user, form, span, view, by, found)

    def groups(self) -> list[tuple[str, str, Group]]:
        """Return the groups with their names and what the address calls them, by name."""
        groups = [group for group in self.found.groups(self.by) if group.possible]
        names = _names(self.user, self.by, [group.key for group in groups])
        named = [(*names[group.key], group) for group in groups]
        return sorted(
            named, key=lambda row: (len(row[0]) if self.by == "year_group" else 0, row[0])
        )


NAMES: dict[str, Callable[[Any], tuple[str, str]]] = {
    "tier": lambda key: (Tier(key).label, str(key)),
    "year_group": lambda key: (f"Year {key}", str(key)),
    "sex": lambda key: (Sex(key).label, key),
    "sen": lambda key: (SenProvision(key).label, key),
    "meals": lambda key: (dict(MEALS)["yes" if key else "no"], "yes" if key else "no"),
    "care": lambda key: (dict(CARE)[key or NO_CARE], key or NO_CARE),
}


def _names(user: User, by: str, keys: Sequence[Any]) -> dict[Any, tuple[str, str]]:
    """Return of each group its name, and what the address calls it."""
    if by in NAMES:
        return {key: NAMES[by](key) for key in keys}
    rows = Organisation.objects.as_user(user).in_bulk(keys)
    return {row.pk: (row.name, str(row.uid)) for row in rows.values()}


def course_of(rows: Sequence[tuple[Any, Sums]]) -> list[tuple[str, Sums, Bar]]:
    """Return what is drawn of a course: name, sums and bar of each week or half term."""
    return [
        (label, sums, Bar(label, sums.attendance))
        for key, sums in rows
        for label in [getattr(key, "name", "") or day(key)]
    ]


@requires(Permission.STATISTICS_VIEW)
def statistics(request: Request) -> HttpResponse:
    """Show attendance and absence of groups, their reasons and their course."""
    asked = Asked.of(request)
    found, form = asked.found, asked.form
    total = found.total
    course = course_of(found.by_week() if form.is_by_week else found.by_half_term())
    published = Comparator.objects.as_user(request.user).filter(coverage=asked.span.coverage)
    is_dfe = asked.view == View.DFE
    return render(
        request,
        "reporting/statistics.html",
        {
            "title": "Statistics of attendance",
            "form": form,
            "span": asked.span,
            "view_label": VIEW_LABELS[asked.view],
            "is_dfe": is_dfe,
            "unit": "enrolments" if is_dfe else "children",
            "dimension": DIMENSION_LABELS[asked.by],
            "by": asked.by,
            "groups": [
                (name, query_of(request, {asked.by: key, "by": _next(asked.by)}), group)
                for name, key, group in asked.groups()
            ],
            "total": total,
            "kept": [
                (_kept_words(name, value), query_of(request, {name: None}))
                for name, value in form.kept.items()
            ],
            "sees_all": bool(request.user.roles & REACH_ALL),
            "reasons": reasons_of(
                found.reasons(), total.possible, Code.objects.as_user(request.user)
            ),
            "course": course,
            "bars": [bar for *_, bar in course],
            "beside": beside(total, asked.span, published) if is_dfe else None,
        },
    )


def _next(by: str) -> str:
    """Return by what the children of one group are grouped in turn."""
    return "year_group" if by == "provider" else "provider"


def _kept_words(name: str, value: Any) -> str:
    if name in {"meals", "care"}:
        return f"{DIMENSION_LABELS[name]}: {dict(MEALS + CARE)[value].lower()}"
    return NAMES[name](value)[0] if name in NAMES else str(value)


@requires(Permission.STATISTICS_VIEW)
def export(request: Request) -> HttpResponse:
    """Export the groups. Small counts are hidden: a file goes where the service cannot follow."""
    asked = Asked.of(request)
    rows = [(name, group) for name, _, group in asked.groups()]
    content = csv_of(HEADS, _lines(rows, asked))
    name = f"attendance-{asked.span.year}-{asked.span.part.replace(' ', '-')}"
    return attachment(content, "text/csv; charset=utf-8", f"{name}.csv")


def _lines(rows: list[tuple[str, Group]], asked: Asked) -> list[list[Any]]:
    smallest = settings.SMALLEST_COUNT
    groups = [group for _, group in rows]
    whole = hidden_places([group.children for group in groups], smallest)
    persistent = hidden_places([group.persistent for group in groups], smallest, whole)
    severe = hidden_places([group.severe for group in groups], smallest, whole)
    named = [
        (name, group, Hidden(place in whole, place in persistent, place in severe))
        for place, (name, group) in enumerate(rows)
    ]
    total = asked.found.total
    small = (0 < count < smallest for count in (total.children, total.persistent, total.severe))
    named.append(("All", total, Hidden(*small)))
    about = [asked.span.words, VIEW_LABELS[asked.view]]
    return [[*about, *_cells(*row)] for row in named]


class Hidden(NamedTuple):
    """Which cells of a row are hidden."""

    everything: bool
    persistent: bool
    severe: bool


def _cells(name: str, group: Group, hidden: Hidden) -> list[Any]:
    if hidden.everything:
        return [name, *[HIDDEN] * (len(HEADS) - 3)]
    rates = (group.attendance, group.overall, group.with_leave, group.without_leave)
    persistent = [group.persistent, _tenths(group.persistent_rate)]
    severe = [group.severe, _tenths(group.severe_rate)]
    return [
        *(name, group.children, group.units, group.possible, group.present),
        *(group.authorised, group.unauthorised, group.late),
        *map(_tenths, rates),
        *([HIDDEN, HIDDEN] if hidden.persistent else persistent),
        *([HIDDEN, HIDDEN] if hidden.severe else severe),
    ]


def _tenths(value: Decimal | None) -> Decimal | str:
    """Write a rate with one decimal, halves up; z, not applicable, where there is none."""
    return "z" if value is None else value.quantize(TENTH, ROUND_HALF_UP)
