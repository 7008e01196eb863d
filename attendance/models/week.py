"""Weekly totals of marks: kept by the database, in the transaction that writes a mark.

Figures read these, where reading every mark would take ten times as long. Triggers add the
difference that a statement makes; they never recompute, because two people who save at once would
then each overlook the other's marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import ExtractYear

from accounts.models import Organisation
from apsystem.lib.calendar import SEPTEMBER, monday_of
from attendance.models.code import (
    ABSENT_KINDS,
    LATE,
    POSSIBLE_KINDS,
    PRESENT_KINDS,
    Kind,
)
from placements.models import Placement
from pupils.models import ChildQuerySet, Reach

WEEK = timedelta(days=7)
COUNTED = ("present", "authorised", "unauthorised", "late", "not_possible")


def _of(kinds: Sequence[Kind]) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


# What one mark counts as. The class of a code is read from the table of codes, nowhere else.
AUTHORISED, UNAUTHORISED = ABSENT_KINDS
COUNTS = f"""
    coalesce(sum(n) FILTER (WHERE kind IN ({_of(PRESENT_KINDS)})), 0) AS present,
    coalesce(sum(n) FILTER (WHERE kind = '{AUTHORISED.value}'), 0) AS authorised,
    coalesce(sum(n) FILTER (WHERE kind = '{UNAUTHORISED.value}'), 0) AS unauthorised,
    coalesce(sum(n) FILTER (WHERE code.code = '{LATE}'), 0) AS late,
    coalesce(sum(n) FILTER (WHERE kind NOT IN ({_of(POSSIBLE_KINDS)})), 0) AS not_possible
"""
MONDAY = "mark.date - mod(mark.date - DATE '2000-01-03', 7)"
COLUMNS = ", ".join(COUNTED)
# First the weeks of the touched providers are locked in one order: a transaction that writes new
# marks, then amends others, holds all it will need, and two of them never wait for each other.
ADD = f"""
    PERFORM 1 FROM attendance_weektotal AS total
    JOIN (
        SELECT DISTINCT provider_id, {MONDAY} AS week,
            (extract(year FROM {MONDAY})
             - (extract(month FROM {MONDAY}) < {SEPTEMBER})::int)::smallint AS year
        FROM (%s) AS mark
        JOIN placements_placement AS placement ON placement.id = mark.placement_id
    ) AS touched USING (provider_id, year, week)
    ORDER BY total.placement_id, total.week
    FOR NO KEY UPDATE OF total;

    INSERT INTO attendance_weektotal AS total (placement_id, provider_id, week, {COLUMNS})
    SELECT mark.placement_id, placement.provider_id, {MONDAY}, {COUNTS}
    FROM (%s) AS mark
    JOIN attendance_code AS code ON code.code = mark.code
    JOIN placements_placement AS placement ON placement.id = mark.placement_id
    GROUP BY 1, 2, 3
    ORDER BY 1, 3
    ON CONFLICT (placement_id, week) DO UPDATE SET
        {", ".join(f"{name} = total.{name} + excluded.{name}" for name in COUNTED)};
    RETURN NULL;
"""  # noqa: S608 - the names are constants
ADDED = "SELECT placement_id, date, code, 1 AS n FROM added"
REMOVED = "SELECT placement_id, date, code, -1 AS n FROM removed"


def _keeping(
    name: str, operation: pgtrigger.Operation, rows: str, **tables: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"weeks_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        func=ADD % (rows, rows),
    )


# A mark that is moved to another placement or day is one removed there and one added here.
KEEP_WEEKS = [
    _keeping("insert", pgtrigger.Insert, ADDED, new="added"),
    _keeping("delete", pgtrigger.Delete, REMOVED, old="removed"),
    _keeping(
        "update", pgtrigger.Update, f"{ADDED} UNION ALL {REMOVED}", new="added", old="removed"
    ),
]


@dataclass(frozen=True)
class Window:
    """Days from start up to, not on, end: the whole weeks among them, and the days left over.

    A week in which one of the `cuts` lies is no whole week: what lies before the cut is not to be
    mixed with what lies after it.
    """

    first: date  # the Monday of the first whole week
    last: date  # the Monday after the last one
    broken: list[date]  # Mondays between them whose weeks are read day by day
    days: list[date]

    @classmethod
    def of(cls, start: date, end: date, cuts: Sequence[date] = ()) -> Self:
        """Divide the days."""
        first, last = monday_of(start + WEEK - timedelta(days=1)), monday_of(end)
        last = max(first, last)
        inside = {monday_of(cut) for cut in cuts if cut != monday_of(cut)}
        broken = sorted(monday for monday in inside if first <= monday < last)
        days = [*_days(start, min(first, end)), *_days(max(last, start), end)]
        for monday in broken:
            days += _days(monday, monday + WEEK)
        return cls(first, last, broken, sorted(set(days)))


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days)]


class WeekTotalQuerySet(ChildQuerySet):
    """Weekly totals. Only those who reach every child read them.

    A week may lie on both sides of the day on which a child came or left, so schools and
    providers are given sums of the marks within their reach instead.
    """

    reach = Reach(pupil="placement__pupil")


class WeekTotal(models.Model):
    """What the marks of one placement add up to in one week, which its Monday names.

    Written by triggers only. Possible sessions are present, authorised and unauthorised together;
    `late` is a part of present. A wrong total must never keep a person from saving a register, so
    nothing here refuses a number: `verify_rollups` compares every night.
    """

    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="week_totals", db_index=False
    )
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    week = models.DateField()
    year = models.GeneratedField(
        expression=ExtractYear("week") - Case(When(week__month__lt=SEPTEMBER, then=1), default=0),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    present = models.SmallIntegerField()
    authorised = models.SmallIntegerField()
    unauthorised = models.SmallIntegerField()
    late = models.SmallIntegerField()
    not_possible = models.SmallIntegerField()

    objects = WeekTotalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "week"],
                name="attendance_weektotal_one_for_a_week",
                violation_error_message="This week is added up already.",
            ),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1),
                name="attendance_weektotal_week_is_its_monday",
                violation_error_message="A week is named by its Monday.",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "year", "week"], name="attendance_weeks_of_provider"),
            models.Index(fields=["week"], name="attendance_weeks"),
        ]

    def __str__(self) -> str:
        return f"Week from {self.week.day} {self.week:%B %Y}: {self.possible} possible sessions"

    @property
    def possible(self) -> int:
        """Return the sessions that count."""
        return self.present + self.authorised + self.unauthorised
