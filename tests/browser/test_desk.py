"""A morning of a SEND officer, with the keyboard only; and a school's text that outlives a server."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Role
from referrals.models import Referral, Status
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAVED = "[data-autosave]:text-matches('^Saved')"
BORN = date(2012, 3, 4)


@pytest.fixture
def queue(world):
    """Twenty-three referrals: two of one child, one of a sister or brother, three incomplete."""
    Referral.objects.filter(status=Status.SUBMITTED).update(status=Status.WITHDRAWN)
    now = timezone.now()
    for number in range(23):
        details = {"forename": f"Child{number}", "surname": f"Number{number}"}
        if number in (4, 9):
            details = {"surname": "Twicetold", "date_of_birth": BORN}
        if number in (5, 6):
            details["address"], details["postcode"] = "7 Elm Road", "DE1 0MO"
        child = factories.PupilFactory(**details)
        factories.EnrolmentFactory(pupil=child, organisation=world.own.school)
        factories.ReferralFactory(
            pupil=child,
            school=world.own.school,
            status=Status.SUBMITTED,
            submitted_at=now - timedelta(days=40 - number),
            made_by=world.people[Role.SCHOOL_STAFF],
            pupil_view="" if number in (2, 12, 20) else "I like art.",
            parent_view="We agree.",
            tried="A mentor.",
            hoped="Back soon.",
            basis="public task",
        )


def tab_to(page, name):
    """Go to a box as somebody without a mouse does."""
    for _ in range(80):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(name)


@pytest.mark.usefixtures("queue")
def test_an_officer_clears_the_queue_from_the_keyboard(world, page_of):
    page = page_of(world.people[Role.CASEWORKER])
    page.goto("/referrals/desk/?sort=waiting")
    page.wait_for_selector(".app-keys-on")
    assert page.inner_text("#queue-title") == "23 in the queue"
    assert page.locator(".app-queue >> text=Possible duplicate").count() == 2
    assert page.locator(".app-queue >> text=Sibling?").count() == 2

    first = page.inner_text("#chosen-title")
    for key in ("j", "k"):
        with page.expect_navigation():
            page.keyboard.press(key)
        page.wait_for_selector(".app-keys-on")
    assert page.inner_text("#chosen-title") == first

    for left in range(23, 0, -1):
        name = page.inner_text("#chosen-title")
        if page.locator("[data-ask]:has-text('not answered')").count():
            with page.expect_navigation():
                page.keyboard.press("m")
            tab_to(page, "words")
        elif "Twicetold" in name and page.locator(".app-queue >> text=Twicetold").count() == 2:
            page.keyboard.press("d")
            page.keyboard.type("This child has another referral: please use that one.")
        else:
            page.keyboard.press(str(left % 3 + 1))
            page.keyboard.type("The need is clear.")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        page.wait_for_selector("main h1")
        if left > 1:
            page.wait_for_selector(".app-keys-on")
            assert page.inner_text("#queue-title") == f"{left - 1} in the queue"

    counts = {
        status: Referral.objects.filter(status=status, pupil__forename__startswith="Child").count()
        for status in (Status.WAITING, Status.ACCEPTED)
    }
    assert counts == {Status.WAITING: 3, Status.ACCEPTED: 18}
    assert Referral.objects.filter(pupil__surname="Twicetold", status=Status.DECLINED).count() == 1
    assert "Nothing waits" in page.inner_text("main") or "No referral fits" in page.inner_text(
        "main"
    )
    assert page.console_errors == []


@pytest.mark.usefixtures("queue")
def test_keys_lead_to_each_place_and_back_keeps_what_was_sought(world, page_of):
    page = page_of(world.people[Role.CASEWORKER])
    page.goto("/referrals/desk/?sort=waiting")
    page.wait_for_selector(".app-keys-on")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.name") == "decision"
    page.keyboard.press("?")
    assert page.is_visible("#keys-help ul")
    page.keyboard.press("/")
    page.keyboard.type("Twicetold")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector(".app-keys-on")
    assert page.inner_text("#queue-title") == "2 in the queue"
    chosen = page.inner_text("#chosen-title")
    with page.expect_navigation():
        page.keyboard.press("h")
    assert page.inner_text("h1").startswith("Hold a place for ")

    page.go_back()

    page.wait_for_selector(".app-keys-on")
    assert (page.inner_text("#queue-title"), page.inner_text("#chosen-title")) == (
        "2 in the queue",
        chosen,
    )
    assert page.input_value("#id_q") == "Twicetold"


def test_single_keys_can_be_turned_off_and_do_nothing_in_a_text_box(world, page_of):
    page = page_of(world.people[Role.CASEWORKER])
    page.goto("/referrals/desk/")
    page.wait_for_selector(".app-keys-on")
    page.focus(".app-form [name=reason]")
    page.keyboard.type("dma123/?")
    assert page.input_value(".app-form [name=reason]") == "dma123/?"
    assert page.locator("[name=decision]:checked").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.check("[data-keys-off]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    assert page.locator("[name=decision]:checked").count() == 0


def test_what_is_typed_is_in_the_database_within_five_seconds(world, page_of):
    page = page_of(world.people[Role.SCHOOL_STAFF], width=360)
    draft = world.own.draft
    page.goto(f"/referrals/{draft.uid}/answers/happening/")
    page.fill("[name=concern]", "Leaves lessons every day.")
    page.wait_for_selector(SAVED)  # nobody presses anything
    draft.refresh_from_db()
    assert draft.concern == "Leaves lessons every day."

    page.route("**/answers/**", lambda route: route.abort())
    page.fill("[name=concern]", "And on Fridays.")
    page.wait_for_selector("[data-autosave]:has-text('no connection')")
    assert page.input_value("[name=concern]") == "And on Fridays."
    page.unroute("**/answers/**")
    page.wait_for_selector(SAVED, timeout=15_000)
    draft.refresh_from_db()
    assert draft.concern == "And on Fridays."


def test_what_cannot_be_saved_is_said_beside_its_box_and_stays_there(world, page_of):
    page = page_of(world.people[Role.SCHOOL_STAFF], width=360)
    draft = world.own.draft
    page.goto(f"/referrals/{draft.uid}/answers/happening/")
    long = "x" * 4_001
    page.fill("[name=concern]", "Leaves lessons.")
    page.fill("[name=tried]", long)
    page.wait_for_selector("[data-autosave]:text-matches('^Not saved: What the school has tried')")
    beside = "#div_id_tried .govuk-error-message"
    assert "at most 4000 characters" in page.inner_text(beside)
    assert page.get_attribute("[name=tried]", "aria-describedby").endswith("id_tried_refused")
    assert page.input_value("[name=tried]") == long
    draft.refresh_from_db()
    assert draft.concern == "Leaves lessons."
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("setTimeout(() => location.assign('/'))")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.input_value("[name=tried]") == long

    page.fill("[name=tried]", "A mentor.")
    page.wait_for_selector(SAVED)
    assert page.locator(beside).count() == 0
    assert page.console_errors == []


def test_a_date_is_complained_of_once_it_is_left(world, page_of):
    page = page_of(world.people[Role.SCHOOL_STAFF])
    page.goto(f"/referrals/{world.own.draft.uid}/answers/why/")
    page.fill("[name=event_on_0]", "31")
    page.fill("[name=event_on_1]", "2")
    page.wait_for_selector("[data-autosave]:text-matches('^Not saved: Date of the suspension')")
    beside = page.locator("#div_id_event_on .govuk-error-message")
    assert beside.count() == 0, "the year is still to come"
    page.fill("[name=event_on_2]", "2026")
    page.focus("button:has-text('Save and go back')")
    page.wait_for_selector("#div_id_event_on .govuk-error-message:has-text('not a real date')")
    page.fill("[name=event_on_1]", "1")
    page.wait_for_selector(SAVED)
    assert beside.count() == 0
