"""Whom to ring about a child."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Self, cast

import pghistory
from django.db import models
from django.db.models import Q

from pupils.models.pupil import Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach


class Channel(models.TextChoices):
    """How a contact wants to hear of an absence."""

    NONE = "", "No notice"
    EMAIL = "email", "E-mail"
    TEXT = "text", "Text message"
    PHONE = "phone", "Phone call"


class ContactQuerySet(ChildQuerySet):
    """Whom to ring about a child."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL)

    def by_pupil(self, pupils: Iterable[int]) -> "dict[int, list[Contact]]":
        """Return the contacts of some pupils, in the order in which to ring. One query."""
        found: dict[int, list[Contact]] = defaultdict(list)
        for row in self.filter(pupil__in=list(pupils)):
            contact = cast("Contact", row)
            found[contact.pupil_id].append(contact)
        return dict(found)

    def told_of_absence(self) -> Self:
        """Keep those who want to hear of an absence, whatever the channel."""
        return self.exclude(absence_channel=Channel.NONE)


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
    absence_channel = models.CharField(max_length=10, choices=Channel, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""),
                name="pupils_contact_can_be_reached",
                violation_error_message="Enter a phone number or an e-mail address.",
            ),
            models.CheckConstraint(
                condition=Q(absence_channel=Channel.NONE)
                | Q(absence_channel=Channel.EMAIL) & ~Q(email="")
                | Q(absence_channel__in=[Channel.TEXT, Channel.PHONE]) & ~Q(phone=""),
                name="pupils_contact_is_told_by_a_way_that_is_known",
                violation_error_code="absence_channel",
                violation_error_message="Enter the e-mail address or the phone number to which the "
                "notice goes, or choose another way.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.relationship})"
