"""The chair's meeting: 14 cases, one interest, one deferral, one over-booking, on one page."""

from datetime import timedelta
from math import ceil
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from pupils.models import Letter
from reintegration.models import PanelCase
from tests import factories
from tests.browser.conftest import AXE  # noqa: F401 - the browser's fixtures come with it
from tests.browser.test_every_page import sideways, violations
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import case_at, school_with_roll

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CASES, INTEREST, DEFERRED, OVERBOOKED, ALLOTTED, MORE_TIME = 14, 3, 5, 7, 9, 13
MINUTES = 8  # planned for each case; the meeting has as many as all of them
FIRST_TAKES, OTHERS_TAKE = 21, 5


@pytest.fixture
def caseworker(transactional_db, person):
    return person("caseworker", name="Carol Caseworker")


@pytest.fixture
def meeting(half_term, session):
    session.minutes = CASES * MINUTES
    session.save()
    born = localdate() - timedelta(days=14 * 365)
    for number in range(1, CASES + 1):
        if number > CASES - 2:
            case_at(session, moderated=True, minutes=MINUTES)
        else:
            case_at(session, pupil__date_of_birth=born, minutes=MINUTES)
    later = localdate() + timedelta(days=14)
    factories.PanelMeetingFactory(held_on=later, place="Town Hall, room 4")
    for name in ("Ash School", "Birch School"):
        school_with_roll(name=name)
    full = factories.CommissionFactory(provider__name="Cedar Centre", places=1).provider
    factories.PlacementFactory(provider=full)
    return session


def clock_says(page, passed, number, *, item=None):
    """Read how what is left after some minutes is shared out over the items that are left."""
    left, items = CASES * MINUTES - passed, CASES - number + 1
    item = item or f"{ceil(left / items)} minutes for this item"
    others = f", for {items} items" if items > 1 else ""
    words = f"{item}. {left} minutes left of the meeting{others}."
    page.wait_for_selector(f"[data-panel-clock]:text-is('{words}')")


def ledger_says(page, school, taken, rate, *, turn):
    """Open the ledger as the chair does, and read the line of a school and whose turn it is."""
    page.click("summary:has-text('The ledger of every school')")
    cells = page.locator(f"tr:has(th:text-is('{school}')) td")
    assert cells.nth(0).inner_text() == str(taken)
    assert cells.nth(3).inner_text() == rate
    assert f"Next in turn: {turn}." in page.inner_text("main")


def record(page):
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")


def decide(page, number):
    page.wait_for_selector(".app-keys-on [data-decision][data-ready]")
    if number == DEFERRED:
        page.keyboard.press("5")
        page.keyboard.type("A report of the doctor")
        page.select_option("[name=booked]", index=1)
    elif number == OVERBOOKED:
        page.keyboard.press("2")
        page.select_option("[name=provider]", label="Cedar Centre")
        page.fill("[name=reason]", "They know each other.")
        record(page)
        assert "The provider has no free place." in page.inner_text(".govuk-error-summary")
        page.fill("[name=overbooking_reason]", "One pupil leaves next week.")
    elif number == ALLOTTED:
        page.keyboard.press("1")
        page.select_option("[name=school]", label="Ash School")
        page.fill("[name=reason]", "It is near.")
        page.fill("[name=action_words]", "Agree the first day")
        page.fill("[name=action_owner]", "Robin Example")
        due = localdate() + timedelta(days=7)
        for part, value in enumerate([due.day, due.month, due.year]):
            page.fill(f"[name=action_due_on_{part}]", str(value))
    elif number == MORE_TIME:
        page.keyboard.press("3")
        page.select_option("[name=half_term]", index=1)
        page.fill("[name=reason]", "Too soon.")
    else:
        page.keyboard.press("3" if number <= CASES - 2 else "4")
        page.keyboard.type("It goes well.")
    record(page)


def test_the_chair_leads_14_cases_on_one_page(page_of, chair, seat, meeting):
    path = reverse("reporting:panel-present", args=[meeting.uid])
    tablet = page_of(seat.user, width=360)
    interest = meeting.cases.get(position=INTEREST)
    tablet.goto(reverse("reintegration:panel-declare", args=[interest.uid]))
    tablet.fill("[name=reason]", "I teach a brother")
    with tablet.expect_navigation():
        tablet.click("main button[type=submit]")

    page, visited = page_of(chair), []
    page.on("framenavigated", lambda frame: visited.append(urlsplit(frame.url).path))
    page.clock.set_fixed_time(meeting.opened_at)
    page.goto(path)
    assert violations(page) == []
    passed = 0
    for number in range(1, CASES + 1):
        assert f"item {number}" in page.inner_text(".govuk-caption-l")
        clock_says(page, passed, number)
        passed += OTHERS_TAKE if number > 1 else FIRST_TAKES
        page.clock.set_fixed_time(meeting.opened_at + timedelta(minutes=passed))
        if number == 1:
            clock_says(page, passed, number, item="The time of this item is over")
        if number == ALLOTTED:
            ledger_says(page, "Ash School", 0, "0.00", turn="Ash School")
        if number == ALLOTTED + 1:
            ledger_says(page, "Ash School", 1, "0.10", turn="Birch School")
        if number == INTEREST:
            assert "declared an interest and takes no part" in page.inner_text("main")
        decide(page, number)
    assert set(visited) == {path}  # the chair never leaves the page
    assert "All items are dealt with" in page.inner_text("h1")
    with page.expect_navigation():
        page.click("main form button[type=submit]")

    minutes = page.inner_text("main")
    for words in (
        "declared an interest (I teach a brother)",
        "A report of the doctor",
        "One pupil leaves next week.",
        "A place at a school: Ash School",
        "Agree the first day",
    ):
        assert words in minutes
    assert violations(page) == []
    cases = PanelCase.objects.filter(meeting=meeting, status="decided")
    assert cases.count() == CASES - 1
    assert Letter.objects.filter(case__in=cases.values("uid")).count() == CASES - 1
    moved = cases.get(position=MORE_TIME).plan
    assert moved.target != moved.first_target
    assert page.console_errors == []

    assert tablet.goto(f"{path}?item={INTEREST}").status == 404
    for item in (1, CASES):
        assert tablet.goto(f"{path}?item={item}").status == 200
        assert sideways(tablet) == ""
        assert violations(tablet) == []


def test_an_agenda_is_put_in_order_by_keyboard_and_by_dragging(page_of, caseworker):
    meeting = factories.PanelMeetingFactory()
    first, second, third = (case_at(meeting) for _ in range(3))
    page = page_of(caseworker)
    page.goto(reverse("reintegration:panel-agenda", args=[meeting.uid]))

    page.focus(f"[value='up {third.pk}']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with page.expect_navigation():
        page.drag_and_drop(
            f"[data-sort-item='{second.pk}'] strong",
            f"[data-sort-item='{first.pk}']",
            target_position={"x": 5, "y": 5},
        )

    assert list(PanelCase.objects.agenda_of(meeting)) == [second, first, third]
