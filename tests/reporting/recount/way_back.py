"""The way back to school: plans, returns by weeks, and whether pupils were still there."""

from zoneinfo import ZoneInfo

from accounts.models import HalfTerm
from reintegration.models import Plan, StayCheck, Week
from tests.reporting.recount.rows import BEGUN, Unit, exported, kept, placements

LONDON = ZoneInfo("Europe/London")
MOVED = "Moved away, left out"
UNKNOWN = "Not known, in neither number"


@kept
def plans():
    rows = exported(
        Plan, "id", "pupil_id", "placement_id", "first_target_id", "status", "attempt", "outcome",
        "closed_on", "made_at",
    )  # fmt: skip
    return {row["id"]: row for row in rows}


def made_on(plan):
    return plan["made_at"].astimezone(LONDON).date()


def provider_of(plan):
    return placements()[plan["placement_id"]]["provider_id"]


def one(plan, above, below, apart=None):
    return Unit(provider_of(plan), plan["pupil_id"], int(above), int(below), apart or {})


def from_day_one(part):
    planned = {plan["placement_id"]: plan for plan in plans().values()}
    found = []
    for row in placements().values():
        if row["tier"] > 1 and row["status"] in BEGUN and part.holds(row["starts_on"]):
            plan = planned.get(row["id"])
            is_planned = plan is not None and made_on(plan) <= row["starts_on"]
            found.append(Unit(row["provider_id"], row["pupil_id"], int(is_planned), 1))
    return found


def on_time(part):
    ends = {row["id"]: row["ends_on"] for row in exported(HalfTerm, "id", "ends_on")}
    found = []
    for plan in plans().values():
        end = ends[plan["first_target_id"]]
        if not part.holds_end(end):
            continue
        if plan["outcome"] == "moved":
            found.append(one(plan, 0, 0, {MOVED: 1}))
            continue
        is_back = plan["outcome"] in {"mainstream", "special", "post-16"}
        found.append(one(plan, is_back and plan["closed_on"] < end, 1))
    return found


def six_weeks(part):
    """Count each attempt whose last week ended; one that was begun again stands for itself."""
    attempts = {}
    for week in exported(Week, "plan_id", "attempt", "ends_on"):
        attempts.setdefault((week["plan_id"], week["attempt"]), []).append(week["ends_on"])
    found = []
    for (number, attempt), ends in attempts.items():
        plan = plans()[number]
        if part.holds_end(max(ends)):
            is_last = plan["attempt"] == attempt and plan["status"] == "closed"
            found.append(one(plan, is_last and plan["outcome"] in {"mainstream", "special"}, 1))
    return found


def still_there(part):
    found = []
    for row in exported(StayCheck, "plan_id", "weeks", "due_on", "answer"):
        if row["weeks"] == 12 and part.holds(row["due_on"]):
            is_known = row["answer"] in {"there", "left"}
            apart = {} if is_known else {UNKNOWN: 1}
            found.append(one(plans()[row["plan_id"]], row["answer"] == "there", is_known, apart))
    return found


def ended_in_mainstream(part):
    found = []
    for plan in plans().values():
        if part.holds(plan["closed_on"]):
            is_moved = plan["outcome"] == "moved"
            apart = {MOVED: 1} if is_moved else {}
            found.append(one(plan, plan["outcome"] == "mainstream", not is_moved, apart))
    return found


COUNTED = {
    "plan-on-day-one": from_day_one,
    "reintegration-on-time": on_time,
    "reintegration-six-weeks-completed": six_weeks,
    "reintegration-sustained-12-weeks": still_there,
    "reintegrated-mainstream": ended_in_mainstream,
}
