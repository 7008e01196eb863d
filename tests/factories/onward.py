"""Pathway plans for after Year 11, and their parts."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from reintegration import models
from reintegration.models import Pathway
from tests.factories.actors import UserFactory
from tests.factories.children import PupilFactory


class PathwayFactory(DjangoModelFactory):
    class Meta:
        model = Pathway

    pupil = factory.SubFactory(PupilFactory)
    aspirations = "To be a cook."
    opened_by = factory.SubFactory(UserFactory)


class DestinationCheckFactory(DjangoModelFactory):
    class Meta:
        model = models.DestinationCheck

    pathway = factory.SubFactory(PathwayFactory)
    month = "october"
    due_on = date(2024, 10, 1)


class ApplicationFactory(DjangoModelFactory):
    class Meta:
        model = models.Application

    pathway = factory.SubFactory(PathwayFactory)
    place = "Elm College"
    kind = "college"
    applied_on = date(2024, 1, 8)


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = models.Activity

    pathway = factory.SubFactory(PathwayFactory)
    kind = "work experience"
    words = "Two days in the kitchen of the Elm Hotel."
    planned_on = date(2024, 3, 4)
    by = factory.SubFactory(UserFactory)


class CoachContactFactory(DjangoModelFactory):
    class Meta:
        model = models.CoachContact

    pathway = factory.SubFactory(PathwayFactory)
    on = date(2024, 3, 4)
    way = "call"
    was_reached = True
    words = "Wants to visit the college."
    by = factory.SubFactory(UserFactory)
