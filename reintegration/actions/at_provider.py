"""What the weeks of return mean for the register: at which sessions the pupil is at the provider.

The weeks are agreed here; the placement holds what follows from them, because the register and the
figures read placements and know of no plan.
"""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.models.calendar import school_days_at
from apsystem.lib.calendar import SESSIONS_A_DAY, monday_of
from placements import actions as placement_actions
from placements.models import Placement
from reintegration.models import Plan, Week

AHEAD = timedelta(weeks=4)  # how far the last week's sessions are set; the clock sets them nightly
AFTER = "After the last week of the return"


def tell_the_register(plan: Plan) -> None:
    """Set the sessions of the placement in the weeks of return, from this week on.

    A week that was skipped goes on as the week before it. After the last week its sessions go on,
    whether or not the outcome is recorded, until the placement ends or the return is stopped. A
    half term of the school has the usual sessions.
    """
    weeks: dict[date, tuple[int, str]] = {}
    found = list(Week.objects.of(plan).filter(attempt=plan.attempt))
    if found:
        before = last = found[-1]
        until = max(last.ends_on, localdate() + AHEAD)
        days = school_days_at(plan.receiving_school, found[0].starts_on, until)
        for week in found:
            words = f"Week {week.number} of {len(found)} of the return"
            if week.is_skipped:
                words += f", skipped, as in week {before.number}"
            else:
                before = week
            for day in days:
                if week.starts_on <= day < week.ends_on:
                    weeks[monday_of(day)] = (_sessions(before, monday_of(day)), words)
        for day in days:
            if day >= last.ends_on:
                weeks.setdefault(monday_of(day), (last.sessions, AFTER))
    placement_actions.set_weeks(plan.placement, weeks)


def _sessions(week: Week, monday: date) -> int:
    """Return the sessions of a calendar week: before the first day back, the usual ones."""
    if week.number > 1 or week.starts_on <= monday:
        return week.sessions
    before = (1 << week.starts_on.weekday() * SESSIONS_A_DAY) - 1
    return week.plan.placement.sessions & before | week.sessions & ~before


@transaction.atomic
def tell_registers(placement: Placement | None = None) -> None:
    """Set the sessions of all returns that run or are complete, or of one placement.

    Dates may have moved, and after the last week its sessions are set for some weeks at a time.
    Placements that are over are left alone.
    """
    begun = Week.objects.filter(plan=OuterRef("pk"), attempt=OuterRef("attempt"))
    on_their_way = Q(placement__ends_on=None) | Q(placement__ends_on__gt=localdate())
    plans = Plan.objects.filter(Exists(begun), on_their_way).select_for_update(of=("self",))
    if placement:
        plans = plans.filter(placement=placement)
    for plan in plans.select_related("placement", "receiving_school").order_by("pk"):
        tell_the_register(plan)
