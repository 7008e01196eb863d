"""Work that is still to be done, and the runs of the work that the clock starts."""

from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """Work written in the transaction that causes it. PostgreSQL is the truth, Redis the doorbell.

    `payload` holds ids and dates, never a child's data.
    """

    kind = models.CharField(max_length=50)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                name="accounts_outbox_undone",
                condition=Q(done_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Run(models.Model):
    """One run of a piece of periodic work for one period: a second scheduler does no harm."""

    task = models.CharField(max_length=100)
    period = models.CharField(max_length=30)
    started_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "period"],
                name="accounts_run_once_a_period",
                violation_error_message="This work was started for this period already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.period}"
