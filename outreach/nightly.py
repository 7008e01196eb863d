"""What the clock starts: questions to schools whose day has come, and reminders."""

from celery import shared_task
from django.utils.timezone import localdate

from accounts.work import once
from outreach import actions


@shared_task
def ask_schools() -> None:
    """Send the follow-ups that are due and remind of those not answered, once a day."""
    today = localdate()
    with once("outreach.nightly.ask_schools", today.isoformat()) as is_ours:
        if is_ours:
            actions.ask_what_is_due(today)
