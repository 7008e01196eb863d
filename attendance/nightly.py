"""What the clock starts: the morning, totals, what timetables leave out, what is outlived."""

import logging

from celery import shared_task
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.work import once
from attendance import actions
from attendance.models import Delivery

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


@shared_task
def keep_timetables() -> None:
    """End timetables with their placements, and write what they left out, once a day."""
    today = localdate()
    with once("attendance.nightly.keep_timetables", today.isoformat()) as is_ours:
        if is_ours:
            actions.end_with_placements(today)
            actions.write_left_out(today)


@shared_task
def forget_deliveries() -> None:
    """Delete the answers that no device asks for again. Once a day."""
    with once("attendance.nightly.forget_deliveries", localdate().isoformat()) as is_ours:
        if is_ours:
            Delivery.objects.outlived().delete()


@shared_task
def clear_uploads() -> None:
    """Delete the files of imports that have waited for a day, once a day."""
    with once("attendance.nightly.clear_uploads", localdate().isoformat()) as is_ours:
        if is_ours:
            actions.clear_uploads()


@shared_task
def follow_absence() -> None:
    """Tell of late registers and of absence, once each, however many schedulers there are."""
    actions.follow(timezone.now())
