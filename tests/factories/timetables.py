"""Part-time timetables, their reviews, and marks outside the expected sessions."""

from datetime import date, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from attendance.models import OutsideMark, PartTimeTimetable, TimetableReview, TimetableRule
from tests.factories.actors import UserFactory
from tests.factories.cases import PlacementFactory
from tests.factories.figures import MarkFactory

MORNINGS = 0b0101010101


class TimetableRuleFactory(DjangoModelFactory):
    class Meta:
        model = TimetableRule

    starts_on = date(2024, 1, 1)
    review_days = 14
    full_hours = Decimal(25)
    session_hours = Decimal("2.5")
    source = "The council's attendance policy"


class TimetableFactory(DjangoModelFactory):
    """Mornings for six weeks from Monday 16 September 2024, agreed by both the week before."""

    class Meta:
        model = PartTimeTimetable

    placement = factory.SubFactory(PlacementFactory)
    sessions = MORNINGS
    reason = "Recovers from an operation."
    school_agreed_by = "Sam School, deputy head"
    school_agreed_on = factory.LazyAttribute(lambda row: row.starts_on - timedelta(days=4))
    parent_agreed_by = "Alex Parent"
    parent_agreed_on = factory.LazyAttribute(lambda row: row.starts_on - timedelta(days=4))
    starts_on = date(2024, 9, 16)
    full_time_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(weeks=6))
    ends_on = factory.SelfAttribute("full_time_on")
    part_time_since = factory.LazyAttribute(
        lambda row: row.follows.part_time_since if row.follows else row.starts_on
    )
    follows = None
    recorded_by = factory.SubFactory(UserFactory)


class TimetableReviewFactory(DjangoModelFactory):
    class Meta:
        model = TimetableReview

    timetable = factory.SubFactory(TimetableFactory)
    due_on = date(2024, 9, 30)


class OutsideMarkFactory(DjangoModelFactory):
    class Meta:
        model = OutsideMark

    mark = factory.SubFactory(MarkFactory)
    reason = "Came on another day for the trip."
