"""What the clock does: send again what is undone, show that a worker lives, clear what is over."""

from datetime import timedelta
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import OutboxMessage

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_SECONDS = 120
RESEND_AFTER = timedelta(seconds=30)
AT_ONCE = 500
MOST_ATTEMPTS = 50
KEEP_DONE = timedelta(days=30)


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


@shared_task
def clear_away() -> None:
    """Delete work that was done 30 days ago or earlier, and sign-ins that are over. Once a day.

    Work that failed stays: a person must look at it.
    """
    with work.once("accounts.tasks.clear_away", localdate().isoformat()) as is_ours:
        if is_ours:
            OutboxMessage.objects.filter(done_at__lte=timezone.now() - KEEP_DONE).delete()
            import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
