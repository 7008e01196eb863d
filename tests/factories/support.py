"""Attendance contracts, and what follows from them. The status is an argument."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from attendance import models
from attendance.models.pathway import PathwayStatus
from attendance.models.support import OVER, Status
from attendance.models.visit import OUTCOMES, WENT, VisitStatus
from tests.factories.actors import ProviderFactory, UserFactory
from tests.factories.children import PupilFactory

MOMENT = datetime(2024, 9, 30, 15, tzinfo=UTC)


class SupportPlanFactory(DjangoModelFactory):
    """A contract in any status, with what the status needs."""

    class Meta:
        model = models.SupportPlan

    class Params:
        is_agreed = factory.LazyAttribute(lambda row: row.status != Status.DRAFT)
        is_over = factory.LazyAttribute(lambda row: row.status in OVER)

    pupil = factory.SubFactory(PupilFactory)
    status = Status.DRAFT
    why = "Missed half of the sessions."
    pupil_will = "Comes on the bus."
    parent_will = "Rings before nine."
    place_will = "Meets at the gate."
    target_percent = 80
    review_school_days = 10
    opened_by = factory.SubFactory(UserFactory)
    opened_on = date(2024, 9, 16)
    agreed_on = factory.LazyAttribute(lambda row: date(2024, 9, 16) if row.is_agreed else None)
    pupil_answer = factory.LazyAttribute(lambda row: "yes" if row.is_agreed else "")
    pupil_words = factory.LazyAttribute(lambda row: "I will try." if row.is_agreed else "")
    parent_name = factory.LazyAttribute(lambda row: "Jo Parent" if row.is_agreed else "")
    parent_agreed_on = factory.SelfAttribute("agreed_on")
    baseline_from = factory.LazyAttribute(lambda row: date(2024, 9, 1) if row.is_agreed else None)
    baseline_present = factory.LazyAttribute(lambda row: 5 if row.is_agreed else None)
    baseline_possible = factory.LazyAttribute(lambda row: 10 if row.is_agreed else None)
    ended_on = factory.LazyAttribute(lambda row: date(2024, 10, 14) if row.is_over else None)
    end_words = factory.LazyAttribute(lambda row: "Comes every day." if row.is_over else "")


class SupportReviewFactory(DjangoModelFactory):
    """A review that is due; with `held_on` one that was held."""

    class Meta:
        model = models.SupportReview

    class Params:
        is_held = factory.LazyAttribute(lambda row: row.held_on is not None)

    plan = factory.SubFactory(SupportPlanFactory, status=Status.AGREED)
    due_on = date(2024, 9, 30)
    held_on = None
    attended = factory.LazyAttribute(lambda row: "Kim and Jo" if row.is_held else "")
    since_on = factory.LazyAttribute(lambda row: date(2024, 9, 16) if row.is_held else None)
    present = factory.LazyAttribute(lambda row: 8 if row.is_held else None)
    possible = factory.LazyAttribute(lambda row: 10 if row.is_held else None)
    changed = factory.LazyAttribute(lambda row: "Comes more." if row.is_held else "")
    next_step = factory.LazyAttribute(lambda row: "Goes on." if row.is_held else "")
    recorded_by = factory.Maybe("is_held", factory.SubFactory(UserFactory), None)
    recorded_at = factory.LazyAttribute(lambda row: MOMENT if row.is_held else None)


class HomeVisitFactory(DjangoModelFactory):
    """A visit that is planned, or with a status what came of it."""

    class Meta:
        model = models.HomeVisit

    class Params:
        is_recorded = factory.LazyAttribute(lambda row: row.status in OUTCOMES)
        is_made = factory.LazyAttribute(lambda row: row.status == VisitStatus.MADE)

    pupil = factory.SubFactory(PupilFactory)
    status = VisitStatus.PLANNED
    purpose = "To ask how the mornings go."
    planned_on = date(2024, 9, 25)
    visitor = factory.SubFactory(UserFactory)
    goes_with = "A colleague"
    planned_by = factory.SubFactory(UserFactory)
    went_on = factory.LazyAttribute(lambda row: row.planned_on if row.status in WENT else None)
    seen = factory.LazyAttribute(lambda row: "Jo Parent" if row.is_made else "")
    pupil_was_seen = factory.LazyAttribute(lambda row: True if row.is_made else None)
    found = factory.LazyAttribute(lambda row: "All is well." if row.is_recorded else "")
    recorded_by = factory.Maybe("is_recorded", factory.SubFactory(UserFactory), None)
    recorded_at = factory.LazyAttribute(lambda row: MOMENT if row.is_recorded else None)


class RewardFactory(DjangoModelFactory):
    class Meta:
        model = models.Reward

    pupil = factory.SubFactory(PupilFactory)
    given_for = "coming every morning"
    what = "A postcard home"
    given_on = date(2024, 9, 27)
    given_by = factory.SubFactory(UserFactory)


class DisplayConsentFactory(DjangoModelFactory):
    class Meta:
        model = models.DisplayConsent

    pupil = factory.SubFactory(PupilFactory)
    provider = factory.SubFactory(ProviderFactory)
    agreed_by = "Kim, and Jo Parent"
    agreed_on = date(2024, 9, 2)
    recorded_by = factory.SubFactory(UserFactory)


class EbsaPathwayFactory(DjangoModelFactory):
    class Meta:
        model = models.EbsaPathway

    class Params:
        is_closed = factory.LazyAttribute(lambda row: row.status == PathwayStatus.CLOSED)

    pupil = factory.SubFactory(PupilFactory)
    status = PathwayStatus.OPEN
    risks = "The corridor."
    resilience = "The workshop."
    opened_by = factory.SubFactory(UserFactory)
    opened_on = date(2024, 9, 16)
    closed_on = factory.LazyAttribute(lambda row: date(2024, 10, 14) if row.is_closed else None)
    close_words = factory.LazyAttribute(lambda row: "Full time again." if row.is_closed else "")


class ReturnStepFactory(DjangoModelFactory):
    class Meta:
        model = models.ReturnStep

    pathway = factory.SubFactory(EbsaPathwayFactory)
    position = factory.Sequence(lambda n: n + 1)
    words = "Comes to the gate."
    planned_on = date(2024, 9, 23)
