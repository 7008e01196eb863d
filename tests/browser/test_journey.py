"""One child travels the whole way in a browser: refer, decide, place, mark, see the figure."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.models.calendar import is_school_day
from accounts.permissions import Role
from reporting import actions as reporting
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def fill_date(page, name, day):
    for box, value in enumerate((day.day, day.month, day.year)):
        page.fill(f"[name={name}_{box}]", str(value))


def press(page, text):
    with page.expect_navigation():
        page.click(f"main button:has-text('{text}')")


def press_link(page, text):
    with page.expect_navigation():
        page.click(f"main a:has-text('{text}')")


def sessions_of(page):
    """Return numerator and denominator as the tile of attendance says them."""
    said = page.inner_text("[aria-labelledby=figure-attendance-ap]")
    found = re.search(r"(\d+) of (\d+) possible sessions", said)
    return int(found[1]), int(found[2])


def refer(school, child):
    school.goto("/referrals/new/")
    school.select_option("[name=pupil]", str(child.uid))
    press(school, "Start the referral")
    address = school.url
    press_link(school, "Check the answers")
    press(school, "Submit the referral")
    assert "Say what is happening" in school.inner_text(".govuk-error-summary")
    press_link(school, "Choose why help is needed")
    school.check("[name=reason][value='at risk']")
    press(school, "Save and go back")
    press_link(school, "What is happening")
    school.fill("[name=concern]", "Leaves lessons every day.")
    press(school, "Save and go back")
    press_link(school, "Check the answers")
    press(school, "Submit the referral")
    assert "Referral sent" in school.inner_text("h1")
    school.goto(address)
    return address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_referral_to_a_figure(world, page_of, scripts, settings):
    settings.SMALLEST_COHORT = 1
    # The day before the last school day: the register of that day can be marked on any weekday.
    day = world.school_day
    child = factories.PupilFactory(forename="Marisol", surname="Testwick")
    factories.EnrolmentFactory(pupil=child, organisation=world.own.school)
    reporting.compute()

    school = page_of(world.people[Role.SCHOOL_STAFF], scripts=scripts)
    address = refer(school, child)

    officer = page_of(world.people[Role.CASEWORKER], scripts=scripts)
    officer.goto(address)
    officer.click("a.govuk-button:has-text('Decide')")
    officer.check("[name=decision][value='2']")
    officer.fill("[name=reason]", "A short placement to rebuild routine.")
    press(officer, "Record the decision")
    officer.click("a.govuk-button:has-text('Offer a placement')")
    officer.select_option("[name=provider]", str(world.own.provider.pk))
    fill_date(officer, "starts_on", day - timedelta(days=3))
    fill_date(officer, "last_day", localdate() + timedelta(days=40))
    officer.check("[name=route][value=mainstream]")
    officer.select_option("[name=returns_in]", index=1)
    officer.fill("[name=objective_1]", "Comes to nine sessions of ten")
    officer.fill("[name=measure_1]", "The register over four weeks")
    press(officer, "Offer the placement")
    assert "Marisol Testwick" in officer.inner_text("h1")

    lead = page_of(world.people[Role.PROVIDER_LEAD], width=360, scripts=scripts)
    lead.goto(officer.url)
    assert "Testwick" not in lead.content(), "an offer names no child"
    assert "Comes to nine sessions of ten" in lead.inner_text("main")
    press_link(lead, "Accept")
    press(lead, "Accept the placement")
    assert "Marisol Testwick" in lead.inner_text("h1")

    leader = page_of(world.people[Role.LEADERSHIP], scripts=scripts)
    leader.goto("/reporting/")
    attended, possible = sessions_of(leader)

    tutor = page_of(world.people[Role.PROVIDER_STAFF], width=360, scripts=scripts)
    for half, code in (("am", "/"), ("pm", "L")):
        tutor.goto(f"/attendance/registers/{world.own.provider.uid}/{day.isoformat()}/{half}/")
        line = tutor.locator("li.app-register__line", has_text="Testwick")
        assert line.locator("input:checked").count() == 0, "nothing is preselected"
        line.locator(f'input[type=radio][value="{code}"]').check()
        if scripts:  # each tap saves by itself
            line.locator("[data-said]:text-matches('^✓')").wait_for()
        else:
            press(tutor, "Save the register")
            assert "1 saved at" in tutor.inner_text(".govuk-notification-banner")

    leader.reload()
    assert sessions_of(leader) == (attended + 2, possible + 2)
    school.reload()
    assert "A short placement to rebuild routine." in school.inner_text("main")
    for page in (school, officer, lead, leader, tutor):
        assert page.off_origin == []
        assert page.console_errors == []
    assert is_school_day(world.own.provider, day)


def test_two_people_at_one_register_are_told_and_nothing_is_overwritten(world, page_of):
    other = factories.UserFactory(name="Robin Second")
    factories.MembershipFactory(
        user=other, organisation=world.own.provider, role=Role.PROVIDER_STAFF
    )
    factories.PlacementFactory(
        provider=world.own.provider, starts_on=world.own.placement.starts_on
    )
    address = f"/attendance/registers/{world.own.provider.uid}/{world.school_day.isoformat()}/pm/"
    first, second = (
        page_of(person, scripts=False) for person in (world.people[Role.PROVIDER_STAFF], other)
    )
    for page in (first, second):
        page.goto(address)
    first.locator('input[type=radio][value="\\\\"]').first.check()
    press(first, "Save the register")
    second.locator('input[type=radio][value="L"]').first.check()
    press(second, "Save the register")

    told = second.inner_text(".govuk-error-summary")
    assert "Demo Provider staff marked" in told
    assert "Nothing was overwritten" in told
    assert second.locator('input[type=radio][value="L"]').first.is_checked(), "the choice is kept"


def test_signing_in_and_out_leaves_nothing_behind(world, page_of):
    user = world.people[Role.CASEWORKER]
    user.set_password("a-long-enough-password")
    user.save()
    page = page_of(None)
    page.goto(f"/pupils/{world.own.pupil.uid}/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", "wrong-password-here")
    press(page, "Sign in")
    assert "not correct" in page.inner_text(".govuk-error-summary")
    page.fill("[name=password]", "a-long-enough-password")
    press(page, "Sign in")
    assert world.own.pupil.surname in page.inner_text("h1")

    # Going back while the page is still being exchanged is an error of the driver, not of ours.
    with page.expect_navigation():
        page.click("text=Sign out")
    page.wait_for_load_state("networkidle")
    page.go_back()

    assert world.own.pupil.surname not in page.content()
