"""Registers and what they cost: the sessions of each placement, walked through day by day."""

from datetime import timedelta
from decimal import Decimal

from accounts.models import Closure, HalfTerm
from apsystem.lib.calendar import bank_holidays
from attendance.models import Mark, PartTimeTimetable
from placements.models import Pause, Rate, WeekPattern
from tests.reporting.recount.rows import ONE_DAY, Unit, exported, is_placed, kept, placements

NOT_EXPECTED = "Sessions of the pattern that were not expected, left out"
NOT_ASKED = "Marks at sessions that nobody expected, in neither number"
WITHOUT_RATE = "Placements without a rate, left out"
ATTENDED = set("/\\LKVPWB")


def days(first, until):
    while first < until:
        yield first
        first += ONE_DAY


@kept
def school_days():
    """Return the weekdays of term that are no bank holiday and closed nowhere at once."""
    shut = set(bank_holidays())
    for row in exported(Closure, "organisation_id", "starts_on", "ends_on"):
        if row["organisation_id"] is None:
            shut |= set(days(row["starts_on"], row["ends_on"]))
    return {
        day
        for half in exported(HalfTerm, "year", "number", "starts_on", "ends_on")
        for day in days(half["starts_on"], half["ends_on"])
        if day.weekday() < 5 and day not in shut
    }


@kept
def closed_days():
    """Return which provider is closed on which day of its own."""
    rows = exported(Closure, "organisation_id", "starts_on", "ends_on")
    return {
        (row["organisation_id"], day)
        for row in rows
        for day in days(row["starts_on"], row["ends_on"])
    }


@kept
def set_for_a_week():
    rows = exported(WeekPattern, "placement_id", "monday", "sessions")
    return {(row["placement_id"], row["monday"]): row["sessions"] for row in rows}


def of_placement(model, placement, *names):
    rows = exported(model, "placement_id", "starts_on", "ends_on", *names)
    return [row for row in rows if row["placement_id"] == placement]


def covering(rows, day):
    return [
        row
        for row in rows
        if row["starts_on"] <= day and (row["ends_on"] is None or day < row["ends_on"])
    ]


def sessions_of(pattern, day):
    """Return the sessions of a weekday: bits from Monday morning on, two for each day."""
    return {half for half in (0, 1) if pattern >> (2 * day.weekday() + half) & 1}


def open_days(row):
    """Return the school days on which a placement is in force and its provider open."""
    return [
        day
        for day in sorted(school_days())
        if covering([row], day) and (row["provider_id"], day) not in closed_days()
    ]


@kept
def walked(placement):
    """Return (day, sessions of the week's pattern, those that a timetable leaves in) of it all."""
    row = placements()[placement]
    pauses = of_placement(Pause, placement)
    timetables = of_placement(PartTimeTimetable, placement, "sessions")
    found = []
    for day in open_days(row):
        monday = day - timedelta(days=day.weekday())
        usual = set_for_a_week().get((placement, monday), row["sessions"])
        paid = set() if covering(pauses, day) else sessions_of(usual, day)
        asked = paid
        for timetable in covering(timetables, day):
            asked = asked & sessions_of(timetable["sessions"], day)
        found.append((day, paid, asked))
    return found


@kept
def written():
    rows = exported(Mark, "placement_id", "date", "session", "code_id")
    return {(row["placement_id"], row["date"], row["session"]): row["code_id"] for row in rows}


@kept
def marks_of():
    """Return the sessions of each placement that somebody marked."""
    found = {}
    for placement, day, half in written():
        found.setdefault(placement, []).append((day, half))
    return found


@kept
def registers(part):
    """Count sessions that a register asked for, up to the day before the figure was made."""
    first, until = part.in_term
    until = min(until, part.as_of)
    found = []
    for row in placements().values():
        if not is_placed(row, first, until - ONE_DAY):
            continue
        pattern = {
            (day, half)
            for day in school_days()
            if first <= day < until and covering([row], day)
            for half in sessions_of(row["sessions"], day)
        }
        asked = {
            (day, half)
            for day, _, halves in walked(row["id"])
            for half in halves
            if first <= day < until
        }
        marked = {one for one in marks_of().get(row["id"], []) if first <= one[0] < until}
        apart = {NOT_EXPECTED: len(pattern - asked), NOT_ASKED: len(marked - asked)}
        if pattern:
            own = row["provider_id"], row["pupil_id"]
            found.append(Unit(*own, len(marked & asked), len(asked), apart))
    return found


def not_marked(part):
    return sum(unit.below - unit.above for unit in registers(part))


@kept
def attended():
    """Return the days of the sessions that each placement's pupil attended."""
    found = {}
    for (placement, day, _), code in written().items():
        if code in ATTENDED:
            found.setdefault(placement, []).append(day)
    return found


def costs(part):
    """Add up what was spent, in pence; a week of five school days costs its rate."""
    rates = {row["id"]: row for row in exported(Rate, "id", "unit", "pounds")}
    first, until = part.in_term
    found = []
    for row in placements().values():
        if not is_placed(row, first, until - ONE_DAY):
            continue
        if row["rate_id"] is None:
            found.append(Unit(row["provider_id"], None, 0, 0, {WITHOUT_RATE: 1}))
            continue
        rate = rates[row["rate_id"]]
        own = [paid for day, paid, _ in walked(row["id"]) if first <= day < until]
        pence = rate["pounds"] * 100
        if rate["unit"] == "week":
            spent = int(pence * len(own) / 5 + Decimal("0.5"))
        else:
            spent = int(pence * sum(len(halves) for halves in own))
        there = sum(first <= day < until for day in attended().get(row["id"], []))
        found.append(Unit(row["provider_id"], row["pupil_id"], spent, there))
    return found


COUNTED = {"registers-complete": registers, "cost-per-attended-session": costs}
