"""What the weeks of return mean for the register: at which sessions the pupil is at the provider.

The weeks are agreed here; the placement holds what follows from them, because the register and the
figures read placements and know of no plan.
"""

from datetime import date

from django.db import transaction

from accounts.models.calendar import school_days_at
from apsystem.lib.calendar import SESSIONS_A_DAY, monday_of
from placements import actions as placement_actions
from placements.models import Placement
from reintegration.models import Plan, Status, Week


def tell_the_register(plan: Plan) -> None:
    """Set the sessions of the placement in the weeks of return, from this week on.

    A half term within a week that is held, and a week that was skipped, have the usual sessions.
    """
    weeks: dict[date, tuple[int, str]] = {}
    found = list(Week.objects.of(plan)) if plan.status == Status.RETURNING else []
    if found:
        days = school_days_at(plan.receiving_school, found[0].starts_on, found[-1].ends_on)
        for week in found:
            words = f"Week {week.number} of {len(found)} of the return"
            for day in days:
                if not week.is_skipped and week.starts_on <= day < week.ends_on:
                    weeks[monday_of(day)] = (_sessions(week, monday_of(day)), words)
    placement_actions.set_weeks(plan.placement, weeks)


def _sessions(week: Week, monday: date) -> int:
    """Return the sessions of a calendar week: before the first day back, the usual ones."""
    if week.number > 1 or week.starts_on <= monday:
        return week.sessions
    before = (1 << week.starts_on.weekday() * SESSIONS_A_DAY) - 1
    return week.plan.placement.sessions & before | week.sessions & ~before


@transaction.atomic
def tell_registers(placement: Placement | None = None) -> None:
    """Set the sessions of all returns that run, or of one placement: dates may have moved."""
    plans = Plan.objects.filter(status=Status.RETURNING).select_for_update(of=("self",))
    if placement:
        plans = plans.filter(placement=placement)
    for plan in plans.select_related("placement", "receiving_school").order_by("pk"):
        tell_the_register(plan)
