"""What the clock starts: plans that stall come to the panel's list; registers know of returns."""

from celery import shared_task
from django.utils.timezone import localdate

from accounts.work import once
from reintegration import actions


@shared_task
def propose_stalled_plans() -> None:
    """Put forward the plans that stall, once a day, however many schedulers there are."""
    today = localdate()
    with once("reintegration.nightly.propose_stalled_plans", today.isoformat()) as is_ours:
        if is_ours:
            actions.propose_stalled(today)


@shared_task
def keep_registers() -> None:
    """Set the sessions of the weeks of return, once a day: school calendars may have changed."""
    with once("reintegration.nightly.keep_registers", localdate().isoformat()) as is_ours:
        if is_ours:
            actions.tell_registers()
