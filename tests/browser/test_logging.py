"""An outreach worker logs a visit about two pupils on a phone, between two lessons."""

import pytest

from accounts.permissions import Role
from outreach.models import LogEntry
from tests import factories
from tests.browser.test_every_page import sideways, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = 360


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_visit_about_two_pupils_takes_five_taps_and_two_page_loads(world, page_of, scripts):
    support = world.own.outreach["running"]
    other = factories.SupportFactory(school=support.school)
    page = page_of(world.people[Role.OUTREACH_WORKER], width=PHONE, scripts=scripts)
    page.goto(support.get_absolute_url())
    loads, taps = [], []
    page.on("framenavigated", lambda frame: loads.append(frame.url))

    def tap(selector):
        taps.append(selector)
        page.locator(f"main {selector}").first.click()

    with page.expect_navigation():
        tap("a:has-text('Add to the logbook')")
    assert page.is_checked(f"[name=about][value='{support.pk}']")  # it began at this support
    assert sideways(page) == ""
    assert not scripts or violations(page) == []
    tap("label:has-text('Visit')")
    tap("label:has-text('30 min')")
    tap(f"label:has-text('{other.subject}')")
    page.fill(f"[name=line_{other.pk}]", "Left the lesson once.")
    with page.expect_navigation():
        tap("button:has-text('Save the entry')")

    assert "The entry is saved" in page.inner_text("body")
    assert sideways(page) == ""
    entry = LogEntry.objects.latest("pk")
    assert (entry.status, entry.kind, entry.minutes) == ("done", "visit", 30)
    lines = entry.lines.values_list("support", "words")
    assert dict(lines) == {support.pk: "", other.pk: "Left the lesson once."}
    assert (len(taps), len(loads)) == (5, 2)
    assert page.off_origin == []
