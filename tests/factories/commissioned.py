"""Placements that schools arrange, and the answers of the census."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from placements.models import CensusAnswer, CensusCode, QualityCheck, SchoolPlacement
from tests.factories.actors import SchoolFactory, UserFactory
from tests.factories.cases import PlacementFactory
from tests.factories.children import PupilFactory


class CensusCodeFactory(DjangoModelFactory):
    class Meta:
        model = CensusCode

    group = "school reason"
    key = factory.Sequence(lambda n: f"key-{n}")
    label = "A reason"
    place = 9


class CensusAnswerFactory(DjangoModelFactory):
    class Meta:
        model = CensusAnswer

    placement = factory.SubFactory(PlacementFactory)
    reason = factory.SubFactory(CensusCodeFactory, group="authority reason")
    recorded_by = factory.SubFactory(UserFactory)


class SchoolPlacementFactory(DjangoModelFactory):
    class Meta:
        model = SchoolPlacement

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    provider_name = "Elm Studio"
    starts_on = date(2024, 9, 16)
    recorded_by = factory.SubFactory(UserFactory)


class QualityCheckFactory(DjangoModelFactory):
    class Meta:
        model = QualityCheck

    placement = factory.SubFactory(SchoolPlacementFactory)
    theme = "safety"
    made_on = date(2024, 9, 17)
    found = "Fire drill seen."
    made_by = factory.SubFactory(UserFactory)
