"""What the clock does for the outbox: send again what is undone, and show that a worker lives."""

from datetime import timedelta

from celery import shared_task
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from accounts import work
from accounts.models import OutboxMessage

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_SECONDS = 120
RESEND_AFTER = timedelta(seconds=30)
AT_ONCE = 500
MOST_ATTEMPTS = 50


@shared_task
def sweep() -> int:
    """Send again what is undone: the broker was away, or a worker died. Return how many."""
    now = timezone.now()
    stale = OutboxMessage.objects.filter(
        Q(sent_at=None) | Q(sent_at__lt=now - RESEND_AFTER),
        done_at=None,
        created_at__lt=now - RESEND_AFTER,
        attempts__lt=MOST_ATTEMPTS,
    ).order_by("created_at")[:AT_ONCE]
    messages = list(stale.values_list("pk", "kind"))
    OutboxMessage.objects.filter(pk__in=[pk for pk, _ in messages]).update(sent_at=now)
    for pk, kind in messages:
        work.ring(pk, kind)
    return len(messages)


@shared_task
def beat() -> None:
    """Show that a worker takes tasks; /healthz reads it."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), HEARTBEAT_SECONDS)
