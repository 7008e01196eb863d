"""Organisations, people, the calendar and the record of what was done."""

from datetime import date, timedelta

import factory
from django.utils.timezone import localdate
from factory.django import DjangoModelFactory
from stdnum.gb import upn

from accounts.models import (
    ClockRule,
    Closure,
    Cover,
    Digest,
    Feed,
    HalfTerm,
    Membership,
    Organisation,
    OutboxMessage,
    Run,
    User,
    ViewEntry,
)
from accounts.models.personal import hash_of
from accounts.permissions import Role

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


class ClockRuleFactory(DjangoModelFactory):
    class Meta:
        model = ClockRule

    kind = ClockRule.Kind.DECISION
    school_days = 10
    starts_on = date(2023, 9, 1)
    source = "A setting of the council"


class FeedFactory(DjangoModelFactory):
    class Meta:
        model = Feed

    user = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(lambda n: hash_of(f"token {n}"))


class DigestFactory(DjangoModelFactory):
    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    hour = 7


class CoverFactory(DjangoModelFactory):
    class Meta:
        model = Cover

    person = factory.SubFactory(UserFactory)
    colleague = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(CouncilFactory)
    role = Role.CASEWORKER
    starts_on = factory.LazyFunction(localdate)
    ends_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=7))
    made_by = factory.SelfAttribute("person")


def later_half_term() -> HalfTerm:
    """Return a half term far ahead of every placement of the tests, for the way back."""
    found = HalfTerm.objects.filter(year=2035, number=1).first()
    return found or HalfTermFactory(
        year=2035, number=1, starts_on=date(2035, 9, 3), ends_on=date(2035, 10, 20)
    )
