"""A tutor's network goes, or the sign-in ends: what was tapped waits, arrives once, or says why not."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from attendance.models import Delivery
from tests.browser.registers import *  # noqa: F403 - fixtures
from tests.browser.registers import COUNTED, NAME, afternoon, codes, cut, stored, tap

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_tutor_whose_network_is_cut_after_the_third_mark_loses_nothing(phone, eight):
    for row in range(3):
        tap(phone, row, "Present")
    phone.wait_for_selector("[data-said-last]:has-text('3 of 8 marked')")
    cut(phone)

    tap(phone, 3, "Late")
    tap(phone, 4, "Absent")
    phone.locator("[data-line]").nth(4).locator("[name^=why-]").select_option("I")
    phone.click("[data-rest]:has-text('Mark 3 remaining present')")

    phone.wait_for_selector("[data-waiting]:has-text('5 marks are waiting to be sent')")
    assert phone.locator("[data-said]:has-text('Waiting to send')").count() == 5
    assert len(codes()) == 3
    kept = json.dumps(stored(phone))
    assert not [word for word in (NAME, "Pupil", "zqx") if word in kept]
    assert len(stored(phone)) == 5

    # The page is loaded anew over a network that still drops what it sends.
    phone.context.set_offline(False)
    phone.reload()
    phone.wait_for_selector("[data-waiting]:has-text('5 marks are waiting')")
    assert phone.locator("[data-line]").nth(4).locator("[name^=why-]").input_value() == "I"
    phone.unroute("**/registers/**")
    phone.evaluate("window.dispatchEvent(new Event('online'))")

    phone.wait_for_selector(COUNTED)
    assert codes() == ["I", "L"] + ["\\"] * 6
    assert set(afternoon().values_list("version", flat=True)) == {1}
    assert stored(phone) == []
    assert phone.is_hidden("[data-waiting]")


def test_an_answer_that_gets_lost_makes_no_second_mark(phone):
    def swallow(route):
        route.fetch()
        route.abort()

    phone.route("**/registers/**", swallow)
    tap(phone, 0, "Late")
    phone.wait_for_selector("[data-waiting]:has-text('1 mark is waiting')")
    assert codes() == ["L"]
    phone.unroute("**/registers/**")
    phone.evaluate("window.dispatchEvent(new Event('online'))")

    phone.wait_for_selector("[data-said-last]:has-text('1 of 8 marked')")
    assert afternoon().get().version == 1
    assert Delivery.objects.count() == 1


def test_an_undo_of_a_mark_whose_answer_got_lost_takes_it_back(phone):
    def swallow(route):
        route.fetch()
        route.abort()

    phone.route("**/registers/**", swallow)
    tap(phone, 0, "Late")
    phone.wait_for_selector("[data-waiting]:has-text('1 mark is waiting')")
    phone.unroute("**/registers/**")
    phone.locator("[data-line]").first.locator("button:has-text('Undo')").click()

    phone.wait_for_selector("[data-said-last]:has-text('0 of 8 marked')")
    assert codes() == []
    assert stored(phone) == []


def test_a_sign_in_that_ended_keeps_the_marks_and_saves_them_after_the_next(tutor, phone, eight):
    phone.context.clear_cookies()
    tap(phone, 0, "Late")
    phone.wait_for_selector("[data-waiting]:has-text('You are signed out')")
    assert codes() == []
    user = tutor
    user.set_password("a-long-enough-password")
    user.save()

    phone.click("[data-waiting] a:has-text('Sign in')")
    phone.fill("[name=login]", user.email)
    phone.fill("[name=password]", "a-long-enough-password")
    phone.click("main button:has-text('Sign in')")

    phone.wait_for_selector("[data-said-last]:has-text('1 of 8 marked')")
    assert phone.url.endswith(eight)
    assert codes() == ["L"]
    assert stored(phone) == []


def test_signing_out_says_what_would_be_lost_and_then_clears_it(phone):
    cut(phone)
    tap(phone, 0, "Late")
    phone.wait_for_selector("[data-waiting]:has-text('1 mark is waiting')")
    phone.context.set_offline(False)

    phone.click("text=Sign out")
    phone.wait_for_selector("[role=alert]:has-text('Signing out loses them')")
    with phone.expect_navigation():
        phone.click("text=Sign out")

    assert stored(phone) == []
    assert codes() == []


def test_marks_that_waited_twelve_hours_in_an_open_page_are_not_sent(phone):
    cut(phone)
    tap(phone, 0, "Late")
    phone.wait_for_selector("[data-waiting]:has-text('1 mark is waiting')")
    phone.clock.set_system_time(timezone.now() + timedelta(hours=13))
    phone.unroute("**/registers/**")
    phone.context.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")

    phone.wait_for_selector("[data-problem]:has-text('longer than 12 hours')")
    assert stored(phone) == []
    assert codes() == []


def test_marks_that_waited_twelve_hours_on_the_device_are_not_sent(phone, eight):
    cut(phone)
    tap(phone, 0, "Late")
    phone.wait_for_selector("[data-waiting]:has-text('1 mark is waiting')")
    context = phone.context
    # A page that closes may hear of the connection and send: the page is gone before there is one.
    phone.evaluate("() => { window.fetch = () => new Promise(() => {}) }")
    phone.goto("about:blank")
    phone.close()
    context.set_offline(False)
    page = context.new_page()
    page.clock.set_system_time(timezone.now() + timedelta(hours=13))
    page.goto(eight)

    page.wait_for_selector("[data-said-last]:has-text('12 hours')")
    assert stored(page) == []
    assert codes() == []
