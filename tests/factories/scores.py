"""Instruments, and what pupils scored."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from placements.models import (
    Assessment,
    AssessmentAmendment,
    Band,
    Instrument,
    Scale,
    Score,
)
from tests.factories.actors import SchoolFactory, UserFactory
from tests.factories.children import PupilFactory


class InstrumentFactory(DjangoModelFactory):
    class Meta:
        model = Instrument

    name = factory.Sequence(lambda n: f"Curriculum access {n}")
    informants = ["teacher", "parent"]


class ScaleFactory(DjangoModelFactory):
    class Meta:
        model = Scale

    instrument = factory.SubFactory(InstrumentFactory)
    name = factory.Sequence(lambda n: f"Lessons {n}")
    place = 1
    minimum = 0
    maximum = 10
    direction = "higher"


class BandFactory(DjangoModelFactory):
    class Meta:
        model = Band

    scale = factory.SubFactory(ScaleFactory)
    informant = "teacher"
    name = "Few"
    lowest = 0
    source = "The council's scale of 2026"


class AssessmentFactory(DjangoModelFactory):
    class Meta:
        model = Assessment

    pupil = factory.SubFactory(PupilFactory)
    instrument = factory.SubFactory(InstrumentFactory)
    informant = "teacher"
    held_on = date(2024, 9, 16)
    recorded_by = factory.SubFactory(UserFactory)
    recorded_for = factory.SubFactory(SchoolFactory)


class ScoreFactory(DjangoModelFactory):
    class Meta:
        model = Score

    assessment = factory.SubFactory(AssessmentFactory)
    scale = factory.SubFactory(
        ScaleFactory, instrument=factory.SelfAttribute("..assessment.instrument")
    )
    value = 4


class AssessmentAmendmentFactory(DjangoModelFactory):
    class Meta:
        model = AssessmentAmendment

    assessment = factory.SubFactory(AssessmentFactory)
    by = factory.SubFactory(UserFactory)
    before = "Teacher, 16 September 2024: Lessons 3"
    reason = "A slip of the pen."
