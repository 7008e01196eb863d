"""What the clock starts: the figures of the day, and the summaries by mail."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate, localtime

from accounts import work
from accounts.models import Digest, User
from accounts.models.calendar import is_school_day
from accounts.work import once
from reporting import actions

DIGEST = "digest.due"


@shared_task
def compute_figures() -> None:
    """Compute every figure, once a day, however many schedulers there are."""
    with once("reporting.nightly.compute_figures", localdate().isoformat()) as is_ours:
        if is_ours:
            actions.compute()


@shared_task
def keep_rows() -> None:
    """Keep the rows behind the figures, once a month: what changed since can be told from there."""
    with once("reporting.nightly.keep_rows", f"{localdate():%Y-%m}") as is_ours:
        if is_ours:
            actions.keep_rows_of_all()


@shared_task
def publish_tables() -> None:
    """Make the tables of the month that is over, once. What was missed is made the next night."""
    with once("reporting.nightly.publish_tables", localdate().isoformat()) as is_ours:
        if is_ours:
            actions.publish_tables()


@shared_task
def send_digests() -> None:
    """Write down the summaries that are due this hour, once an hour and once a day for a person.

    Who was missed while nothing ran is told at the next hour.
    """
    now = localtime()
    with once("reporting.nightly.send_digests", now.strftime("%Y-%m-%dT%H")) as is_ours:
        if is_ours:
            rows = Digest.objects.due(now.date(), now.hour).select_related("user")
            for digest in rows.select_for_update(of=("self",)).order_by("pk"):
                _post(digest)


@transaction.atomic
def _post(digest: Digest) -> None:
    today, now = localdate(), timezone.now()
    digest.last_on = today
    if not digest.is_on_school_days_only or _is_open(digest.user):
        since = digest.told_until or now
        work.post(DIGEST, user=digest.user_id, since=since.isoformat(), until=now.isoformat())
        digest.told_until = now
    digest.save(update_fields=["last_on", "told_until"])


def _is_open(user: User) -> bool:
    place = user.memberships_in_force[0].organisation if user.memberships_in_force else None
    return is_school_day(place, localdate())
