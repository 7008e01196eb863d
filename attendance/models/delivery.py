"""What a device sent to a register, so that it arrives once however often it is sent."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from accounts.models import User

KEPT = timedelta(days=7)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries: they hold codes and row numbers, and name no child."""

    def outlived(self) -> Self:
        """Keep those that no device sends again."""
        return self.filter(at__lt=timezone.now() - KEPT)


class Delivery(models.Model):
    """One line that a device sent, and what it was answered: the same again for the same key.

    `tapped_at` is what the device's clock said. It decides nothing.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField(default=dict, blank=True)
    tapped_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"],
                name="attendance_delivery_one_for_a_key",
                violation_error_message="This was delivered already.",
            )
        ]

    def __str__(self) -> str:
        return f"delivery {self.key}"
