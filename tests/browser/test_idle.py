"""A warning before the sign-in ends: with the keyboard, and without losing what is typed."""

import json

import pytest

from accounts.permissions import Role
from tests.browser.conftest import AXE
from tests.browser.test_every_page import TAGS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DIALOG = "dialog[open][role=alertdialog]"
OVER = f"{DIALOG} h2:text-is('You are signed out')"


@pytest.fixture
def short(settings):
    settings.IDLE_SECONDS, settings.IDLE_WARNING_SECONDS = 9, 7


def form_page(world, page_of):
    page = page_of(world.people[Role.CASEWORKER], width=360)
    page.goto(f"/referrals/{world.own.submitted.uid}/decide/")
    page.fill("[name=reason]", "An hour of writing.")
    return page


@pytest.mark.usefixtures("short")
def test_who_stays_goes_on_writing(world, page_of):
    page = form_page(world, page_of)
    page.wait_for_selector(DIALOG)
    assert page.evaluate("document.activeElement.textContent") == "Stay signed in"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}})
    assert page.evaluate(f"axe.run(document, {options})")["violations"] == []

    page.keyboard.press("Enter")

    page.wait_for_selector(DIALOG, state="hidden")
    assert page.evaluate("document.activeElement.name") == "reason"  # where the person was
    assert page.input_value("[name=reason]") == "An hour of writing."


@pytest.mark.usefixtures("short")
def test_after_the_end_a_form_waits_for_a_new_sign_in(world, page_of):
    page = form_page(world, page_of)
    page.check("[name=decision][value='2']")
    page.context.clear_cookies()  # the server has ended the sign-in
    page.wait_for_selector(OVER, timeout=20_000)
    page.click("[data-later]")

    page.click("[name=send]")

    page.wait_for_selector(OVER)
    assert page.input_value("[name=reason]") == "An hour of writing."
    again = page_of(world.people[Role.CASEWORKER])
    again.goto("/")
    cookies = again.context.cookies()
    page.context.add_cookies(cookies)
    page.click("[data-stay]")
    page.wait_for_selector(DIALOG, state="hidden")
    page.wait_for_timeout(1_100)  # a second click within a second is taken for a double click
    with page.expect_navigation():
        page.click("[name=send]")
    world.own.submitted.refresh_from_db()
    assert world.own.submitted.decision_reason == "An hour of writing."


def test_without_scripts_nothing_is_shown(world, page_of):
    page = page_of(world.people[Role.CASEWORKER], scripts=False)
    page.goto("/")

    assert not page.is_visible("dialog")
