"""What stands beside the marks of the demo borough, and the registers of this morning."""

from datetime import date, time

from accounts.models import Organisation, User
from accounts.models.calendar import school_days_beside
from apsystem.demo.borough import Borough
from apsystem.lib.calendar import Session
from attendance import actions
from attendance.actions import Details, Entry
from attendance.models import Mark
from attendance.models.choice import expected_at
from attendance.models.code import MORNING
from attendance.models.mark import HERE_CODES

WENT_WELL = [
    "Read a whole page aloud",
    "Helped a new pupil to find the room",
    "Stayed calm when the plan changed",
    "Finished the bench in the workshop",
    "Asked for a break in time",
]
LEFT_AT = time(11, 20)


def seed(borough: Borough, today: date) -> None:
    """Write notes for the last school day, and mark a part of this morning's registers.

    The place of the demo's own tutor stays unmarked this morning: there is something to do.
    """
    for number, place in enumerate(borough.providers):
        tutor = borough.tutors.get(place.pk)
        if tutor is None:
            continue
        last, _, is_open = school_days_beside(place, today)
        if last:
            _notes(place, last, tutor)
        if number != 1 and is_open:
            _this_morning(place, today, tutor)


def _notes(place: Organisation, on: date, tutor: User) -> None:
    rows = Mark.objects.filter(placement__provider=place, date=on, session=Session.AM)
    entries = []
    for number, row in enumerate(rows.order_by("pk")):
        minutes = 5 + 10 * (number % 3) if row.code_id == "L" else None
        is_here = row.code_id in HERE_CODES
        left_at = LEFT_AT if is_here and number % 9 == 4 else None
        note = WENT_WELL[number % len(WENT_WELL)] if is_here and number % 4 == 0 else ""
        if minutes or left_at or note:
            beside = Details(minutes, left_at, note)
            entries.append(Entry(row.placement_id, row.code_id, row.version, details=beside))
    actions.mark(place, on, Session.AM, entries, by=tutor)


def _this_morning(place: Organisation, today: date, tutor: User) -> None:
    rows = sorted(placement for placement, *_ in expected_at(place, today, Session.AM, tutor))
    entries = [
        Entry(row, "N" if number % 6 == 5 else "L" if number % 6 == 2 else MORNING)
        for number, row in enumerate(rows[: len(rows) * 2 // 3])
    ]
    actions.mark(place, today, Session.AM, entries, by=tutor)
