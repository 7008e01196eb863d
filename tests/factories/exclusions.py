"""Suspensions, permanent exclusions and headcounts; and what the small borough holds of them."""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from pupils.models import ExclusionReason, Headcount, PermanentExclusion, Suspension
from tests.factories.actors import SchoolFactory, UserFactory
from tests.factories.children import PupilFactory


def _reason(code):
    return factory.LazyFunction(lambda: ExclusionReason.objects.get(pk=code))


class SuspensionFactory(DjangoModelFactory):
    """Two days in the first week of November 2024."""

    class Meta:
        model = Suspension

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    starts_on = date(2024, 11, 4)
    sessions = 4
    back_on = date(2024, 11, 6)
    reason_1 = _reason("DB")
    given_by = "The head"
    recorded_by = factory.SubFactory(UserFactory)


class PermanentExclusionFactory(DjangoModelFactory):
    class Meta:
        model = PermanentExclusion

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    decided_on = date(2024, 11, 4)
    effective_on = date(2024, 11, 5)
    reason_1 = _reason("PA")
    given_by = "The head"
    recorded_by = factory.SubFactory(UserFactory)


class HeadcountFactory(DjangoModelFactory):
    class Meta:
        model = Headcount

    school = factory.SubFactory(SchoolFactory)
    year = 2024
    census = "spring"
    pupils = 100


def suspended(pupil, school, start, today, token):
    """Suspend a pupil of the small borough: one that waits for all, and one that was cancelled."""
    SuspensionFactory(
        pupil=pupil,
        school=school,
        starts_on=start - timedelta(days=9),
        back_on=start - timedelta(days=8),
        cancelled_on=start,
        cancelled_because=token("cancelled"),
        sessions_served=1,
    )
    return SuspensionFactory(
        pupil=pupil,
        school=school,
        starts_on=start,
        back_on=today + timedelta(days=7),
        sessions=12,
        day_six_on=today,
        board_by=today,
        given_by=token("suspendedby"),
        provision=token("suspendedto"),
    )


def excluded(pupil, school, today, token):
    """Exclude a pupil of the small borough for good."""
    return PermanentExclusionFactory(
        pupil=pupil,
        school=school,
        decided_on=today,
        effective_on=today,
        board_by=today,
        given_by=token("excludedby"),
        provision=token("excludedto"),
    )
