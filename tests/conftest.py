"""The organisations, the people and the school years that tests ask for by name."""

import gc
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts.models import HalfTerm, Organisation, User
from accounts.permissions import REACH_PROVIDER, REACH_SCHOOL, Role
from tests import factories

# Half terms from their first day up to, not on, the second date.
HALF_TERMS = {
    2023: [
        (date(2023, 9, 4), date(2023, 10, 21)),
        (date(2023, 10, 30), date(2023, 12, 22)),
        (date(2024, 1, 8), date(2024, 2, 10)),
        (date(2024, 2, 19), date(2024, 3, 29)),
        (date(2024, 4, 15), date(2024, 5, 25)),
        (date(2024, 6, 3), date(2024, 7, 24)),
    ],
    2024: [
        (date(2024, 9, 2), date(2024, 10, 26)),
        (date(2024, 11, 4), date(2024, 12, 21)),
        (date(2025, 1, 6), date(2025, 2, 15)),
        (date(2025, 2, 24), date(2025, 4, 5)),
        (date(2025, 4, 22), date(2025, 5, 24)),
        (date(2025, 6, 2), date(2025, 7, 23)),
    ],
    2025: [
        (date(2025, 9, 1), date(2025, 10, 25)),
        (date(2025, 11, 3), date(2025, 12, 20)),
        (date(2026, 1, 5), date(2026, 2, 14)),
        (date(2026, 2, 23), date(2026, 3, 28)),
        (date(2026, 4, 13), date(2026, 5, 23)),
        (date(2026, 6, 1), date(2026, 7, 22)),
    ],
    2026: [
        (date(2026, 9, 1), date(2026, 10, 24)),
        (date(2026, 11, 2), date(2026, 12, 19)),
        (date(2027, 1, 4), date(2027, 2, 13)),
        (date(2027, 2, 22), date(2027, 3, 25)),
        (date(2027, 4, 12), date(2027, 5, 29)),
        (date(2027, 6, 7), date(2027, 7, 22)),
    ],
}


def pytest_collection_finish():
    """Look for rubbish seldom: what was imported and collected stays, and memory is no worry."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


@pytest.fixture
def council(db) -> Organisation:
    return factories.CouncilFactory()


@pytest.fixture
def school(db) -> Organisation:
    return factories.SchoolFactory(name="Ash School")


@pytest.fixture
def other_school(db) -> Organisation:
    return factories.SchoolFactory(name="Beech School")


@pytest.fixture
def provider(db) -> Organisation:
    return factories.ProviderFactory(name="Cedar Centre")


@pytest.fixture
def other_provider(db) -> Organisation:
    return factories.ProviderFactory(name="Damson Centre")


@pytest.fixture
def person(db, request) -> Callable[..., User]:
    """Make a person with a role; without an organisation, in the one that the role belongs to."""

    def make(role: Role, organisation: Organisation | None = None, **details) -> User:
        if organisation is None:
            organisation = request.getfixturevalue(_home_of(role))
        user = factories.UserFactory(**details)
        factories.MembershipFactory(user=user, organisation=organisation, role=role)
        return user

    return make


def _home_of(role: Role) -> str:
    if role in REACH_SCHOOL:
        return "school"
    return "provider" if role in REACH_PROVIDER else "council"


@pytest.fixture
def sign_in() -> Callable[[Client, User], Client]:
    def sign_in(client: Client, user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def caseworker(person) -> User:
    return person(Role.CASEWORKER, name="Carol Caseworker")


@pytest.fixture
def manager(person) -> User:
    return person(Role.MANAGER, name="Mary Manager")


@pytest.fixture
def leadership(person) -> User:
    return person(Role.LEADERSHIP, name="Leo Leadership")


@pytest.fixture
def data_protection(person) -> User:
    return person(Role.DATA_PROTECTION, name="Dora Protection")


@pytest.fixture
def administrator(person) -> User:
    return person(Role.ADMINISTRATOR, name="Adam Administrator")


@pytest.fixture
def school_staff(person) -> User:
    return person(Role.SCHOOL_STAFF, name="Sam School")


@pytest.fixture
def provider_staff(person) -> User:
    return person(Role.PROVIDER_STAFF, name="Pat Provider")


@pytest.fixture
def calendar(db) -> dict[int, list[HalfTerm]]:
    """Enter the six half terms of the academic years 2023 to 2026."""
    return {
        year: [
            factories.HalfTermFactory(year=year, number=number, starts_on=start, ends_on=end)
            for number, (start, end) in enumerate(half_terms, start=1)
        ]
        for year, half_terms in HALF_TERMS.items()
    }
