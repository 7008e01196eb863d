"""A school answers the three questions of a follow-up on a phone, by the link in its mail."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from outreach.models import FollowUp
from outreach.nightly import ask_schools
from tests import factories
from tests.browser.test_every_page import sideways, violations
from tests.reintegration.conftest import work_off

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = 360
NOT_FOUND = "Page not found"


@pytest.fixture
def asked(world):
    """Return the follow-up after three months of support at the own school, asked today."""
    support = factories.SupportFactory(
        pupil=world.own.pupil,
        school=world.own.school,
        status="closed",
        starts_on=localdate() - timedelta(days=150),
        planned_last_day=localdate() - timedelta(days=95),
        ended_on=localdate() - timedelta(days=95),
    )
    row = factories.FollowUpFactory(
        support=support, school=world.own.school, months=3, due_on=localdate(), sent_on=None
    )
    ask_schools()
    work_off()
    row.refresh_from_db()
    return row


def link_of(asked, mails):
    message = next(mail for mail in mails if f"({asked.support.reference})" in mail.body)
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def looked_at(page):
    return [*violations(page), *filter(None, [sideways(page)])]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_school_answers_on_a_phone_without_an_account(
    world, page_of, asked, mailoutbox, scripts
):
    link = link_of(asked, mailoutbox)
    page = page_of(None, width=PHONE, scripts=scripts)
    assert page.context.cookies() == []
    problems = []

    def look():
        problems.extend(looked_at(page) if scripts else filter(None, [sideways(page)]))

    page.goto(link)
    look()
    with page.expect_navigation():
        page.click("main button:has-text('Send the answers')")
    assert "not known is an answer" in page.inner_text("main")  # nothing was chosen
    look()
    page.check("[name=suspended][value=yes]")
    page.fill("[name=suspensions]", "2")
    page.check("[name=excluded][value=unknown]")
    page.fill("[name=name]", "Robin Example")
    page.fill("[name=position]", "SENCO")
    with page.expect_navigation():
        page.click("main button:has-text('Send the answers')")
    look()

    asked.refresh_from_db()
    assert (asked.suspended, asked.suspensions, asked.excluded) == ("yes", 2, "unknown")
    assert asked.answered_as == "SENCO"
    # The link is opened once more, by somebody else: it is answered, and names nobody.
    other = page_of(None, width=PHONE, scripts=scripts)
    other.goto(link)
    assert "These questions are answered" in other.inner_text("main")
    assert str(world.own.pupil) not in other.inner_text("main")
    assert "sessionid" not in {cookie["name"] for cookie in page.context.cookies()}
    assert problems == []
    assert page.off_origin == []


def test_a_link_that_is_over_moved_or_guessed_says_the_same_on_a_phone(
    world, page_of, asked, mailoutbox
):
    link = link_of(asked, mailoutbox)
    page = page_of(None, width=PHONE)

    def told(path):
        answer = page.goto(path)
        assert sideways(page) == ""
        assert str(world.own.pupil) not in page.content()
        return answer.status, page.inner_text("body")

    assert page.goto(link).status == 200
    guessed = told(reverse("reporting:follow-up", args=["0" * len(asked.token)]))
    FollowUp.objects.filter(pk=asked.pk).update(link_ends_on=localdate())
    over = told(link)
    FollowUp.objects.filter(pk=asked.pk).update(link_ends_on=localdate() + timedelta(days=1))
    assert page.goto(link).status == 200
    world.own.pupil.enrolments.filter(organisation=world.own.school).update(ends_on=localdate())
    factories.EnrolmentFactory(pupil=world.own.pupil, starts_on=localdate(), status="C")
    moved = told(link)

    assert guessed[0] == 404
    assert guessed == over == moved
    assert NOT_FOUND.lower() in guessed[1].lower()
