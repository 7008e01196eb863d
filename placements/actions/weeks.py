"""Weeks in which a placement expects the pupil at some of its sessions only."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from apsystem.lib.calendar import FRIDAY, SESSIONS_A_DAY, monday_of
from placements.models import Placement, WeekPattern

ONE_WEEK = timedelta(weeks=1)
Weeks = Mapping[date, tuple[int, str]]  # by the Monday: the sessions, and which week it is


@transaction.atomic
def set_weeks(placement: Placement, weeks: Weeks) -> None:
    """Set the sessions of this week and of later ones; what is not named has the usual ones again.

    Weeks that are over stay as they were. On days of this week that are over, sessions are taken
    off and never added: nobody is asked afterwards for a mark of a day that has passed. Marks stay.
    It follows an action of a higher app, which has asked whether the person may.
    """
    fresh = Placement.objects.select_for_update(of=("self",)).get(pk=placement.pk)
    first = monday_of(localdate())
    before = {row.monday: row for row in fresh.week_patterns.from_week(first)}
    for monday in sorted(before.keys() | {monday for monday in weeks if monday >= first}):
        _set(fresh, monday, before.get(monday), weeks)


def _set(placement: Placement, monday: date, row: WeekPattern | None, weeks: Weeks) -> None:
    usual, words = placement.sessions, row.words if row else ""
    sessions, words = weeks.get(monday, (usual, words))
    was = row.sessions if row else usual
    over = days_over(monday)
    sessions = sessions & usual & (~over | was)
    if not _lies_in(placement, monday) or (monday not in weeks and sessions == usual):
        if row:
            row.delete()
        return
    row = row or WeekPattern(placement=placement, monday=monday)
    if (row.sessions, row.words) != (sessions, words):
        row.sessions, row.words = sessions, words
        row.full_clean()
        row.save()


def days_over(monday: date) -> int:
    """Return the sessions of a week whose days have passed: none of a week to come."""
    passed = (localdate() - monday).days
    return (1 << min(max(passed, 0), FRIDAY + 1) * SESSIONS_A_DAY) - 1


def _lies_in(placement: Placement, monday: date) -> bool:
    ends_on = placement.ends_on or date.max
    return placement.starts_on < monday + ONE_WEEK and monday < ends_on
