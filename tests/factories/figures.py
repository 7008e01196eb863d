"""Marks, and the figures that are made of them."""

import uuid
from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apsystem.lib.calendar import FRIDAY, SESSIONS_A_DAY, Session
from attendance.models import Delivery, Mark, MarkAmendment, TakenBack, WeekTotal
from placements.models import Placement
from reporting.models import (
    BoardPack,
    Comparator,
    Coverage,
    FailedFigure,
    KeptRows,
    LastLook,
    MonthlyTables,
    PackFigure,
    Snapshot,
    Target,
    TargetReview,
)
from tests.factories.actors import UserFactory
from tests.factories.cases import PlacementFactory
from tests.factories.children import PupilFactory


class MarkFactory(DjangoModelFactory):
    class Meta:
        model = Mark

    placement = factory.SubFactory(PlacementFactory)
    pupil = factory.SelfAttribute("placement.pupil")
    date = date(2024, 9, 16)
    session = Session.AM
    code_id = "/"
    marked_by = factory.SubFactory(UserFactory)
    marked_at = factory.LazyFunction(timezone.now)


class MarkAmendmentFactory(DjangoModelFactory):
    class Meta:
        model = MarkAmendment

    mark = factory.SubFactory(MarkFactory, code_id="L")
    original = "N"
    amended = "L"
    reason = "Came at 9.20."
    by = factory.SubFactory(UserFactory)
    by_name = "Pat Provider"
    by_position = "Tutor"


class WeekTotalFactory(DjangoModelFactory):
    class Meta:
        model = WeekTotal

    placement = factory.SubFactory(PlacementFactory)
    provider = factory.SelfAttribute("placement.provider")
    week = date(2024, 9, 16)
    present = 8
    authorised = 1
    unauthorised = 1
    late = 0
    not_possible = 0


class TakenBackFactory(DjangoModelFactory):
    class Meta:
        model = TakenBack

    placement = factory.SubFactory(PlacementFactory)
    date = date(2024, 9, 16)
    session = Session.AM
    code = "L"
    version = 1
    marked_at = factory.LazyFunction(timezone.now)
    at = factory.LazyFunction(timezone.now)
    by = factory.SubFactory(UserFactory)
    by_name = "Pat Provider"
    by_position = "Tutor"


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    user = factory.SubFactory(UserFactory)
    key = factory.LazyFunction(uuid.uuid4)
    body_hash = "0" * 64


class ComparatorFactory(DjangoModelFactory):
    class Meta:
        model = Comparator

    measure = "overall_absence_rate"
    school_type = "State-funded alternative provision (incl. PRU)"
    geography = "England"
    year = 2024
    coverage = Coverage.YEAR
    value = "40.000000"
    unit = "percent of possible sessions"
    source = "An invented publication"


class SnapshotFactory(DjangoModelFactory):
    class Meta:
        model = Snapshot

    measure = "overall-absence-ap"
    year = 2024
    coverage = Coverage.YEAR
    starts_on = date(2024, 9, 2)
    ends_on = date(2025, 7, 23)
    is_over = True
    value = "30.000000"
    numerator = 30
    denominator = 100
    units = 12
    counts = {"Expected sessions that nobody marked": 0}
    definition_version = 1
    fingerprint = "0" * 32
    as_of = date(2025, 9, 1)


class FailedFigureFactory(DjangoModelFactory):
    class Meta:
        model = FailedFigure

    measure = "attendance-ap"
    year = 2024
    coverage = Coverage.YEAR
    error = "UndefinedColumn"
    failing_since = factory.LazyFunction(timezone.now)
    failed_at = factory.LazyFunction(timezone.now)


class LastLookFactory(DjangoModelFactory):
    class Meta:
        model = LastLook

    user = factory.SubFactory(UserFactory)
    pupil = factory.SubFactory(PupilFactory)
    at = factory.LazyFunction(timezone.now)


def write_marks(placement: Placement, codes: str | list[str], *, first_day: date) -> list[Mark]:
    """Write a mark for each code, two a weekday from the first day on: no calendar is asked.

    A space leaves a session unmarked; `/` in an afternoon becomes its own code.
    """
    by, now, day, rows = placement.opened_by, timezone.now(), first_day, []
    for place, code in enumerate(codes):
        session = place % SESSIONS_A_DAY
        if place and session == Session.AM:
            day += timedelta(days=3 if day.weekday() == FRIDAY else 1)
        if code == " ":
            continue
        rows.append(
            Mark(
                placement=placement,
                pupil_id=placement.pupil_id,
                date=day,
                session=session,
                code_id="\\" if code == "/" and session == Session.PM else code,
                marked_by=by,
                marked_at=now,
            )
        )
    return Mark.objects.bulk_create(rows)


class TargetFactory(DjangoModelFactory):
    class Meta:
        model = Target

    measure = "attendance-ap"
    year = 2024
    value = "70.0"
    due_on = date(2025, 8, 31)
    owner = factory.SubFactory(UserFactory)
    words = "A call on the first morning."
    because = "Ten points above last year."
    set_by = factory.SelfAttribute("owner")


class TargetReviewFactory(DjangoModelFactory):
    class Meta:
        model = TargetReview

    target = factory.SubFactory(TargetFactory)
    on = date(2025, 3, 3)
    words = "On the way; stays."
    by = factory.SubFactory(UserFactory)


class BoardPackFactory(DjangoModelFactory):
    class Meta:
        model = BoardPack

    title = "Autumn board"
    year = 2024
    coverage = Coverage.YEAR
    made_by = factory.SubFactory(UserFactory)


class PackFigureFactory(DjangoModelFactory):
    class Meta:
        model = PackFigure

    pack = factory.SubFactory(BoardPackFactory)
    position = 0
    measure = "attendance-ap"


class KeptRowsFactory(DjangoModelFactory):
    class Meta:
        model = KeptRows

    snapshot = factory.SubFactory(SnapshotFactory)
    rows = factory.LazyFunction(list)


class MonthlyTablesFactory(DjangoModelFactory):
    class Meta:
        model = MonthlyTables

    measure = "plan-on-day-one"
    month = factory.Sequence(lambda number: date(2000 + number // 12, number % 12 + 1, 1))
    year = 2024
    starts_on = date(2024, 9, 2)
    as_of = date(2024, 10, 31)
    total = [24, 40, 40]
    tables = {
        "tier": {
            "is_read": True,
            "rows": [
                ["1", "Tier 1", 8, 14, 14, False],
                ["2", "Tier 2", 13, 17, 17, True],
                ["3", "Tier 3", 3, 9, 9, True],
            ],
        },
    }
    smallest_count = 5
    smallest_cohort = 10
    definition_version = 1
