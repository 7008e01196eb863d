"""Referrals and placements. The status is an argument."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from django.utils.timezone import localdate
from factory.django import DjangoModelFactory

from placements import models as placements
from placements.models import EVERY_SESSION, Placement, TierRule
from pupils.models.codes import EnrolmentStatus
from referrals import models as referrals
from referrals.models import (
    Attachment,
    DecisionRead,
    Entry,
    Referral,
    RequestForMore,
    Tier,
)
from tests.factories.actors import ProviderFactory, SchoolFactory, UserFactory
from tests.factories.children import DocumentFactory, EnrolmentFactory, PupilFactory


class ReferralFactory(DjangoModelFactory):
    """A referral in any status, with what the status needs."""

    class Meta:
        model = Referral

    class Params:
        is_decided = factory.LazyAttribute(lambda row: row.status in referrals.DECIDED)

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    status = referrals.Status.DRAFT
    reason = referrals.Reason.AT_RISK
    concern = "Away from lessons."
    made_by = factory.SubFactory(UserFactory)
    submitted_at = factory.LazyAttribute(
        lambda row: (
            None
            if row.status in {referrals.Status.DRAFT, referrals.Status.WITHDRAWN}
            else datetime(2024, 9, 3, 9, tzinfo=UTC)
        )
    )
    decided_on = factory.LazyAttribute(lambda row: date(2024, 9, 5) if row.is_decided else None)
    decided_by = factory.Maybe("is_decided", factory.SubFactory(UserFactory), None)
    decision_reason = factory.LazyAttribute(lambda row: "Agreed." if row.is_decided else "")
    tier = factory.LazyAttribute(
        lambda row: Tier.LONGER if row.status == referrals.Status.ACCEPTED else None
    )


class EntryFactory(DjangoModelFactory):
    class Meta:
        model = Entry

    referral = factory.SubFactory(ReferralFactory, status=referrals.Status.SUBMITTED)
    kind = "added"
    by = factory.SubFactory(UserFactory)
    after = "The class has changed."


class RequestForMoreFactory(DjangoModelFactory):
    class Meta:
        model = RequestForMore

    referral = factory.SubFactory(ReferralFactory, status=referrals.Status.WAITING)
    questions = ["tried"]
    asked_by = factory.SubFactory(UserFactory)


class AttachmentFactory(DjangoModelFactory):
    class Meta:
        model = Attachment

    referral = factory.SubFactory(ReferralFactory)
    document = factory.SubFactory(DocumentFactory, pupil=factory.SelfAttribute("..referral.pupil"))


class SavedFilterFactory(DjangoModelFactory):
    class Meta:
        model = referrals.SavedFilter

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Late ones {n}")
    query = "late=yes"


class DecisionReadFactory(DjangoModelFactory):
    class Meta:
        model = DecisionRead

    referral = factory.SubFactory(ReferralFactory, status=referrals.Status.DECLINED)
    by = factory.SubFactory(UserFactory)


class TierRuleFactory(DjangoModelFactory):
    class Meta:
        model = TierRule

    tier = Tier.SHORT
    starts_on = date(2024, 1, 1)
    longest_weeks = 12
    has_register = True


class PlacementFactory(DjangoModelFactory):
    """A placement of any tier and status, with the enrolment through which the provider sees it.

    `enrolment=False` leaves the enrolment out.
    """

    class Meta:
        model = Placement
        skip_postgeneration_save = True

    class Params:
        is_open = factory.LazyAttribute(
            lambda row: row.status in {placements.Status.PROPOSED, *placements.RUNNING}
        )

    pupil = factory.SubFactory(PupilFactory)
    tier = Tier.LONGER
    provider = factory.SubFactory(ProviderFactory)
    home_school = factory.SubFactory(SchoolFactory)
    status = placements.Status.OPEN
    starts_on = date(2024, 1, 8)
    ends_on = factory.LazyAttribute(
        lambda row: (
            None if row.is_open and row.tier != Tier.SHORT else row.starts_on + timedelta(weeks=12)
        )
    )
    sessions = factory.LazyAttribute(lambda row: 0 if row.tier == 1 else EVERY_SESSION)
    end_reason = factory.LazyAttribute(lambda row: "" if row.is_open else "Back in school.")
    destination = factory.LazyAttribute(
        lambda row: "home school" if row.status == placements.Status.ENDED else ""
    )
    opened_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def enrolment(self, create, wanted, **details):
        if not create or wanted is False or self.status not in placements.TAKEN_UP:
            return
        status = EnrolmentStatus.OUTREACH if self.tier == 1 else EnrolmentStatus.OTHER_PROVIDER
        EnrolmentFactory(
            pupil=self.pupil,
            organisation=self.provider,
            status=status,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            **details,
        )


class CommissionFactory(DjangoModelFactory):
    class Meta:
        model = placements.Commission

    provider = factory.SubFactory(ProviderFactory)
    starts_on = date(2024, 1, 8)
    places = 20


class ClosedToNewFactory(DjangoModelFactory):
    class Meta:
        model = placements.ClosedToNew

    provider = factory.SubFactory(ProviderFactory)
    starts_on = date(2024, 1, 8)
    reason = "The building is repaired"


class HoldFactory(DjangoModelFactory):
    class Meta:
        model = placements.Hold

    referral = factory.SubFactory(ReferralFactory, status=referrals.Status.SUBMITTED)
    provider = factory.SubFactory(ProviderFactory)
    starts_on = factory.LazyFunction(localdate)
    expires_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=14))
    held_by = factory.SubFactory(UserFactory)


class RateFactory(DjangoModelFactory):
    class Meta:
        model = placements.Rate

    provider = factory.SubFactory(ProviderFactory)
    package = "Full time"
    unit = "session"
    pounds = Decimal("42.50")
    starts_on = date(2024, 1, 8)


class PauseFactory(DjangoModelFactory):
    class Meta:
        model = placements.Pause

    placement = factory.SubFactory(PlacementFactory)
    starts_on = date(2024, 2, 5)
    ends_on = date(2024, 2, 12)
    reason = "In hospital."


class WeekPatternFactory(DjangoModelFactory):
    class Meta:
        model = placements.WeekPattern

    placement = factory.SubFactory(PlacementFactory)
    monday = date(2024, 2, 5)
    sessions = 0b1111000000  # Thursday and Friday
    words = "Week 3 of 6 of the return"


class ObjectiveFactory(DjangoModelFactory):
    class Meta:
        model = placements.Objective

    placement = factory.SubFactory(PlacementFactory)
    words = "Comes every morning"
    measure = "The register"


class ObjectiveChangeFactory(DjangoModelFactory):
    """A change that waits for the council's answer."""

    class Meta:
        model = placements.ObjectiveChange

    objective = factory.SubFactory(ObjectiveFactory)
    words_before = factory.SelfAttribute("objective.words")
    measure_before = factory.SelfAttribute("objective.measure")
    words = "Comes four mornings a week"
    measure = "The register of six weeks"
    reason = "Mondays are for the hospital school."
    proposed_by = factory.SubFactory(UserFactory)


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = placements.Review

    placement = factory.SubFactory(PlacementFactory)
    held_on = date(2024, 2, 9)
    attended = "The tutor and the parent"
    progress_words = "Comes more often."
    next_step = "continue"
    recorded_by = factory.SubFactory(UserFactory)


class ProgressFactory(DjangoModelFactory):
    class Meta:
        model = placements.Progress

    review = factory.SubFactory(ReviewFactory)
    objective = factory.SubFactory(
        ObjectiveFactory, placement=factory.SelfAttribute("..review.placement")
    )
    outcome = "partly"


class EndingFactory(DjangoModelFactory):
    class Meta:
        model = placements.Ending

    placement = factory.SubFactory(PlacementFactory, status="ended")
    progress = "Comes every day."
    pupil_words = "They listened."
    recorded_by = factory.SubFactory(UserFactory)


class AwardFactory(DjangoModelFactory):
    class Meta:
        model = placements.Award

    placement = factory.SubFactory(PlacementFactory)
    kind = "vocational"
    title = "Construction, level 1"
    gained_on = date(2024, 3, 1)


class PlacementEntryFactory(DjangoModelFactory):
    class Meta:
        model = placements.Entry

    placement = factory.SubFactory(PlacementFactory)
    kind = "extended"
    by = factory.SubFactory(UserFactory)
    words = "Needs more time."
