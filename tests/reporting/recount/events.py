"""Suspensions and permanent exclusions: at each school, and in alternative provision."""

from decimal import Decimal

from accounts.models import Organisation
from pupils.models import Headcount, PermanentExclusion, Suspension
from reporting.models import Comparator
from tests.reporting.recount.rows import Unit, exported, kept

DID_NOT_STAND = {"BRE", "FRE", "JRE", "KRE", "HWD"}
ALL_SCHOOLS = "Total (state-funded primary, secondary and special)"
NO_HEADCOUNT = "Schools without a headcount of the January census, left out"
NOT_OVER = "Schools whose year is not over, left out"
HELD_TO_ALL = "Schools held to all schools together"


@kept
def suspended():
    """Return (pupil, school, day, kind) of each suspension that was not cancelled."""
    names = ("pupil_id", "school_id", "starts_on", "kind", "cancelled_on")
    return [
        (row["pupil_id"], row["school_id"], row["starts_on"], row["kind"])
        for row in exported(Suspension, *names)
        if row["cancelled_on"] is None
    ]


@kept
def excluded():
    """Return the same of each permanent exclusion that stands or is not decided."""
    return [
        (row["pupil_id"], row["school_id"], row["effective_on"], "PERM")
        for row in exported(PermanentExclusion, "pupil_id", "school_id", "effective_on", "result")
        if row["result"] not in DID_NOT_STAND
    ]


def in_january(part):
    rows = exported(Headcount, "school_id", "pupils", "year", "census")
    return {
        row["school_id"]: row["pupils"]
        for row in rows
        if row["year"] == part.number and row["census"] == "spring"
    }


@kept
def england(name, year, phase):
    """Return the newest figure up to a year of the phase, or of all schools where it has none.

    With it, whether it is of the phase.
    """
    names = ("measure", "geography", "coverage", "year", "value", "school_type")
    known = [
        row
        for row in exported(Comparator, *names)
        if (row["measure"], row["geography"], row["coverage"]) == (name, "England", "year")
        and row["value"] is not None
        and row["year"] <= year
    ]
    own = [row for row in known if row["school_type"].lower() == phase]
    every = [row for row in known if row["school_type"] == ALL_SCHOOLS]
    return max(own or every, key=lambda row: row["year"])["value"], bool(own)


def at_or_below(events, name):
    def count(part):
        pupils = in_january(part)
        found = []
        for row in exported(Organisation, "id", "kind", "phase", "closed_on"):
            school = row["id"]
            is_closed = row["closed_on"] is not None and school not in pupils
            if row["kind"] != "school" or is_closed:
                continue
            if school not in pupils or not part.is_whole:
                why = NOT_OVER if school in pupils else NO_HEADCOUNT
                found.append(Unit(None, school, 0, 0, {why: 1}))
                continue
            own = [on for _, place, on, kind in events() if place == school and kind != "LNCH"]
            number = sum(part.start <= on < part.until for on in own)
            most, is_own = england(name, part.number, row["phase"])
            is_below = Decimal(number * 100) / pupils[school] <= most
            apart = {} if is_own else {HELD_TO_ALL: 1}
            found.append(Unit(None, school, int(is_below), 1, apart))
        return found

    return count


def rate_of_ap(events, left_out):
    """Count events at providers that are schools and have a headcount, and their pupils."""

    def count(part):
        names = ("id", "kind", "is_registered_school")
        places = {
            row["id"]
            for row in exported(Organisation, *names)
            if row["kind"] == "provider" and row["is_registered_school"]
        }
        pupils = {place: number for place, number in in_january(part).items() if place in places}
        found = [Unit(place, None, 0, number) for place, number in pupils.items()]
        for pupil, place, on, kind in events():
            if place in places and kind != "LNCH" and part.start <= on < part.until:
                is_counted = place in pupils
                apart = {} if is_counted else {left_out: 1}
                found.append(Unit(place, pupil, int(is_counted), 0, apart))
        return found

    return count


COUNTED = {
    "schools-at-or-below-national-suspensions": at_or_below(suspended, "suspension_rate"),
    "schools-at-or-below-national-permanent-exclusions": at_or_below(
        excluded, "permanent_exclusion_rate"
    ),
    "suspension-rate-ap": rate_of_ap(
        suspended, "Suspensions at schools without a headcount, left out"
    ),
    "permanent-exclusion-rate-ap": rate_of_ap(
        excluded, "Permanent exclusions at schools without a headcount, left out"
    ),
}
