"""The chair's meeting: 14 cases, one interest, one deferral, one over-booking, on one page."""

import re
from datetime import timedelta
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


@pytest.fixture
def caseworker(transactional_db, person):
    return person("caseworker", name="Carol Caseworker")


@pytest.fixture
def meeting(half_term, session):
    for number in range(1, CASES + 1):
        case_at(session, moderated=number > CASES - 2, minutes=8)
    later = localdate() + timedelta(days=14)
    factories.PanelMeetingFactory(held_on=later, place="Town Hall, room 4")
    school_with_roll(name="Ash School")
    full = factories.CommissionFactory(provider__name="Cedar Centre", places=1).provider
    factories.PlacementFactory(provider=full)
    return session


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

    page = page_of(chair)
    page.goto(path)
    assert violations(page) == []
    assert re.search(r"\d+ minutes for this item", page.inner_text("[data-panel-clock]"))
    for number in range(1, CASES + 1):
        assert f"item {number}" in page.inner_text(".govuk-caption-l")
        if number == INTEREST:
            assert "declared an interest and takes no part" in page.inner_text("main")
        decide(page, number)
        assert urlsplit(page.url).path == path  # the chair never leaves the page
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
