"""How the system runs: what was due in a time, and what of it was done by its day."""

from datetime import timedelta
from functools import partial

from attendance.models import (
    PartTimeTimetable,
    SupportPlan,
    SupportReview,
    TimetableReview,
    TimetableRule,
)
from placements.models import Award, Commission, TierRule
from referrals.models import Referral
from tests.reporting.recount.rows import BEGUN, Unit, exported, is_placed, placements

WITHDRAWN, NOT_OVER = "Referrals withdrawn, left out", "Due, and the day is not over"
NO_LIMIT = "No limit was set, left out"
ELSEWHERE = "Counted when they end or pass their limit, in another period"
PAST = "Due after the timetable had ended, left out"
DROPPED = "Reviews dropped, left out"
NO_WEEKS = "Timetables in force while no number of weeks is set"
GOING_ON = "Placements that go on after the period, in neither number"
NO_PLACES = "Pupils placed where no place is commissioned, left out"


def referrals(part, due):
    names = ("pupil_id", "status", "decide_by", "decided_on", "day_six_on", "education_from")
    return [
        row
        for row in exported(Referral, *names)
        if row["status"] != "draft" and part.holds(row[due])
    ]


def in_time(done, due):
    return int(done is not None and done <= due)


def unit(provider, pupil, above, apart=None):
    """Return what is counted, or what is left out and why."""
    return Unit(provider, pupil, 0, 0, {apart: 1}) if apart else Unit(provider, pupil, above, 1)


def due(part, day, done):
    """Count what was due on the day of a referral, and whether it was done by then."""
    found = []
    for row in referrals(part, day):
        is_due = row[done] is not None or row[day] < part.as_of
        apart = None if is_due else NOT_OVER
        apart = WITHDRAWN if row["status"] == "withdrawn" else apart
        found.append(unit(None, row["pupil_id"], in_time(row[done], row[day]), apart))
    return found


def newest(rows, day):
    """Return the rule that holds on a day: the last one that began by then."""
    begun = [row for row in rows if row["starts_on"] <= day]
    return max(begun, key=lambda row: row["starts_on"], default=None)


def spent_before(row):
    """Return how long the placements that one follows were at its tier, up to its first day."""
    spent, before = timedelta(), placements().get(row["follows_id"])
    while before:
        end = min(before["ends_on"] or row["starts_on"], row["starts_on"])
        if before["tier"] == row["tier"] and before["status"] in BEGUN:
            spent += max(end - before["starts_on"], timedelta())
        before = placements().get(before["follows_id"])
    return spent


def within_limit(part):
    rules = [
        row for row in exported(TierRule, "tier", "starts_on", "longest_weeks") if row["tier"] == 2
    ]
    found = []
    for row in placements().values():
        if row["tier"] != 2 or row["status"] not in BEGUN:
            continue
        own = row["provider_id"], row["pupil_id"]
        rule = newest(rules, row["starts_on"])
        longest = rule["longest_weeks"] if rule else None
        if longest is not None:
            left = timedelta(weeks=longest) - spent_before(row)
            first_past = row["starts_on"] + max(left, timedelta())
            if row["status"] == "ended" and part.holds_end(row["ends_on"]):
                found.append(unit(*own, int(row["ends_on"] <= first_past)))
                continue
            if row["status"] != "ended" and part.holds(first_past):
                found.append(unit(*own, 0))
                continue
        if is_placed(row, part.start, part.until - timedelta(days=1)):
            found.append(unit(*own, 0, NO_LIMIT if longest is None else ELSEWHERE))
    return found


def timetables():
    names = ("id", "placement_id", "starts_on", "ends_on", "part_time_since")
    return {row["id"]: row for row in exported(PartTimeTimetable, *names)}


def is_due(row, part):
    """Tell whether its day is over, or it was held."""
    return row["held_on"] is not None or row["due_on"] < part.as_of


def timetable_reviews(part):
    found = []
    for row in exported(TimetableReview, "timetable_id", "due_on", "held_on"):
        if not part.holds(row["due_on"]):
            continue
        timetable = timetables()[row["timetable_id"]]
        apart = None if is_due(row, part) else NOT_OVER
        apart = PAST if row["due_on"] >= timetable["ends_on"] else apart
        own = placements()[timetable["placement_id"]]
        kept = in_time(row["held_on"], row["due_on"])
        found.append(unit(own["provider_id"], own["pupil_id"], kept, apart))
    return found


def long_timetables(part):
    rule = newest(exported(TimetableRule, "starts_on", "long_weeks"), part.last_day)
    weeks = rule["long_weeks"] if rule else None
    found = []
    for row in timetables().values():
        if row["starts_on"] <= part.last_day < row["ends_on"]:
            own = placements()[row["placement_id"]]
            lasted = part.last_day + timedelta(days=1) - row["part_time_since"]
            is_long = weeks is not None and lasted > timedelta(weeks=weeks)
            apart = NO_WEEKS if weeks is None else None
            found.append(unit(own["provider_id"], own["pupil_id"], int(is_long), apart))
    return found


def support_reviews(part):
    plans = {row["id"]: row for row in exported(SupportPlan, "id", "pupil_id", "placement_id")}
    found = []
    for row in exported(SupportReview, "plan_id", "due_on", "held_on", "dropped_on"):
        if not part.holds(row["due_on"]):
            continue
        apart = None if is_due(row, part) else NOT_OVER
        apart = DROPPED if row["dropped_on"] is not None else apart
        plan = plans[row["plan_id"]]
        placed = placements().get(plan["placement_id"], {"provider_id": None})
        kept = in_time(row["held_on"], row["due_on"])
        found.append(unit(placed["provider_id"], plan["pupil_id"], kept, apart))
    return found


def accredited(part):
    awarded = {row["placement_id"] for row in exported(Award, "placement_id")}
    found = []
    for row in placements().values():
        if is_placed(row, part.start, part.until - timedelta(days=1)):
            is_over = row["status"] == "ended" and part.holds_end(row["ends_on"])
            apart = None if is_over else GOING_ON
            own = row["provider_id"], row["pupil_id"]
            found.append(unit(*own, int(row["id"] in awarded), apart))
    return found


def places(part):
    commissions = {}
    for row in exported(Commission, "provider_id", "starts_on", "places"):
        commissions.setdefault(row["provider_id"], []).append(row)
    held = {provider: newest(rows, part.last_day) for provider, rows in commissions.items()}
    holding = {provider: row["places"] for provider, row in held.items() if row and row["places"]}
    found = [Unit(provider, None, 0, number) for provider, number in holding.items()]
    for row in placements().values():
        if is_placed(row, part.last_day, part.last_day):
            is_counted = row["provider_id"] in holding
            apart = {} if is_counted else {NO_PLACES: 1}
            found.append(Unit(row["provider_id"], row["pupil_id"], int(is_counted), 0, apart))
    return found


COUNTED = {
    "referrals-decided-in-time": partial(due, day="decide_by", done="decided_on"),
    "day-six-provision-in-time": partial(due, day="day_six_on", done="education_from"),
    "tier-2-within-limit": within_limit,
    "part-time-timetables-reviewed-on-time": timetable_reviews,
    "part-time-timetables-over-limit": long_timetables,
    "attendance-support-reviews-on-time": support_reviews,
    "accreditation-gained": accredited,
    "places-filled": places,
}
