"""Times and thresholds of absence, what was tried, and who was told."""

from datetime import date, time

import factory
from factory.django import DjangoModelFactory

from apsystem.lib.calendar import Session
from attendance.models import AbsenceEntry, AbsenceNotice, RegisterTimes, Threshold, Way
from tests.factories.actors import ProviderFactory, UserFactory
from tests.factories.cases import PlacementFactory
from tests.factories.children import ContactFactory


class ThresholdFactory(DjangoModelFactory):
    """A threshold beside those that a migration fills."""

    class Meta:
        model = Threshold

    kind = "illness"
    number = 12
    starts_on = factory.Sequence(lambda n: date(2025, 1, 1 + n % 28))
    source = "A test"


class RegisterTimesFactory(DjangoModelFactory):
    class Meta:
        model = RegisterTimes

    provider = factory.SubFactory(ProviderFactory)
    starts_on = date(2024, 9, 2)
    am_mark_by = time(9, 30)
    am_account_by = time(10, 0)
    pm_mark_by = time(13, 15)
    pm_account_by = time(13, 45)


class AbsenceEntryFactory(DjangoModelFactory):
    class Meta:
        model = AbsenceEntry

    placement = factory.SubFactory(PlacementFactory)
    date = date(2024, 9, 16)
    session = Session.AM
    way = Way.NO_ANSWER
    words = "Rang twice."
    by = factory.SubFactory(UserFactory)


class AbsenceNoticeFactory(DjangoModelFactory):
    """A notice by e-mail to a contact of the pupil."""

    class Meta:
        model = AbsenceNotice

    placement = factory.SubFactory(PlacementFactory)
    to = "contact"
    contact = factory.SubFactory(
        ContactFactory, pupil=factory.SelfAttribute("..placement.pupil"), email="jo@x.example"
    )
    date = date(2024, 9, 16)
    session = Session.AM
    channel = "email"
