"""Marks of the demo borough: levels and patterns like those that DfE publishes for AP.

About 58 of 100 possible sessions attended, four of five enrolments persistently absent, a little
more authorised than unauthorised absence, Mondays and Fridays weaker than the other days.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from accounts.models.calendar import school_days_at
from apsystem.lib.calendar import session_bit
from attendance.actions.loading import Row
from attendance.models import PartTimeTimetable
from placements.models import Placement

AUTHORISED = (["I", "M", "E", "C", "R"], [60, 12, 10, 16, 2])
UNAUTHORISED = (["O", "N", "U", "G"], [70, 10, 16, 4])
OTHER = (["B", "V", "W", "L"], [3, 2, 2, 8])
NOT_POSSIBLE = (["Y1", "Q", "D"], [5, 3, 2])
WEAK_DAYS = {0: 0.09, 4: 0.11}
SHARE_AUTHORISED = 0.535
NOT_KNOWN_FOR = 9  # school days: nearly every N was replaced in time


def marks(placements: list[Placement], today: date, seed: int) -> Iterator[Row]:
    """Return the marks of these placements for every school day before today, in order of days.

    The calendar is read here, before the first mark: whoever takes the marks is copying them into
    the database and cannot ask it anything meanwhile.
    """
    days = school_days_at(None, min(row.starts_on for row in placements), today)
    part_time = defaultdict(list)
    for row in PartTimeTimetable.objects.all():
        part_time[row.placement_id].append(row)
    return _marks(placements, days, part_time, random.Random(seed + 1))  # noqa: S311 - a story, not a secret


def _marks(
    placements: list[Placement],
    days: list[date],
    part_time: dict[int, list[PartTimeTimetable]],
    chance: random.Random,
) -> Iterator[Row]:
    levels = {row.pk: min(0.99, chance.betavariate(2.3, 1.35)) for row in placements}
    reasons = {row.pk: chance.betavariate(2.2, 1.9) for row in placements}
    lately = days[-NOT_KNOWN_FOR:][0] if days else None
    for day in days:
        for row in placements:
            if row.starts_on <= day and (row.ends_on is None or day < row.ends_on):
                asked = row.sessions
                for timetable in part_time.get(row.pk, []):
                    if timetable.starts_on <= day < timetable.ends_on:
                        asked &= timetable.sessions
                level = (levels[row.pk], reasons[row.pk])
                for place, on, session, code in _day(chance, row.pk, asked, day, level):
                    is_old = code == "N" and lately and on < lately
                    yield place, on, session, "O" if is_old else code


def _day(
    chance: random.Random, pk: int, asked: int, day: date, leanings: tuple[float, float]
) -> Iterator[Row]:
    level, reason = leanings
    comes = chance.random() < level - WEAK_DAYS.get(day.weekday(), 0)
    for session in (0, 1):
        if not asked & session_bit(day, session):
            continue
        draw = chance.random()
        if draw < 0.004:
            continue
        if draw < 0.012:
            code = chance.choices(*NOT_POSSIBLE)[0]
        elif comes and draw < 0.96:
            code = "/\\"[session] if chance.random() < 0.9 else chance.choices(*OTHER)[0]
        else:
            is_authorised = chance.random() < SHARE_AUTHORISED * 2 * reason
            code = chance.choices(*(AUTHORISED if is_authorised else UNAUTHORISED))[0]
        yield pk, day, session, code
