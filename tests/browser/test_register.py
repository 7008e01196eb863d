"""A tutor marks eight pupils on a phone; the network goes, the sign-in ends, a colleague is quicker."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Role
from attendance.models import Delivery, Mark
from tests import factories
from tests.browser.conftest import AXE
from tests.browser.test_every_page import TAGS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
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
    return Mark.objects.filter(session=1)


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
    # While a page closes it may hear of the connection and send: nobody is signed in meanwhile.
    cookies = context.cookies()
    context.clear_cookies()
    phone.close()
    context.set_offline(False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.clock.set_system_time(timezone.now() + timedelta(hours=13))
    page.goto(eight)

    page.wait_for_selector("[data-said-last]:has-text('12 hours')")
    assert stored(page) == []
    assert codes() == []


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
