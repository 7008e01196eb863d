"""How the system runs: what was due in a time, and what of it was done by its day."""

from datetime import timedelta

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


def referrals(part, due):
    names = ("pupil_id", "status", "decide_by", "decided_on", "day_six_on", "education_from")
    return [
        row
        for row in exported(Referral, *names)
        if row["status"] not in {"draft", "withdrawn"} and part.holds(row[due])
    ]


def in_time(done, due):
    return int(done is not None and done <= due)


def decided(part):
    return [
        Unit(None, row["pupil_id"], in_time(row["decided_on"], row["decide_by"]), 1)
        for row in referrals(part, "decide_by")
        if row["decided_on"] is not None or row["decide_by"] < part.as_of
    ]


def educated(part):
    return [
        Unit(None, row["pupil_id"], in_time(row["education_from"], row["day_six_on"]), 1)
        for row in referrals(part, "day_six_on")
    ]


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
        rule = newest(rules, row["starts_on"])
        if row["tier"] != 2 or rule is None or rule["longest_weeks"] is None:
            continue
        left = timedelta(weeks=rule["longest_weeks"]) - spent_before(row)
        first_past = row["starts_on"] + max(left, timedelta())
        if row["status"] == "ended" and part.holds_end(row["ends_on"]):
            is_within = row["ends_on"] <= first_past
            found.append(Unit(row["provider_id"], row["pupil_id"], int(is_within), 1))
        elif row["status"] in {"open", "paused"} and part.holds(first_past):
            found.append(Unit(row["provider_id"], row["pupil_id"], 0, 1))
    return found


def timetables():
    names = ("id", "placement_id", "starts_on", "ends_on", "part_time_since")
    return {row["id"]: row for row in exported(PartTimeTimetable, *names)}


def is_due(row, part):
    """Tell whether it was due in the time, and its day is over or it was held."""
    is_over = row["held_on"] is not None or row["due_on"] < part.as_of
    return part.holds(row["due_on"]) and is_over


def timetable_reviews(part):
    found = []
    for row in exported(TimetableReview, "timetable_id", "due_on", "held_on"):
        timetable = timetables()[row["timetable_id"]]
        if is_due(row, part) and row["due_on"] < timetable["ends_on"]:
            own = placements()[timetable["placement_id"]]
            kept = in_time(row["held_on"], row["due_on"])
            found.append(Unit(own["provider_id"], own["pupil_id"], kept, 1))
    return found


def long_timetables(part):
    rule = newest(exported(TimetableRule, "starts_on", "long_weeks"), part.last_day)
    if rule is None or rule["long_weeks"] is None:
        return []
    longest = timedelta(weeks=rule["long_weeks"])
    found = []
    for row in timetables().values():
        if row["starts_on"] <= part.last_day < row["ends_on"]:
            own = placements()[row["placement_id"]]
            lasted = part.last_day + timedelta(days=1) - row["part_time_since"]
            found.append(Unit(own["provider_id"], own["pupil_id"], int(lasted > longest), 1))
    return found


def support_reviews(part):
    plans = {row["id"]: row for row in exported(SupportPlan, "id", "pupil_id", "placement_id")}
    found = []
    for row in exported(SupportReview, "plan_id", "due_on", "held_on", "dropped_on"):
        if row["dropped_on"] is None and is_due(row, part):
            plan = plans[row["plan_id"]]
            placed = placements().get(plan["placement_id"], {"provider_id": None})
            kept = in_time(row["held_on"], row["due_on"])
            found.append(Unit(placed["provider_id"], plan["pupil_id"], kept, 1))
    return found


def accredited(part):
    awarded = {row["placement_id"] for row in exported(Award, "placement_id")}
    return [
        Unit(row["provider_id"], row["pupil_id"], int(row["id"] in awarded), 1)
        for row in placements().values()
        if row["tier"] > 1 and row["status"] == "ended" and part.holds_end(row["ends_on"])
    ]


def places(part):
    commissions = {}
    for row in exported(Commission, "provider_id", "starts_on", "places"):
        commissions.setdefault(row["provider_id"], []).append(row)
    found = []
    for provider, rows in commissions.items():
        holding = newest(rows, part.last_day)
        if holding is None or not holding["places"]:
            continue
        found.append(Unit(provider, None, 0, holding["places"]))
        found += [
            Unit(provider, row["pupil_id"], 1, 0)
            for row in placements().values()
            if row["provider_id"] == provider and is_placed(row, part.last_day, part.last_day)
        ]
    return found


COUNTED = {
    "referrals-decided-in-time": decided,
    "day-six-provision-in-time": educated,
    "tier-2-within-limit": within_limit,
    "part-time-timetables-reviewed-on-time": timetable_reviews,
    "part-time-timetables-over-limit": long_timetables,
    "attendance-support-reviews-on-time": support_reviews,
    "accreditation-gained": accredited,
    "places-filled": places,
}
