"""The smallest valid row of each model. The status is an argument: `ReferralFactory(status=…)`.

`attendance.Code` has none: a migration fills the table, and tests use its rows.
"""

from datetime import UTC, date, datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from stdnum.gb import upn

from accounts.models import (
    Closure,
    HalfTerm,
    Membership,
    Organisation,
    OutboxMessage,
    Run,
    User,
    ViewEntry,
)
from accounts.permissions import Role
from apsystem.lib.calendar import FRIDAY, SESSIONS_A_DAY, Session
from attendance.models import Mark, MarkAmendment
from placements import models as placements
from placements.models import EVERY_SESSION, Placement, TierRule
from pupils.models import CareStatus, Contact, EhcPlan, Enrolment, Need, Pupil
from pupils.models.codes import CareKind, EnrolmentStatus, NeedType
from referrals import models as referrals
from referrals.models import Referral, Tier
from reporting.models import Comparator, Coverage, Snapshot

LONG_AGO = date(2020, 9, 1)


def valid_upn(number: int) -> str:
    """Return the number-th valid UPN: council 205, establishments from 1000, issued in 2024."""
    body = f"205{1000 + number // 1000:04d}24{number % 1000:03d}"
    return upn.calc_check_digit(f"A{body}") + body


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    kind = Organisation.Kind.SCHOOL
    name = factory.Sequence(lambda n: f"Organisation {n}")


class CouncilFactory(OrganisationFactory):
    kind = Organisation.Kind.COUNCIL


class SchoolFactory(OrganisationFactory):
    kind = Organisation.Kind.SCHOOL


class ProviderFactory(OrganisationFactory):
    kind = Organisation.Kind.PROVIDER


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@council.example")
    password = "!"


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(CouncilFactory)
    role = Role.CASEWORKER
    starts_on = LONG_AGO


class HalfTermFactory(DjangoModelFactory):
    class Meta:
        model = HalfTerm

    year = 2024
    number = 1
    starts_on = date(2024, 9, 2)
    ends_on = date(2024, 10, 26)


class ClosureFactory(DjangoModelFactory):
    class Meta:
        model = Closure

    organisation = None
    starts_on = date(2024, 9, 2)
    ends_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=1))
    reason = "INSET day"


class ViewEntryFactory(DjangoModelFactory):
    class Meta:
        model = ViewEntry

    user_id = 1
    organisation_id = 1
    role = Role.CASEWORKER
    act = "view"
    page = "reporting:pupil"
    pupils = [1]
    address_hash = "0" * 16


class OutboxMessageFactory(DjangoModelFactory):
    class Meta:
        model = OutboxMessage

    kind = "referral.submitted"
    payload = {"referral": 1}


class RunFactory(DjangoModelFactory):
    class Meta:
        model = Run

    task = "tests.nightly"
    period = "2026-09-01"


class PupilFactory(DjangoModelFactory):
    class Meta:
        model = Pupil

    forename = "Kim"
    surname = factory.Sequence(lambda n: f"Pupil{n}")
    date_of_birth = date(2012, 1, 15)  # year 8 in 2024/25
    sex = "F"
    upn = factory.Sequence(valid_upn)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    pupil = factory.SubFactory(PupilFactory)
    name = "Jo Parent"
    relationship = "Mother"
    phone = "020 7946 0000"


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    pupil = factory.SubFactory(PupilFactory)
    organisation = factory.SubFactory(SchoolFactory)
    status = EnrolmentStatus.CURRENT
    starts_on = LONG_AGO


class NeedFactory(DjangoModelFactory):
    class Meta:
        model = Need

    pupil = factory.SubFactory(PupilFactory, sen_provision="K")
    need_type = NeedType.SEMH
    rank = 1


class EhcPlanFactory(DjangoModelFactory):
    class Meta:
        model = EhcPlan

    pupil = factory.SubFactory(PupilFactory, sen_provision="E")
    issued_on = date(2023, 5, 2)


class CareStatusFactory(DjangoModelFactory):
    class Meta:
        model = CareStatus

    pupil = factory.SubFactory(PupilFactory)
    kind = CareKind.LOOKED_AFTER
    starts_on = date(2023, 5, 2)


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
        is_open = factory.LazyAttribute(lambda row: row.status == placements.Status.OPEN)

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
    opened_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def enrolment(self, create, wanted, **details):
        if not create or wanted is False:
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
