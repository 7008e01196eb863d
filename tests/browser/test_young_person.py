"""A young person gives their views on a phone, changes their mind, and takes one answer back."""

from functools import partial

import pytest
from django.urls import reverse

from accounts.permissions import Role
from pupils.models import VoiceAnswer
from tests import factories
from tests.browser.test_every_page import looked_at, sideways, violations
from tests.pupils.voices.recordings import webm

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = 360


def press(page, text):
    with page.expect_navigation():
        page.click(f"main button:has-text('{text}')")


def follow(page, text):
    with page.expect_navigation():
        page.click(f"main a:has-text('{text}')")


def heading(page):
    return page.inner_text("h1")


def ask(staff, world):
    """Make a link as a worker does, and return its address."""
    staff.goto(reverse("pupils:voice-ask", args=[world.own.pupil.uid]))
    staff.check("[name=who][value=pupil]")
    staff.check("[name=about][value=panel]")
    staff.fill("[name=readers]", "Your key worker, and the people at the meeting")
    for box, value in enumerate(["1", "7", "2035"]):
        staff.fill(f"[name=last_day_{box}]", value)
    with staff.expect_navigation():
        staff.click("main button:has-text('Make the link')")
    assert staff.locator("main .app-qr svg").count() == 1
    return staff.input_value("#address")


@pytest.fixture
def problems():
    return []


def look(page, problems, name, *, scripts):
    if found := sideways(page):
        problems.append(f"{name}: {found}")
    problems.extend(violations(page) if scripts else [])


def say_something(page, seen):
    page.fill("[name=number]", "4711")
    press(page, "Start")
    assert heading(page) == "How are things for you now?"
    seen("faces")
    page.check("#face-3")
    page.fill("[name=words]", "It is loud.")
    press(page, "Save and go on")
    press(page, "Skip")
    assert heading(page) == "What is hard for you?"
    seen("words")
    page.fill("[name=words]", "I hate maths.")
    press(page, "Save and finish later")
    assert heading(page) == "It is saved"
    seen("saved")


def change_and_hand_in(page, seen, *, scripts):
    page.fill("[name=number]", "4711")
    press(page, "Go on")
    assert "I hate maths." in page.inner_text("main")
    seen("all")
    follow(page, "Change: What is hard for you?")
    page.fill("[name=words]", "Maths is hard. I like the teacher.")
    if scripts:
        page.wait_for_selector("[data-kept]:has-text('Saved.')")
    press(page, "Save and go on")
    follow(page, "See all you said")
    page.click("main label:has-text('No, do not show my parent')")
    press(page, "Hand it in")
    receipt = page.inner_text("main section[aria-labelledby=receipt]")
    for words in (
        "You handed this in",
        "Who will read it: Your key worker, and the people at the meeting.",
        "Your parent cannot see it.",
        "You can change it, or take it back, until 1 July 2035.",
    ):
        assert words in receipt
    seen("handed in")


def look_at_case(staff, world):
    """Return what the panel's page of a case shows, without words that staff typed."""
    case = factories.PanelCaseFactory(pupil=world.own.pupil, pupil_words="")
    staff.goto(case.get_absolute_url())
    return staff.inner_text("main")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_say_of_a_young_person(world, page_of, problems, scripts):
    staff = page_of(world.people[Role.CASEWORKER], scripts=scripts)
    link = ask(staff, world)
    page = page_of(None, width=PHONE, scripts=scripts)
    seen = partial(look, page, problems, scripts=scripts)
    page.goto(link)
    seen("start")
    say_something(page, seen)
    change_and_hand_in(page, seen, scripts=scripts)
    press(page, "Take this back: How are things for you now?")
    assert "It is loud." not in page.inner_text("main")
    assert "We have what you said" in page.inner_text("main")

    staff.reload()
    shown = staff.inner_text("main")
    assert "Maths is hard. I like the teacher." in shown
    assert "I hate maths." not in shown
    assert "It is loud." not in shown
    assert "does not want a parent to see this" in shown
    before_panel = look_at_case(staff, world)
    assert "What is hard for you? Maths is hard. I like the teacher." in before_panel
    assert "I hate maths." not in before_panel
    assert "It is loud." not in before_panel
    assert "does not want a parent to see this" in before_panel
    staff.go_back()
    follow(staff, "Answer: you said, we did")
    staff.fill("[name=you_said]", "Maths is hard.")
    staff.fill("[name=we_could_not]", "There is one maths teacher.")
    press(staff, "Show the answer on the link")

    page.reload()
    assert "We could not, because" in page.inner_text("main")
    seen("answered")
    assert problems == []
    assert page.off_origin == []


def test_who_leaves_fast_leaves_nothing_behind(world, page_of):
    link = ask(page_of(world.people[Role.CASEWORKER]), world)
    page = page_of(None, width=PHONE)
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="Rain"))
    page.goto(link)
    page.fill("[name=number]", "4711")
    press(page, "Start")
    page.fill("[name=words]", "A secret")
    press(page, "Save and go on")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0

    page.click("text=Leave this page fast")
    page.wait_for_url("https://www.bbc.co.uk/weather")
    page.go_back()

    assert "A secret" not in page.content()
    page.goto(link)
    assert heading(page) == "Welcome back"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_readable_by_day_and_by_night(world, page_of, scheme):
    link = ask(page_of(world.people[Role.CASEWORKER]), world)
    page = page_of(None, width=PHONE)
    page.emulate_media(color_scheme=scheme)
    page.goto(link)
    problems = looked_at(page, "start")
    page.click("main button:has-text('Start')")
    problems += looked_at(page, "start with an error")
    page.fill("[name=number]", "4711")
    press(page, "Start")
    page.click("summary")
    page.set_input_files(
        "[name=recording]", {"name": "v.webm", "mimeType": "audio/webm", "buffer": b"no sound"}
    )
    press(page, "Save and go on")
    assert "not a recording" in page.inner_text("main")
    problems += looked_at(page, "question with an error")
    page.set_input_files(
        "[name=recording]", {"name": "v.webm", "mimeType": "audio/webm", "buffer": webm(3)}
    )
    press(page, "Save and go on")
    problems += looked_at(page, "question")
    follow(page, "See all you said")
    press(page, "Hand it in")
    problems += looked_at(page, "all with an error")
    follow(page, "Take it all back")
    problems += looked_at(page, "take back")

    assert problems == []
    assert VoiceAnswer.objects.saved().filter(recording__isnull=False).exists()


def test_a_voice_is_recorded_in_the_browser(world, chromium_that_hears, live_server, page_of):
    link = ask(page_of(world.people[Role.CASEWORKER]), world)
    page = chromium_that_hears()
    page.goto(link)
    page.fill("[name=number]", "4711")
    press(page, "Start")
    page.click("summary")
    page.click("text=Start to record")
    page.wait_for_timeout(1_500)
    page.click("main button:has-text('Stop')")
    page.wait_for_selector("text=You recorded")
    press(page, "Save and go on")

    row = VoiceAnswer.objects.saved().exclude(recording=None).get()
    assert row.recording.media_type == "audio/webm"
