"""Support in schools, the log, what schools buy, and what is asked afterwards."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from outreach import models
from outreach.models.support import BEGUN, Status
from tests.factories.actors import SchoolFactory, UserFactory
from tests.factories.children import PupilFactory

NONE = "Was ill that week."


class SupportFactory(DjangoModelFactory):
    """Support of a pupil in any status, with what the status needs; scores are left out."""

    class Meta:
        model = models.Support

    class Params:
        is_begun = factory.LazyAttribute(lambda row: row.kind == "pupil" and row.status in BEGUN)
        is_closed = factory.LazyAttribute(
            lambda row: row.kind == "pupil" and row.status == Status.CLOSED
        )

    kind = "pupil"
    pupil = factory.Maybe(
        factory.LazyAttribute(lambda row: row.kind == "pupil"),
        factory.SubFactory(PupilFactory),
        None,
    )
    school = factory.SubFactory(SchoolFactory)
    focus = factory.LazyAttribute(lambda row: "" if row.kind == "pupil" else "trauma")
    status = Status.OPEN
    aims = "Stay in lessons."
    worker = factory.SubFactory(UserFactory)
    starts_on = date(2023, 9, 11)
    planned_last_day = date(2023, 12, 15)
    ended_on = factory.LazyAttribute(
        lambda row: date(2023, 12, 15) if row.status == Status.CLOSED else None
    )
    end_words = factory.LazyAttribute(
        lambda row: "Stays in lessons." if row.status in ("closed", "cancelled") else ""
    )
    no_semh_baseline = factory.LazyAttribute(
        lambda row: NONE if row.is_begun and not row.semh_baseline else ""
    )
    no_curriculum_baseline = factory.LazyAttribute(
        lambda row: NONE if row.is_begun and not row.curriculum_baseline else ""
    )
    no_semh_exit = factory.LazyAttribute(
        lambda row: NONE if row.is_closed and not row.semh_exit else ""
    )
    no_curriculum_exit = factory.LazyAttribute(
        lambda row: NONE if row.is_closed and not row.curriculum_exit else ""
    )
    semh_baseline = semh_exit = curriculum_baseline = curriculum_exit = None


class CycleFactory(DjangoModelFactory):
    class Meta:
        model = models.Cycle

    support = factory.SubFactory(SupportFactory)
    number = 1
    assessed = "Leaves at noise."
    planned = "A quiet start each day."
    review_on = date(2023, 10, 16)
    begun_by = factory.SubFactory(UserFactory)


class DealFactory(DjangoModelFactory):
    class Meta:
        model = models.Deal

    school = factory.SubFactory(SchoolFactory)
    year = 2023
    unit = "hours"


class PurchaseFactory(DjangoModelFactory):
    class Meta:
        model = models.Purchase

    deal = factory.SubFactory(DealFactory)
    quantity = Decimal(20)
    bought_on = date(2023, 9, 4)
    recorded_by = factory.SubFactory(UserFactory)


class LogEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.LogEntry

    kind = "visit"
    school = factory.SubFactory(SchoolFactory)
    worker = factory.SubFactory(UserFactory)
    on = date(2023, 9, 18)
    minutes = factory.LazyAttribute(lambda row: 60 if row.status == "done" else None)
    status = "done"
    recorded_by = factory.SelfAttribute("worker")


class LogLineFactory(DjangoModelFactory):
    class Meta:
        model = models.LogLine

    support = factory.SubFactory(SupportFactory)
    entry = factory.SubFactory(LogEntryFactory, school=factory.SelfAttribute("..support.school"))
    words = "Stayed for the whole lesson."


class LinkedFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    support = factory.SubFactory(SupportFactory, status="closed")
    school = factory.SelfAttribute("support.school")

    @classmethod
    def _create(cls, model_class, *args, **details):
        row = model_class(*args, **details)
        row.fill_hash()
        row.save()
        return row


class FollowUpFactory(LinkedFactory):
    """A follow-up that waits; with `suspended` one that was answered."""

    class Meta:
        model = models.FollowUp

    class Params:
        is_answered = factory.LazyAttribute(lambda row: bool(row.suspended))

    months = 12
    due_on = date(2024, 12, 16)
    suspended = ""
    suspensions = factory.LazyAttribute(lambda row: 1 if row.suspended == "yes" else None)
    excluded = factory.LazyAttribute(lambda row: "no" if row.is_answered else "")
    answered_at = factory.LazyAttribute(
        lambda row: datetime(2024, 12, 20, tzinfo=UTC) if row.is_answered else None
    )
    answered_by = factory.LazyAttribute(lambda row: "Robin Example" if row.is_answered else "")
    answered_as = factory.LazyAttribute(lambda row: "SENCO" if row.is_answered else "")


class EvaluationFactory(LinkedFactory):
    class Meta:
        model = models.Evaluation
