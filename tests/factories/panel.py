"""The Fair Access Panel: seats, meetings, cases in any status, and what the ledger goes by."""

from datetime import date, time, timedelta

import factory
from django.utils import timezone
from django.utils.timezone import localdate
from factory.django import DjangoModelFactory

from accounts.permissions import Role
from reintegration import models
from reintegration.models.panel import OUT
from tests.factories.actors import LONG_AGO, MembershipFactory, SchoolFactory, UserFactory
from tests.factories.children import PupilFactory
from tests.factories.returns import PlanFactory


class PanelMemberFactory(DjangoModelFactory):
    """A seat with the role of the panel that it asks for."""

    class Meta:
        model = models.PanelMember
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(SchoolFactory)
    starts_on = LONG_AGO

    @factory.post_generation
    def role(self, create, wanted, **details):
        if create and wanted is not False:
            MembershipFactory(
                user=self.user, organisation=self.organisation, role=wanted or Role.PANEL_MEMBER
            )


class PanelMeetingFactory(DjangoModelFactory):
    """A meeting in any status, today unless said otherwise."""

    class Meta:
        model = models.PanelMeeting

    status = "planned"
    held_on = factory.LazyFunction(localdate)
    starts_at = factory.Sequence(lambda number: time(number // 60 % 24, number % 60))
    minutes = 120
    place = "Town Hall, room 3"
    quorum = 1
    made_by = factory.SubFactory(UserFactory)
    published_by = factory.Maybe(
        factory.LazyAttribute(lambda row: row.status in OUT), factory.SubFactory(UserFactory)
    )
    published_at = factory.LazyAttribute(lambda row: timezone.now() if row.published_by else None)
    opened_at = factory.LazyAttribute(
        lambda row: timezone.now() if row.status in ("in session", "closed") else None
    )
    closed_by = factory.LazyAttribute(lambda row: row.made_by if row.status == "closed" else None)
    closed_at = factory.LazyAttribute(lambda row: timezone.now() if row.closed_by else None)


class PanelCaseFactory(DjangoModelFactory):
    """A case in any status; with a meeting it stands at the end of its agenda."""

    class Meta:
        model = models.PanelCase

    class Params:
        moderated = factory.Trait(
            kind="moderation",
            category_id=None,
            plan=factory.SubFactory(PlanFactory),
            pupil=factory.SelfAttribute("plan.pupil"),
        )

    pupil = factory.SubFactory(PupilFactory)
    kind = "fair access"
    category_id = "d"
    agreed_on = factory.LazyFunction(localdate)
    consider_by = factory.LazyAttribute(lambda row: row.agreed_on + timedelta(days=28))
    why = "No school has a place."
    pupil_words = "I want to learn with people of my age."
    parent_words = "Near to home."
    put_by = factory.SubFactory(UserFactory)
    meeting = None
    status = factory.LazyAttribute(lambda row: "on agenda" if row.meeting else "waiting")
    position = factory.LazyAttribute(
        lambda row: row.meeting.cases.count() + 1 if row.meeting else None
    )
    outcome = factory.LazyAttribute(lambda row: "stays" if row.status == "decided" else "")
    reason = factory.LazyAttribute(lambda row: "It goes well." if row.outcome else "")
    decided_by = factory.LazyAttribute(lambda row: row.put_by if row.outcome else None)
    decided_at = factory.LazyAttribute(lambda row: timezone.now() if row.outcome else None)
    missing = factory.LazyAttribute(lambda row: "A report" if row.status == "deferred" else "")


class PanelConflictFactory(DjangoModelFactory):
    class Meta:
        model = models.PanelConflict

    case = factory.SubFactory(PanelCaseFactory)
    member = factory.SubFactory(PanelMemberFactory)
    reason = "I teach a brother."
    declared_by = factory.SelfAttribute("member.user")


class PanelActionFactory(DjangoModelFactory):
    class Meta:
        model = models.PanelAction

    case = factory.SubFactory(PanelCaseFactory)
    words = "Ring the school."
    owner = "Robin Example"
    due_on = factory.LazyFunction(localdate)


class LedgerWeightFactory(DjangoModelFactory):
    class Meta:
        model = models.LedgerWeight

    category_id = "d"
    weight = 2
    starts_on = factory.Sequence(lambda number: date(2020, 1, 1) + timedelta(days=number))
    reason = "Agreed with the schools."


class PanelExceptionFactory(DjangoModelFactory):
    class Meta:
        model = models.PanelException

    school = factory.SubFactory(SchoolFactory)
    starts_on = LONG_AGO
    ends_on = factory.LazyFunction(lambda: localdate() + timedelta(days=60))
    reason = "Being inspected."
    declared_by = factory.SubFactory(UserFactory)


class VacancyFactory(DjangoModelFactory):
    class Meta:
        model = models.Vacancy

    school = factory.SubFactory(SchoolFactory)
    year_group = 9
    places = 2
    said_by = factory.SubFactory(UserFactory)
