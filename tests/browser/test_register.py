"""A tutor marks eight pupils on a phone, undoes, changes, and meets a colleague who is quicker."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Role
from tests import factories
from tests.browser.conftest import AXE
from tests.browser.registers import *  # noqa: F403 - fixtures
from tests.browser.registers import COUNTED, PUPILS, TICK, afternoon, codes, cut, tap
from tests.browser.test_every_page import TAGS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_six_present_one_late_one_absent_take_five_taps_and_no_page_load(phone):
    loads = []
    phone.on("framenavigated", lambda frame: loads.append(frame.url))
    assert phone.locator("input[type=radio]:checked").count() == 0, "nothing is preselected"

    tap(phone, 2, "Late")
    tap(phone, 5, "Absent")
    phone.locator("[data-line]").nth(5).locator("[name^=why-]").select_option("I")
    phone.taps += 2  # the list, and the reason in it
    phone.click("[data-rest]:has-text('Mark 6 remaining present')")
    phone.taps += 1

    phone.wait_for_selector(COUNTED)
    assert phone.locator(TICK).count() == PUPILS
    assert codes() == ["I", "L"] + ["\\"] * 6
    assert phone.taps <= 5
    assert loads == []
    phone.wait_for_selector("[data-rest]", state="hidden")
    assert phone.console_errors == []


def test_a_mark_is_undone_and_one_that_is_older_asks_for_a_reason(phone):
    tap(phone, 0, "Late")
    line = phone.locator("[data-line]").first
    line.locator("button:has-text('Undo')").click()
    phone.wait_for_selector("[data-said-last]:has-text('0 of 8 marked')")
    assert codes() == []

    tap(phone, 0, "Late")
    line.locator(TICK.replace("[data-said]", "[data-said]")).wait_for()
    tap(phone, 0, "Present")  # at once: no question
    line.locator("[data-said]:has-text('✓ Present')").wait_for()
    assert codes() == ["\\"]
    phone.evaluate("document.querySelector('[data-register]').dataset.undo = '0'")
    phone.reload()
    phone.wait_for_selector(".app-scripts-on")
    tap(phone, 0, "Late")
    assert line.locator("[name^=reason-]").is_visible()
    line.locator("button:has-text('Save the change')").click()
    line.locator("[data-problem]:has-text('Say why')").wait_for()
    line.locator("[name^=reason-]").fill("Came at 9.20")
    line.locator("button:has-text('Save the change')").click()
    line.locator("[data-said]:has-text('✓ Late')").wait_for()
    assert codes() == ["L"]


def test_two_tutors_at_one_pupil_see_both_marks_and_are_asked(place, phone, page_of, eight):
    other = factories.UserFactory(name="Robin Second")
    factories.MembershipFactory(user=other, organisation=place, role=Role.PROVIDER_STAFF)
    second = page_of(other, width=360)
    second.taps = 0
    second.goto(eight)
    second.wait_for_selector(".app-scripts-on")
    tap(phone, 0, "Absent")
    phone.locator("[data-line]").first.locator(TICK).wait_for()

    tap(second, 0, "Late")

    line = second.locator("[data-line]").first
    line.locator("[data-problem]:has-text('Which is right?')").wait_for()
    told = line.locator("[data-problem]").inner_text()
    assert "Tess Tutor marked Absent at" in told
    assert "You chose Late" in told
    assert codes() == ["N"]
    line.locator("button:has-text('Late is right')").click()
    line.locator("[name^=reason-]").fill("She came at 9.20")
    second.keyboard.press("Enter")
    line.locator("[data-said]:has-text('✓ Late')").wait_for()
    assert codes() == ["L"]


def test_a_note_and_minutes_save_by_themselves(phone):
    tap(phone, 0, "Late")
    line = phone.locator("[data-line]").first
    line.locator(TICK).wait_for()
    line.locator("[name^=minutes-]").fill("12")
    line.locator("[name^=minutes-]").blur()
    line.locator("[data-said]:has-text('12 minutes late')").wait_for()
    line.locator("summary").click()
    line.locator("[name^=note-]").fill("Read aloud")
    phone.keyboard.press("Enter")
    phone.locator("[data-line] [name^=was-][value$='Read aloud']").first.wait_for(state="attached")

    mark = afternoon().get()
    assert (mark.minutes_late, mark.note, mark.code_id) == (12, "Read aloud", "L")


def test_other_minutes_of_an_older_mark_stay_in_the_box_until_the_reason_is_there(phone):
    tap(phone, 0, "Late")
    line = phone.locator("[data-line]").first
    line.locator(TICK).wait_for()
    afternoon().update(minutes_late=5, marked_at=timezone.now() - timedelta(days=1))
    minutes = line.locator("[name^=minutes-]")
    minutes.fill("12")
    minutes.blur()
    line.locator("[data-problem]:has-text('Say why minutes')").wait_for()
    assert minutes.input_value() == "12"

    line.locator("button:has-text('Save the change')").click()
    line.locator("[name^=reason-]").fill("Mixed up")
    line.locator("button:has-text('Save the change')").click()
    line.locator("[data-said]:has-text('12 minutes late')").wait_for()

    amendment = afternoon().get().amendments.get()
    assert (amendment.amended_beside, amendment.reason) == ("12 minutes late", "Mixed up")


def test_the_keyboard_marks_a_register(tutor, page_of, eight):
    page = page_of(tutor)
    page.goto(eight)
    page.wait_for_selector(".app-keys-on.app-scripts-on")
    page.locator("[data-line] input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("input[type=radio]:checked").count() == 0, "arrows move and do not mark"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.locator("[data-line]").first.locator("[data-said]:has-text('✓ Late')").wait_for()
    page.keyboard.press("ArrowDown")
    for key in "pla":
        page.keyboard.press(key)
    page.keyboard.press("r")
    page.keyboard.press("Enter")

    page.wait_for_selector(COUNTED)
    assert codes() == ["L", "L", "N"] + ["\\"] * 5


def test_the_register_keeps_the_rules_of_accessibility_in_every_state(phone):
    tap(phone, 0, "Late")
    tap(phone, 1, "Absent")
    phone.locator("[data-line]").nth(1).locator(TICK).wait_for()
    cut(phone)
    tap(phone, 2, "Present")
    phone.wait_for_selector("[data-waiting]:visible")
    phone.locator("[data-line]").nth(3).locator("summary").click()

    phone.evaluate(AXE.read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}})

    assert phone.evaluate(f"axe.run(document, {options})")["violations"] == []
    small = phone.evaluate(
        "[...document.querySelectorAll('.app-choice, [data-rest], .app-link-button')]"
        ".map((box) => box.getBoundingClientRect()).filter((box) => box.width && (box.height < 44 || box.width < 44)).length"
    )
    assert small == 0
    assert phone.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_without_scripts_the_page_is_a_form_with_radios_and_a_button(tutor, page_of, eight):
    page = page_of(tutor, width=360, scripts=False)
    page.goto(eight)
    page.locator("[data-line]").nth(2).locator(".app-choice:has-text('Late') input").check()
    page.locator("[data-line]").nth(5).locator(".app-choice:has-text('Absent') input").check()
    page.locator("[data-line]").nth(5).locator("[name^=why-]").select_option("I")
    page.click("[data-rest]")

    assert "8 of 8 marked" in page.inner_text("main")
    assert codes() == ["I", "L"] + ["\\"] * 6


@pytest.mark.parametrize("scripts", [True, False])
def test_who_came_after_the_register_closed_has_a_box_for_minutes(tutor, page_of, eight, scripts):
    page = page_of(tutor, width=360, scripts=scripts)
    page.goto(eight)
    if scripts:
        page.wait_for_selector(".app-scripts-on")
    line = page.locator("[data-line]").first
    minutes = line.locator("[name^=minutes-]")
    assert minutes.is_hidden()

    line.locator(".app-choice:has-text('Absent') input").check()
    line.locator("[name^=why-]").select_option("U")
    minutes.fill("45")
    if scripts:
        minutes.blur()
        line.locator("[data-said]:has-text('45 minutes late')").wait_for()
    else:
        page.click("button:has-text('Save the register')")

    mark = afternoon().get()
    assert (mark.code_id, mark.minutes_late) == ("U", 45)


def test_what_is_marked_before_the_scripts_are_there_is_saved(tutor, page_of, eight):
    page, held = page_of(tutor, width=360), []

    def hold(route):
        held.append(route)

    page.route("**/register.js", hold)
    page.goto(eight)
    line = page.locator("[data-line]").first
    line.locator(".app-choice:has-text('Absent') input").check()
    line.locator("[name^=why-]").select_option("U")
    line.locator("[name^=minutes-]").fill("45")
    page.locator("[data-line]").nth(1).locator(".app-choice:has-text('Present') input").check()
    assert codes() == []

    held[0].continue_()

    page.wait_for_selector("[data-said-last]:has-text('2 of 8 marked')")
    line.locator("[data-said]:has-text('45 minutes late')").wait_for()
    assert codes() == ["U", "\\"]
    assert page.console_errors == []
