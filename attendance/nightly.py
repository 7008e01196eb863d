"""What the clock starts: the weekly totals are compared with the marks."""

import logging

from celery import shared_task
from django.utils.timezone import localdate

from accounts.work import once
from attendance import actions

logger = logging.getLogger(__name__)


@shared_task
def verify_totals() -> None:
    """Compare, once a day, and tell the log what differs. A person decides on the repair."""
    with once("attendance.nightly.verify_totals", localdate().isoformat()) as is_ours:
        if is_ours and (found := actions.differences()):
            logger.error(
                "%s weekly totals differ from the marks, the first: %s. Find out which writer "
                "went round the triggers, then run: manage.py verify_rollups --repair",
                len(found),
                found[0],
            )
