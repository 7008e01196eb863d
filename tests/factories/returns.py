"""Plans of the way back, their gates, weeks, versions and checks."""

import uuid
from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from accounts.models.personal import hash_of
from reintegration import models
from reintegration.models import Gate, Kind, Plan, StayCheck, TargetChange, Version, Week
from tests.factories.actors import UserFactory, later_half_term
from tests.factories.cases import PlacementFactory

MONDAY = date(2024, 9, 16)


class PlanFactory(DjangoModelFactory):
    """A plan in any status: one in the weeks of return has passed its three gates."""

    class Meta:
        model = Plan
        skip_postgeneration_save = True

    placement = factory.SubFactory(PlacementFactory)
    pupil = factory.SelfAttribute("placement.pupil")
    route = "mainstream"
    first_target = factory.LazyFunction(later_half_term)
    target = factory.SelfAttribute("first_target")
    receiving_school = factory.SelfAttribute("placement.home_school")

    @factory.post_generation
    def returning(self, create, wanted, **details):
        if create and wanted:
            for kind in Kind:
                GateFactory(plan=self, kind=kind)
            Plan.objects.filter(pk=self.pk).update(status=models.Status.RETURNING)
            self.refresh_from_db()


class GateFactory(DjangoModelFactory):
    class Meta:
        model = Gate

    plan = factory.SubFactory(PlanFactory)
    attempt = factory.SelfAttribute("plan.attempt")
    kind = Kind.MEETING
    held_on = date(2024, 9, 9)
    who = "The head of year"
    words = "Begin with mornings."
    parent_words = factory.LazyAttribute(lambda row: "Good." if row.kind == "conversation" else "")
    no_scores = factory.LazyAttribute(lambda row: "None yet." if row.kind == "progress" else "")
    recorded_by = factory.SubFactory(UserFactory)


class TargetChangeFactory(DjangoModelFactory):
    class Meta:
        model = TargetChange

    plan = factory.SubFactory(PlanFactory)
    before = factory.SelfAttribute("plan.target")
    after = factory.SubFactory(
        "tests.factories.HalfTermFactory",
        year=2035,
        number=2,
        starts_on=date(2035, 10, 29),
        ends_on=date(2035, 12, 20),
    )
    reason = "Needs more time."
    by = factory.SubFactory(UserFactory)


class WeekFactory(DjangoModelFactory):
    class Meta:
        model = Week

    plan = factory.SubFactory(PlanFactory, returning=True)
    attempt = factory.SelfAttribute("plan.attempt")
    number = 1
    starts_on = factory.LazyAttribute(lambda row: MONDAY + (row.number - 1) * timedelta(weeks=1))
    ends_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=5))
    first_starts_on = factory.SelfAttribute("starts_on")
    first_ends_on = factory.SelfAttribute("ends_on")
    ap_sessions = 8
    school_sessions = 2


class WeekChangeFactory(DjangoModelFactory):
    class Meta:
        model = models.WeekChange

    plan = factory.SubFactory(PlanFactory)
    attempt = factory.SelfAttribute("plan.attempt")
    number = 1
    kind = "held"
    reason = "Was ill."
    by = factory.SubFactory(UserFactory)


class StayCheckFactory(DjangoModelFactory):
    class Meta:
        model = StayCheck

    plan = factory.SubFactory(PlanFactory)
    weeks = 6
    due_on = date(2024, 12, 9)


class VersionFactory(DjangoModelFactory):
    class Meta:
        model = Version

    plan = factory.SubFactory(PlanFactory)
    number = 1
    content = factory.LazyFunction(lambda: {"goals": "Come every day."})
    sent_to = "head@school.example"
    uid = factory.LazyFunction(uuid.uuid4)
    token_hash = factory.LazyAttribute(lambda row: hash_of(Version(uid=row.uid).token))
    expires_on = date(2035, 1, 1)
    made_by = factory.SubFactory(UserFactory)
