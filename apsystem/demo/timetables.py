"""Part-time timetables of the demo borough: some as they should be, some with a review missed."""

from datetime import date, timedelta

from accounts.models import User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.demo.stories import FOUR_DAYS, MORNINGS
from apsystem.lib.calendar import academic_year
from attendance import actions
from attendance.models import (
    Came,
    PartTimeTimetable,
    ReviewOutcome,
    TimetableReview,
    TimetableRule,
)
from placements.models import EVERY_SESSION, Placement
from pupils.models import CareStatus

WEEK = timedelta(weeks=1)
OLDEST_YEAR = 11
LONG_WEEKS = 6  # a setting of the demo borough: no law sets a number
THREE_DAYS = 0b0000111111
# reason, weekly sessions, begun weeks ago, lasts weeks, reviews held
TOLD = [
    ("Comes back after an operation; the consultant asks for mornings only.", MORNINGS, 5, 8, 2),
    ("Has not left home for two months; begins with three days.", THREE_DAYS, 4, 6, 1),
    ("Lost a parent in the summer; the family and the school agreed mornings.", MORNINGS, 6, 7, 0),
    ("Chronic fatigue; the paediatrician asks for mornings only.", MORNINGS, 1, 6, 0),
]
DEPUTY = "Sam Senco, deputy head"
SAID = "Says that the mornings go well, and asks to stay for lunch."


def seed(borough: Borough, today: date) -> None:
    """Agree timetables, one of which goes on from another, and hold some of their reviews."""
    rule = TimetableRule.objects.latest("starts_on")
    rule.pk, rule.starts_on, rule.long_weeks = None, today, LONG_WEEKS
    rule.source = "A setting of the demo borough"
    actions.change_timetable_rule(rule, by=borough.people[Role.MANAGER])
    by = borough.people[Role.ATTENDANCE_OFFICER]
    first = today - max(weeks for _, _, weeks, _, _ in TOLD) * WEEK
    rows = Placement.objects.running().with_register().filter(
        sessions=EVERY_SESSION,
        starts_on__lt=first,
        ends_on__gt=today + 4 * WEEK,
        pupil__starts_year_1__gt=academic_year(first) - OLDEST_YEAR,
    )  # fmt: skip
    own = borough.providers[1]  # where the demo's provider staff work
    mine = rows.filter(provider=own).order_by("pk")[:3]
    others = rows.exclude(provider=own).order_by("pk")[: len(TOLD) - len(mine)]
    for placement, told in zip([*mine, *others], TOLD, strict=False):
        reason, sessions, ago, lasts, reviews = told
        start = today - ago * WEEK
        row = PartTimeTimetable(sessions=sessions, reason=reason, starts_on=start)
        _agree(placement, row, start + lasts * WEEK, start - timedelta(days=3), by=by)
        for number in range(1, reviews + 1):
            _review(row, start + number * 2 * WEEK, by)
        if sessions == THREE_DAYS:
            _renew(row, today, by)


def _agree(
    placement: Placement,
    row: PartTimeTimetable,
    full_time_on: date,
    agreed_on: date,
    *,
    by: User,
    follows: PartTimeTimetable | None = None,
) -> None:
    row.full_time_on = full_time_on
    row.school_agreed_by, row.parent_agreed_by = DEPUTY, f"Alex {placement.pupil.surname}"
    row.school_agreed_on = row.parent_agreed_on = agreed_on
    if CareStatus.objects.filter(pupil=placement.pupil).exists():
        row.social_worker_told_on = agreed_on
    first = row.starts_on + 2 * WEEK
    actions.agree(row, placement=placement, first_review_on=first, follows=follows, by=by)


def _renew(before: PartTimeTimetable, today: date, by: User) -> None:
    """Agree anew, two weeks ago, on more sessions from a week ago on."""
    row = PartTimeTimetable(
        sessions=FOUR_DAYS,
        reason=f"{before.reason} Goes on with a fourth day.",
        starts_on=today - WEEK,
    )
    _agree(
        before.placement,
        row,
        today + 3 * WEEK,
        today - 2 * WEEK,
        by=by,
        follows=before,
    )


def _review(row: PartTimeTimetable, on: date, by: User) -> TimetableReview:
    return actions.review_timetable(
        row,
        held_on=on,
        came=[Came.PUPIL, Came.PARENT, Came.PROVIDER],
        outcome=ReviewOutcome.CONTINUE,
        words=SAID,
        by=by,
    )
