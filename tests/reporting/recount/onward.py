"""Own words in plans, and Year 11 and what comes after it, child by child."""

from datetime import date

from django.conf import settings

from pupils.models import Voice
from reintegration.models import DestinationCheck, Gate, Pathway
from tests.reporting.recount.rows import (
    Unit,
    exported,
    is_placed,
    kept,
    placements,
    year_group,
)
from tests.reporting.recount.way_back import UNKNOWN, made_on, one, plans

NOT_APPROPRIATE = "An offer is not appropriate, left out"


def own_words(part):
    """Count plans in whose placement the pupil said something, by link or in the conversation."""
    voices = exported(Voice, "pupil_id", "who", "finished_at", "taken_back_at", "made_on")
    gates = exported(Gate, "plan_id", "kind", "held_on")
    found = []
    for plan in plans().values():
        begun = placements()[plan["placement_id"]]["starts_on"]
        is_closed_before = plan["closed_on"] is not None and plan["closed_on"] < part.start
        if max(begun, made_on(plan)) >= part.until or is_closed_before:
            continue
        by_link = any(
            row["pupil_id"] == plan["pupil_id"]
            and row["who"] == "pupil"
            and row["finished_at"] is not None
            and row["taken_back_at"] is None
            and begun <= row["made_on"] < part.until
            for row in voices
        )
        in_person = any(
            row["plan_id"] == plan["id"]
            and row["kind"] == "conversation"
            and row["held_on"] < part.until
            for row in gates
        )
        found.append(one(plan, by_link or in_person, 1))
    return found


@kept
def pathways():
    names = ("id", "pupil_id", "coach_from", "guarantee", "guarantee_on", "english", "maths")
    return exported(Pathway, *names)


def placed_in_year_11(part, first, last):
    """Return the placement of each pupil in Year 11 within some days, of several the latest."""
    found = {}
    for row in placements().values():
        if year_group(row["pupil_id"], part.number) == 11 and is_placed(row, first, last):
            before = found.get(row["pupil_id"])
            if before is None or before["starts_on"] < row["starts_on"]:
                found[row["pupil_id"]] = row
    return found


def coached(part):
    coached_from = {row["pupil_id"]: row["coach_from"] for row in pathways()}
    found = []
    for pupil, row in placed_in_year_11(part, part.last_day, part.last_day).items():
        since = coached_from.get(pupil)
        is_coached = since is not None and since <= part.last_day
        found.append(Unit(row["provider_id"], pupil, int(is_coached), 1))
    return found


def graded(part):
    """Count who has both; one grade below is enough to know that it is not both."""
    grades = {row["pupil_id"]: (row["english"], row["maths"]) for row in pathways()}
    least = settings.KS4_GRADE
    found = []
    for pupil, row in placed_in_year_11(part, part.start, part.until - date.resolution).items():
        own = grades.get(pupil, (None, None))
        is_below = any(grade is not None and grade < least for grade in own)
        is_both = all(grade is not None and grade >= least for grade in own)
        apart = {} if is_below or is_both else {UNKNOWN: 1}
        found.append(
            Unit(row["provider_id"], pupil, int(is_both), int(is_below or is_both), apart)
        )
    return found


def leavers(part):
    """Return those with a pathway plan who were in Year 11 the year before."""
    return [row for row in pathways() if year_group(row["pupil_id"], part.number - 1) == 11]


def guaranteed(part):
    september = date(part.number, 9, 30)
    if september >= part.until:
        return []
    found = []
    for row in leavers(part):
        is_offered = row["guarantee"] == "offer" and row["guarantee_on"] <= september
        is_counted = row["guarantee"] != "not appropriate"
        apart = {} if is_counted else {NOT_APPROPRIATE: 1}
        found.append(Unit(None, row["pupil_id"], int(is_offered), int(is_counted), apart))
    return found


def asked_in(month, wanted):
    def count(part):
        own = {row["id"]: row["pupil_id"] for row in leavers(part)}
        found = []
        for row in exported(DestinationCheck, "pathway_id", "month", "due_on", "answer"):
            if row["month"] != month or row["pathway_id"] not in own:
                continue
            if part.holds(row["due_on"]):
                is_known = row["answer"] not in {"", "not known"}
                apart = {} if is_known else {UNKNOWN: 1}
                is_so = row["answer"] in wanted
                found.append(Unit(None, own[row["pathway_id"]], int(is_so), int(is_known), apart))
        return found

    return count


COUNTED = {
    "voice-in-plan": own_words,
    "transition-coach-year-11": coached,
    "ks4-english-maths-ap": graded,
    "post16-september-guarantee": guaranteed,
    "post16-sustained-destination": asked_in("march", {"there", "elsewhere"}),
    "post16-neet": asked_in("january", {"neet"}),
}
