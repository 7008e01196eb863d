"""Whom to ring about a child."""

import pghistory
from django.db import models
from django.db.models import Q

from pupils.models.pupil import Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach


class ContactQuerySet(ChildQuerySet):
    """Whom to ring about a child."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL)


@pghistory.track()
class Contact(models.Model):
    """A parent or another adult, in the order in which to ring."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=150)
    relationship = models.CharField(max_length=50)
    has_parental_responsibility = models.BooleanField(default=False)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    priority = models.PositiveSmallIntegerField(default=1)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""),
                name="pupils_contact_can_be_reached",
                violation_error_message="Enter a phone number or an e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.relationship})"
