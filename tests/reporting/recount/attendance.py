"""Attendance in alternative provision: marks added up for each child at each provider."""

from collections import Counter

from attendance.models import Mark
from tests.reporting.recount.registers import not_marked
from tests.reporting.recount.rows import Unit, exported, kept, placements, year_group

# Reference 1.2, written out once more.
PRESENT = ["/", "\\", "L", "K", "V", "P", "W", "B"]
WITH_LEAVE = ["C1", "M", "J1", "S", "C2", "C", "T", "R", "I", "E"]
WITHOUT_LEAVE = ["G", "N", "O", "U"]
NOT_POSSIBLE = ["D", "X", "Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "Z", "#"]
COUNTS_AS = {
    code: name
    for name, codes in (
        ("present", PRESENT),
        ("authorised", WITH_LEAVE),
        ("unauthorised", WITHOUT_LEAVE),
        ("not possible", NOT_POSSIBLE),
    )
    for code in codes
}
BESIDE = "Marks that are no possible attendance (D, X, Q, Y, Z, #)"
NOT_MARKED = "Expected sessions that nobody marked"


@kept
def marks():
    return exported(Mark, "placement_id", "date", "session", "code_id")


@kept
def enrolments(part):
    """Add up the marks of each child at each provider, less what DfE leaves out."""
    found = {}
    first, until = part.in_term
    for mark in marks():
        if not first <= mark["date"] < until:
            continue
        placement = placements()[mark["placement_id"]]
        group = year_group(placement["pupil_id"], part.number)
        begins_late = placement["starts_on"] >= part.summer
        leaves_early = group == 11 and mark["date"] >= part.summer
        if placement["status"] == "cancelled" or begins_late or leaves_early:
            continue
        if 1 <= group <= 11:
            own = (placement["provider_id"], placement["pupil_id"])
            found.setdefault(own, Counter())[COUNTS_AS[mark["code_id"]]] += 1
    return found


def missed(sessions):
    return sessions["authorised"] + sessions["unauthorised"]


def possible(sessions):
    return sessions["present"] + missed(sessions)


def of_enrolments(part, above, below):
    found = [Unit(None, None, 0, 0, {NOT_MARKED: not_marked(part)})]
    for (provider, pupil), sessions in enrolments(part).items():
        beside = {BESIDE: sessions["not possible"]}
        if possible(sessions):
            found.append(Unit(provider, pupil, above(sessions), below(sessions), beside))
        else:
            found.append(Unit(provider, None, 0, 0, beside))
    return found


def of_sessions(above):
    return lambda part: of_enrolments(part, above, possible)


def absent_for(tenths):
    """Count whoever missed so many tenths of the own possible sessions, or more."""
    return lambda part: of_enrolments(
        part, lambda own: int(missed(own) * 10 >= possible(own) * tenths), lambda _: 1
    )


COUNTED = {
    "attendance-ap": of_sessions(lambda own: own["present"]),
    "overall-absence-ap": of_sessions(missed),
    "authorised-absence-ap": of_sessions(lambda own: own["authorised"]),
    "unauthorised-absence-ap": of_sessions(lambda own: own["unauthorised"]),
    "persistent-absence-ap": absent_for(1),
    "severe-absence-ap": absent_for(5),
}
