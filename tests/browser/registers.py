"""A tutor with a phone before a register of eight pupils, and what can be seen of the marks."""

import pytest

from accounts.permissions import Role
from attendance.models import Mark
from tests import factories

PUPILS = 8
TICK = "[data-said]:text-matches('^✓')"
COUNTED = (
    f"[data-said-last]:text-matches('^{PUPILS} of {PUPILS} marked, saved [0-9]{{2}}:[0-9]{{2}}$')"
)
NAME = "Zoltanov"


@pytest.fixture
def place(world):
    """Make a provider with eight pupils; nobody has marked the last school day's afternoon."""
    provider = factories.ProviderFactory(name="Elder Centre")
    for number in range(PUPILS):
        factories.PlacementFactory(
            provider=provider,
            pupil__forename=f"Pupil{number}",
            pupil__surname=NAME,
            starts_on=world.own.placement.starts_on,
        )
    return provider


@pytest.fixture
def tutor(place):
    user = factories.UserFactory(name="Tess Tutor", email="tess@council.example")
    factories.MembershipFactory(user=user, organisation=place, role=Role.PROVIDER_STAFF)
    return user


@pytest.fixture
def eight(world, place):
    return f"/attendance/registers/{place.uid}/{world.school_day.isoformat()}/pm/"


@pytest.fixture
def phone(tutor, page_of, eight):
    page = page_of(tutor, width=360)
    page.taps = 0
    page.goto(eight)
    page.wait_for_selector(".app-scripts-on")
    return page


def tap(page, row, words):
    page.locator("[data-line]").nth(row).locator(f".app-choice:has-text('{words}') input").click()
    page.taps += 1


def afternoon():
    return Mark.objects.filter(session=1, pupil__surname=NAME)


def codes():
    return sorted(afternoon().values_list("code", flat=True))


def cut(page):
    """Cut the network. Of a request that is on its way nobody knows whether it arrives: none is."""
    page.route(
        "**/registers/**",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.context.set_offline(True)


def stored(page):
    return page.evaluate(
        "Object.entries(localStorage).filter(([name]) => name.startsWith('ap-mark:'))"
    )
