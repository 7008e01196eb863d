"""Statistics of attendance for groups: DfE's way, and one child across settings.

DfE's unit is the enrolment: one child at one provider in one academic year, with the exclusions of
`kpis.attendance`. Across settings the unit is the child: all marks count, wherever they were made.
Sessions are added up first; a rate is one division; thresholds are exact fractions of one unit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from accounts.models import User
from accounts.permissions import REACH_ALL
from attendance.models import Mark
from pupils.models.codes import CareKind
from reporting.kpis.arithmetic import rate
from reporting.kpis.attendance import COUNTED, definition
from reporting.kpis.sessions import COUNTS, Sql, named, sessions, sessions_of
from reporting.kpis.span import Span
from reporting.kpis.sums import Sums

ALL_MARKS = "placement.status <> %(cancelled)s"
SUMS = ", ".join(f"sum({name})::int AS {name}" for name in COUNTS)
# The first in this order of what was in force on a day of the span.
CARE = """coalesce((
            SELECT care.kind FROM pupils_carestatus AS care
            WHERE care.pupil_id = pupil.id AND care.starts_on < %(care_until)s
              AND (care.ends_on IS NULL OR care.ends_on > %(care_from)s)
            ORDER BY array_position(%(care_order)s::text[], care.kind::text) LIMIT 1
        ), '')"""
PLACEMENTS = f"""
    WITH summed AS (
        SELECT placement_id, day >= %(summer)s AS is_late, {SUMS}
        FROM ({{sessions}}) AS session
        GROUP BY 1, 2
    )
    SELECT placement.id, placement.pupil_id, placement.provider_id, placement.home_school_id,
        placement.tier, %(year)s - pupil.starts_year_1 + 1, pupil.sex, pupil.sen_provision,
        pupil.has_free_meals, {CARE}, {SUMS}
    FROM summed
    JOIN placements_placement AS placement ON placement.id = summed.placement_id
    JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    WHERE {{counted}}
    GROUP BY placement.id, pupil.id
    ORDER BY 1
"""  # noqa: S608 - the parts are constants
OVER_TIME = f"""
    SELECT {{bucket}} AS bucket, {SUMS}
    FROM ({{sessions}}) AS session
    JOIN placements_placement AS placement ON placement.id = session.placement_id
    JOIN pupils_pupil AS pupil ON pupil.id = placement.pupil_id
    WHERE session.placement_id = ANY(%(placements)s)
      AND NOT (%(leaves_out)s AND day >= %(summer)s AND pupil.starts_year_1 = %(first_cohort)s)
    GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - the parts are constants
BY_WEEK = "day - mod(day - DATE '2000-01-03', 7)"
BY_HALF_TERM = "width_bucket(day, %(half_terms)s::date[])"
REASONS = """
    SELECT mark.code, count(*)
    FROM attendance_mark AS mark
    JOIN pupils_pupil AS pupil ON pupil.id = mark.pupil_id
    WHERE mark.placement_id = ANY(%(placements)s)
      AND mark.date >= %(start)s AND mark.date < %(until)s
      AND NOT (%(leaves_out)s AND date >= %(summer)s AND pupil.starts_year_1 = %(first_cohort)s)
"""


class View(StrEnum):
    """Which of the two ways of counting."""

    DFE = "dfe"
    CHILD = "child"


VIEW_LABELS = {
    View.DFE: "DfE's way: an enrolment at one provider",
    View.CHILD: "One child across settings",
}


class Line(NamedTuple):
    """The sums of one placement."""

    placement: int
    pupil: int
    provider: int
    school: int
    tier: int
    year_group: int
    sex: str
    sen: str
    meals: bool
    care: str
    present: int
    authorised: int
    unauthorised: int
    late: int
    not_possible: int


@dataclass
class Group(Sums):
    """A group's sessions, and its units: enrolments or children with possible sessions."""

    key: Any = None
    units: int = 0
    persistent: int = 0
    severe: int = 0
    pupils: set[int] = field(default_factory=set)

    def take(self, unit: Sums, pupil: int) -> None:
        """Count a unit in. One without possible sessions has no rate and is none."""
        self.add(unit)
        if unit.possible:
            self.units += 1
            self.pupils.add(pupil)
            self.persistent += unit.is_persistent
            self.severe += unit.is_severe

    @property
    def children(self) -> int:
        """Return how many children have possible sessions in the group."""
        return len(self.pupils)

    @property
    def persistent_rate(self) -> Decimal | None:
        """Return the units that missed a tenth or more, of 100."""
        return rate(self.persistent, self.units)

    @property
    def severe_rate(self) -> Decimal | None:
        """Return the units that missed half or more, of 100."""
        return rate(self.severe, self.units)


class Statistics:
    """What a person may see of a span: its groups, its course and its reasons. Three queries."""

    def __init__(self, user: User, span: Span, view: View, **narrowing: Any) -> None:
        """Read the sums of each placement within reach. One query; the others follow when asked.

        `narrowing` names values of the dimensions, as `groups` does.
        """
        self.span, self.view = span, view
        self.marks = None if user.roles & REACH_ALL else Mark.objects.as_user(user)
        self.params = definition(span)
        asked = {name: value for name, value in narrowing.items() if value is not None}
        self.lines = [
            line
            for line in self._lines()
            if all(getattr(line, name) == value for name, value in asked.items())
        ]

    def _sessions(self) -> Sql:
        span = self.span
        cuts = [span.summer, *(row.starts_on for row in span.half_terms)]
        if self.marks is None:
            return sessions(span.start, span.until, cuts)
        return sessions_of(self.marks, span.start, span.until)

    def _lines(self) -> list[Line]:
        read, is_dfe = self._sessions(), self.view == View.DFE
        text = PLACEMENTS.format(sessions=read.text, counted=COUNTED if is_dfe else ALL_MARKS)
        care = {
            "care_from": self.span.start,
            "care_until": self.span.until,
            "care_order": CareKind.values,
        }
        lines = [Line(*row) for row in _run(text, {**self.params, **read.params, **care})]
        return _as_enrolments(lines) if is_dfe else lines

    def groups(self, by: str) -> list[Group]:
        """Return the groups of a dimension: a name of `Line`, from provider to care."""
        return _grouped(self.lines, lambda line: getattr(line, by), self._unit)

    @property
    def total(self) -> Group:
        """Return all of them together."""
        found = _grouped(self.lines, lambda line: None, self._unit)
        return found[0] if found else Group()

    def _unit(self, line: Line) -> tuple[int, ...]:
        is_dfe = self.view == View.DFE
        return (line.pupil, line.provider) if is_dfe else (line.pupil,)

    def by_week(self) -> list[tuple[Any, Sums]]:
        """Return the sums of each week, named by its Monday. One query."""
        found = self._over_time(BY_WEEK)
        return [(monday, found.get(monday, Sums())) for monday in self.span.weeks or sorted(found)]

    def by_half_term(self) -> list[tuple[Any, Sums]]:
        """Return the sums of each half term that has begun. One query."""
        if not self.span.within:
            return []
        starts = [row.starts_on for row in self.span.half_terms]
        found = self._over_time(BY_HALF_TERM, half_terms=starts)
        return [
            (row, found.get(starts.index(row.starts_on) + 1, Sums())) for row in self.span.within
        ]

    def _over_time(self, bucket: str, **params: Any) -> dict[Any, Sums]:
        read = self._sessions()
        rows = _run(
            OVER_TIME.format(bucket=bucket, sessions=read.text),
            {**self.params, **read.params, **self._chosen(), **params},
        )
        return {key: Sums(*counts) for key, *counts in rows}

    def reasons(self) -> dict[str, int]:
        """Return how often each code was written. One query, which reads the marks."""
        text, params = REASONS, {"start": self.span.start, "until": self.span.until}
        if self.marks is not None:
            try:
                within = named(self.marks.values("pk"), "mark")
            except EmptyResultSet:  # the person reaches no mark
                return {}
            text, params = f"{text} AND mark.id IN ({within.text})", {**params, **within.params}
        text = f"{text} GROUP BY 1"
        return dict(_run(text, {**self.params, **self._chosen(), **params}))

    def _chosen(self) -> dict[str, Any]:
        return {
            "placements": [line.placement for line in self.lines],
            "leaves_out": self.view == View.DFE,
        }


def _as_enrolments(lines: list[Line]) -> list[Line]:
    """Give the placements of one enrolment one school and tier, as the measures do."""
    highest: dict[tuple[int, int], tuple[int, int]] = {}
    for line in lines:
        school, tier = highest.get((line.pupil, line.provider), (0, 0))
        highest[line.pupil, line.provider] = max(school, line.school), max(tier, line.tier)
    return [
        line._replace(school=school, tier=tier)
        for line in lines
        for school, tier in [highest[line.pupil, line.provider]]
    ]


def _grouped(
    lines: Iterable[Line],
    key_of: Callable[[Line], Any],
    unit_of: Callable[[Line], tuple[int, ...]],
) -> list[Group]:
    units: dict[tuple[Any, tuple[int, ...]], Sums] = {}
    for line in lines:
        units.setdefault((key_of(line), unit_of(line)), Sums()).add(line)
    groups: dict[Any, Group] = {}
    for (key, unit), sums in units.items():
        groups.setdefault(key, Group(key=key)).take(sums, unit[0])
    return list(groups.values())


def _run(sql: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
