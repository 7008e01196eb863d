"""Outreach: what became of each intervention, read event by event and week by week."""

from datetime import date

from attendance.models import SchoolAttendance
from outreach.models import FollowUp, Support
from placements.models import Assessment, Scale, Score
from pupils.models import Enrolment
from tests.reporting.recount.events import excluded, suspended
from tests.reporting.recount.rows import ONE_DAY, Unit, exported, kept

IN_PROGRESS = "Time afterwards not over: in progress, in neither number"
UNKNOWN = "Not known, in neither number"
GONE = "Left England or died, left out"
NOTHING_RETURNED = "Interventions with no attendance returned"
NONE_BEFORE = "No scores before, left out"
NONE_AFTER = "Scores before and none after, left out"
REMOVED = "Scores removed since, left out"
NOT_JUDGED = "Scores that cannot be judged, left out"


def later(day, months):
    """Count months on, the long way: day by day back where the month is too short."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


@kept
def supports():
    names = [f"{aspect}_{when}_id" for aspect in ("semh", "curriculum")
             for when in ("baseline", "exit")]  # fmt: skip
    return [
        row
        for row in exported(
            Support, "id", "kind", "pupil_id", "provider_id", "status", "starts_on", "ended_on",
            *names,
        )
        if row["kind"] == "pupil"
    ]  # fmt: skip


def followed(part, months):
    """Return (support, first day afterwards, first day past the months) of those that count."""
    found = []
    for row in supports():
        if row["status"] != "closed" or row["ended_on"] >= part.until:
            continue
        first = row["ended_on"] + ONE_DAY
        over = later(first, months)
        if over > part.start:
            found.append((row, first, over))
    return found


def unit(row, above, below, apart=None):
    beside = {apart: 1} if apart else {}
    return Unit(row["provider_id"], row["pupil_id"], int(above), int(below), beside)


def without(events, answer):
    """Count those who had none in the twelve months, of those of whom it is known."""

    def count(part):
        rolls = [row for row in exported(Enrolment, "pupil_id", "ends_on", "left_because")
                 if row["left_because"] in {"left england", "died"}]  # fmt: skip
        asked = exported(FollowUp, "support_id", "months", answer)
        found = []
        for row, first, over in followed(part, 12):
            pupil = row["pupil_id"]
            own = [one for one in asked if one["support_id"] == row["id"]]
            happened = any(who == pupil and first <= on < over for who, _, on, _ in events())
            happened = happened or any(one[answer] == "yes" for one in own)
            is_none = any(one["months"] == 12 and one[answer] == "no" for one in own)
            if over > part.until:
                found.append(unit(row, 0, 0, IN_PROGRESS))
            elif any(r["pupil_id"] == pupil and first <= r["ends_on"] <= over for r in rolls):
                found.append(unit(row, 0, 0, GONE))
            elif happened or is_none:
                found.append(unit(row, not happened, 1))
            else:
                found.append(unit(row, 0, 0, UNKNOWN))
        return found

    return count


@kept
def weeks_of_schools():
    names = ("pupil_id", "present", "possible", "taken_back_at", "starts_on", "ends_on")
    return [row for row in exported(SchoolAttendance, *names) if row["taken_back_at"] is None]


def returned(pupil, first, end):
    """Add up what schools returned of a pupil in weeks that lie wholly within the time."""
    weeks = [
        row
        for row in weeks_of_schools()
        if row["pupil_id"] == pupil and row["starts_on"] >= first and row["ends_on"] <= end
    ]
    return sum(row["present"] for row in weeks), sum(row["possible"] for row in weeks)


def attended_during(part):
    found = []
    for row in supports():
        if row["status"] not in {"open", "closed"}:
            continue
        end = row["ended_on"] + ONE_DAY if row["ended_on"] else part.until
        if row["starts_on"] >= part.until or end <= part.start:
            continue
        first, last = max(row["starts_on"], part.start), min(end, part.until)
        present, possible = returned(row["pupil_id"], first, last)
        found.append(unit(row, present, possible, None if possible else NOTHING_RETURNED))
    return found


def attended_after(part):
    """Take what the school returned; where it returned nothing, what it answered last."""
    told = exported(FollowUp, "support_id", "turn", "present", "possible", "months")
    found = []
    for row, first, over in followed(part, 6):
        if over > part.until:
            found.append(unit(row, 0, 0, IN_PROGRESS))
            continue
        present, possible = returned(row["pupil_id"], first, over)
        if not possible:
            own = [one for one in told if one["support_id"] == row["id"]
                   and one["months"] == 6 and one["possible"] is not None]  # fmt: skip
            last = max(own, key=lambda one: one["turn"], default={"present": 0, "possible": 0})
            present, possible = last["present"], last["possible"]
        found.append(unit(row, present, possible, None if possible else NOTHING_RETURNED))
    return found


# --- scores before and after ---


@kept
def scores():
    """Return the scores of each assessment that stands, by scale."""
    found = {}
    for row in exported(Score, "assessment_id", "scale_id", "value"):
        found.setdefault(row["assessment_id"], {})[row["scale_id"]] = row["value"]
    return found


@kept
def assessments():
    rows = exported(Assessment, "id", "instrument_id", "informant", "removed_at")
    return {row["id"]: row for row in rows}


def why_not_judged(before, after):
    """Return why nobody can say whether a pair became better, before its scores are looked at."""
    if before is None:
        return NONE_BEFORE
    if after is None:
        return NONE_AFTER
    if before["removed_at"] or after["removed_at"]:
        return REMOVED
    is_alike = all(before[name] == after[name] for name in ("instrument_id", "informant"))
    return None if is_alike else NOT_JUDGED


def verdict(instrument, before, after):
    """Tell whether scores became better; None where nobody can say so."""
    names = ("id", "instrument_id", "direction", "is_total", "counts_in_total")
    scales = [row for row in exported(Scale, *names) if row["instrument_id"] == instrument]
    totals = [row for row in scales if row["is_total"]]
    if not totals:
        ways = [better(row["direction"], before[row["id"]], after[row["id"]]) for row in scales
                if row["direction"] and row["id"] in before and row["id"] in after]  # fmt: skip
        return sum(ways) > 0 if ways else None
    counting = [row["id"] for row in scales if row["counts_in_total"]]
    is_whole = all(one in before and one in after for one in counting)
    if not totals[0]["direction"] or not is_whole:
        return None
    earlier, now = (sum(found[one] for one in counting) for found in (before, after))
    return better(totals[0]["direction"], earlier, now) > 0


def better(direction, before, after):
    """Return 1 where it became better, -1 where it became worse, 0 where it did not change."""
    rose = (after > before) - (after < before)
    return rose if direction == "higher" else -rose


def improved(aspect):
    def count(part):
        found = []
        for row in supports():
            if row["status"] != "closed" or not part.holds(row["ended_on"]):
                continue
            pair = [assessments().get(row[f"{aspect}_{when}_id"]) for when in ("baseline", "exit")]
            if why := why_not_judged(*pair):
                found.append(unit(row, 0, 0, why))
                continue
            is_better = verdict(pair[0]["instrument_id"], *(scores()[one["id"]] for one in pair))
            is_judged = is_better is not None
            found.append(unit(row, is_better or 0, is_judged, None if is_judged else NOT_JUDGED))
        return found

    return count


COUNTED = {
    "outreach-zero-suspensions-12-months": without(suspended, "suspended"),
    "outreach-zero-permanent-exclusions-12-months": without(excluded, "excluded"),
    "outreach-attendance-during": attended_during,
    "outreach-attendance-6-months": attended_after,
    "outreach-semh-improved": improved("semh"),
    "outreach-curriculum-improved": improved("curriculum"),
}
