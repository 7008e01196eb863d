"""What the clock starts: the figures of the day."""

from celery import shared_task
from django.utils.timezone import localdate

from accounts.work import once
from reporting import actions


@shared_task
def compute_figures() -> None:
    """Compute every figure, once a day, however many schedulers there are."""
    with once("reporting.nightly.compute_figures", localdate().isoformat()) as is_ours:
        if is_ours:
            actions.compute()
