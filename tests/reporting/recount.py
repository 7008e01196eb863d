"""The figures of outreach counted once more, in plain Python, from exported rows.

Nothing of the measures is called here: what each one means is written a second time.
"""

from datetime import date, timedelta
from decimal import Decimal

from accounts.models import HalfTerm, Organisation
from attendance.models import SchoolAttendance
from outreach.models import FollowUp, Support
from placements.models import Score
from pupils.models import Enrolment, Headcount, PermanentExclusion, Suspension
from reporting.models import Comparator

ONE_DAY = timedelta(days=1)
DID_NOT_STAND = ["BRE", "FRE", "JRE", "KRE", "HWD"]
ALL_SCHOOLS = "Total (state-funded primary, secondary and special)"


def exported(model, *names, **found):
    return list(model.objects.filter(**found).values(*names))


def later(day, months):
    """Count months on, the long way: day by day back where the month is too short."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


class Year:
    """The days that a figure is of, up to, not on, `until`; with the holidays, and without."""

    def __init__(self, figure):
        self.number, tomorrow = figure.year, figure.as_of + ONE_DAY
        ends_in_summer = figure.coverage in {"year", "summer"}
        end = date(figure.year + 1, 9, 1) if ends_in_summer else figure.ends_on
        before = HalfTerm.objects.filter(year=figure.year, ends_on__lte=figure.starts_on)
        holiday = before.order_by("-ends_on").values_list("ends_on", flat=True).first()
        self.start, self.until = holiday or date(figure.year, 9, 1), min(end, tomorrow)
        self.in_school = (figure.starts_on, min(figure.ends_on, tomorrow))
        self.is_whole = figure.coverage == "year" and figure.ends_on <= figure.as_of


# --- what became of each intervention ---


def closed(months=0):
    """Return the closed interventions, each with the days of its months afterwards."""
    rows = exported(
        Support, "id", "pupil_id", "starts_on", "ended_on", "semh_baseline_id", "semh_exit_id",
        "curriculum_baseline_id", "curriculum_exit_id", kind="pupil", status="closed",
    )  # fmt: skip
    for row in rows:
        row["first"] = row["ended_on"] + ONE_DAY
        row["over"] = later(row["first"], months)
    return rows


def suspended():
    rows = exported(Suspension, "pupil_id", "school_id", "starts_on", "kind", cancelled_on=None)
    return [(row["pupil_id"], row["school_id"], row["starts_on"], row["kind"]) for row in rows]


def excluded():
    rows = exported(PermanentExclusion, "pupil_id", "school_id", "effective_on", "result")
    return [
        (row["pupil_id"], row["school_id"], row["effective_on"], "PERM")
        for row in rows
        if row["result"] not in DID_NOT_STAND
    ]


def without(events, answer, year):
    """Count those who had none in the twelve months, of those of whom it is known."""
    rolls = exported(Enrolment, "pupil_id", "ends_on", left_because__in=["left england", "died"])
    asked = exported(FollowUp, "support_id", "months", answer, answered_at__isnull=False)
    kept = known = 0
    for row in closed(12):
        pupil, first, over = row["pupil_id"], row["first"], row["over"]
        if not year.start < over <= year.until:
            continue
        if any(r["pupil_id"] == pupil and first <= r["ends_on"] <= over for r in rolls):
            continue
        answers = [one for one in asked if one["support_id"] == row["id"]]
        happened = any(who == pupil and first <= on < over for who, _, on, _ in events)
        happened = happened or any(one[answer] == "yes" for one in answers)
        none = any(one["months"] == 12 and one[answer] == "no" for one in answers)
        known += happened or none
        kept += none and not happened
    return kept, known


def returned(pupil, first, end):
    """Add up what schools returned of a pupil in weeks that lie wholly within the time."""
    weeks = exported(
        SchoolAttendance, "present", "possible", pupil_id=pupil, taken_back_at=None,
        starts_on__gte=first, ends_on__lte=end,
    )  # fmt: skip
    return sum(week["present"] for week in weeks), sum(week["possible"] for week in weeks)


def attended_during(year):
    present = possible = 0
    for row in exported(Support, "pupil_id", "starts_on", "ended_on", kind="pupil",
                        status__in=["open", "closed"]):  # fmt: skip
        end = row["ended_on"] + ONE_DAY if row["ended_on"] else year.until
        if row["starts_on"] >= year.until or end <= year.start:
            continue
        there = returned(row["pupil_id"], max(row["starts_on"], year.start), min(end, year.until))
        present, possible = present + there[0], possible + there[1]
    return present, possible


def attended_after(year):
    """Take what the school returned; where it returned nothing, what it answered last."""
    told = exported(
        FollowUp, "support_id", "turn", "present", "possible", months=6, possible__isnull=False
    )
    present = possible = 0
    for row in closed(6):
        if not year.start < row["over"] <= year.until:
            continue
        there = returned(row["pupil_id"], row["first"], row["over"])
        if there == (0, 0):
            own = [one for one in told if one["support_id"] == row["id"]]
            last = max(own, key=lambda one: one["turn"], default={"present": 0, "possible": 0})
            there = last["present"], last["possible"]
        present, possible = present + there[0], possible + there[1]
    return present, possible


def improved(aspect, year):
    """Compare scores: by the SDQ's total, which falls, or scale by scale, each of which rises."""
    totals, scales = {}, {}
    for row in exported(
        Score, "assessment_id", "scale_id", "scale__counts_in_total", "value",
        assessment__removed_at=None,
    ):  # fmt: skip
        own = row["assessment_id"]
        scales.setdefault(own, {})[row["scale_id"]] = row["value"]
        if row["scale__counts_in_total"]:
            totals[own] = totals.get(own, 0) + row["value"]
    better = judged = 0
    for row in closed():
        before, after = row[f"{aspect}_baseline_id"], row[f"{aspect}_exit_id"]
        if not year.start <= row["ended_on"] < year.until or None in (before, after):
            continue
        judged += 1
        if aspect == "semh":
            better += totals[after] < totals[before]
        else:
            ways = [scales[after][one] - value for one, value in scales[before].items()]
            better += sum(way > 0 for way in ways) > sum(way < 0 for way in ways)
    return better, judged


# --- rates of schools, and of alternative provision ---


def in_january(year):
    rows = exported(Headcount, "school_id", "pupils", year=year.number, census="spring")
    return {row["school_id"]: row["pupils"] for row in rows}


def england(name, year, phase):
    """Return the newest figure up to a year of the phase, or of all schools where it has none."""
    rows = exported(
        Comparator, "year", "value", "school_type", measure=name, geography="England",
        coverage="year",
    )  # fmt: skip
    known = [row for row in rows if row["value"] is not None and row["year"] <= year.number]
    own = [row for row in known if row["school_type"].lower() == phase]
    every = [row for row in known if row["school_type"] == ALL_SCHOOLS]
    return max(own or every, key=lambda row: row["year"])["value"]


def at_or_below(events, name, year):
    if not year.is_whole:
        return 0, 0
    pupils = in_january(year)
    below = counted = 0
    for school in exported(Organisation, "id", "phase", kind="school", closed_on=None):
        if school["id"] not in pupils:
            continue
        own = [on for _, place, on, kind in events if place == school["id"] and kind != "LNCH"]
        number = sum(year.start <= on < year.until for on in own)
        counted += 1
        most = england(name, year, school["phase"])
        below += Decimal(number * 100) / pupils[school["id"]] <= most
    return below, counted


def rate_of_ap(events, year):
    """Count events at providers that are schools and have a headcount, and their pupils."""
    rows = exported(Organisation, "id", kind="provider", is_registered_school=True)
    pupils = in_january(year)
    places = {row["id"] for row in rows if row["id"] in pupils}
    first, until = year.in_school
    number = sum(
        place in places and kind != "LNCH" and first <= on < until for _, place, on, kind in events
    )
    return number, sum(pupils[place] for place in places)


COUNTED = {
    "outreach-zero-suspensions-12-months": lambda year: without(suspended(), "suspended", year),
    "outreach-zero-permanent-exclusions-12-months": lambda year: without(
        excluded(), "excluded", year
    ),
    "outreach-attendance-during": attended_during,
    "outreach-attendance-6-months": attended_after,
    "outreach-semh-improved": lambda year: improved("semh", year),
    "outreach-curriculum-improved": lambda year: improved("curriculum", year),
    "schools-at-or-below-national-suspensions": lambda year: at_or_below(
        suspended(), "suspension_rate", year
    ),
    "schools-at-or-below-national-permanent-exclusions": lambda year: at_or_below(
        excluded(), "permanent_exclusion_rate", year
    ),
    "suspension-rate-ap": lambda year: rate_of_ap(suspended(), year),
    "permanent-exclusion-rate-ap": lambda year: rate_of_ap(excluded(), year),
}
