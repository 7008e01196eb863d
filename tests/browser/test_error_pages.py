"""Every page that says what went wrong, under axe, at the width of a phone and of a desk."""

import pytest
from django.db import DatabaseError
from django.urls import reverse

from accounts.models import ViewEntry
from accounts.permissions import Role
from tests.away import database_away
from tests.browser.test_every_page import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GREEN = "rgb(0, 81, 62)"  # the head of every page of the service


@pytest.fixture
def check(world, page_of, settings):
    """Open an address as somebody, and return what is wrong with the page that comes."""
    settings.ROOT_URLCONF = "tests.broken_urls"

    def check(address, status, words, role=None, page=None):
        page = page or page_of(world.people[role] if role else None)
        answer = page.goto(address)
        return problems_of(page, answer, status, words)

    return check


def problems_of(page, answer, status, words):
    assert answer.status == status, page.url
    assert page.inner_text("h1") == words
    assert page.title().endswith("Alternative provision")
    colour = "head => getComputedStyle(head).backgroundColor"
    assert page.eval_on_selector(".app-header", colour) == GREEN
    return [*looked_at(page, words), *page.off_origin]


def test_pages_about_the_address_and_the_role(check):
    assert check("/?q=%00", 400, "That was not understood") == []
    assert check("/nowhere/", 404, "Page not found", Role.CASEWORKER) == []
    people = reverse("accounts:people")
    assert check(people, 403, "You cannot open this page", Role.SCHOOL_STAFF) == []


def test_a_form_that_was_open_too_long(world, page_of):
    page = page_of(world.people[Role.CASEWORKER])
    page.goto(reverse("referrals:decide", args=[world.own.submitted.uid]))
    page.fill("textarea", "An hour of writing.")
    page.eval_on_selector("main [name=csrfmiddlewaretoken]", "token => token.remove()")

    with page.expect_navigation() as sent:
        page.click("main form[method=post] button[type=submit]")

    assert problems_of(page, sent.value, 403, "The form was open too long") == []
    assert "An hour of writing." in page.inner_text("main")


def test_pages_about_the_service_itself(check, world, page_of, monkeypatch):
    def broken(looks):
        raise DatabaseError

    problem = "Sorry, there is a problem with the service"
    assert check("/fails/", 500, problem, Role.CASEWORKER) == []
    page = page_of(world.people[Role.CASEWORKER])
    with database_away():
        away = check("/", 503, "Sorry, the service is not available now", page=page)
    assert away == []
    monkeypatch.setattr(ViewEntry.objects, "write", broken)
    child = reverse("reporting:pupil", args=[world.own.pupil.uid])
    closed = "Sorry, this record cannot be shown now"
    assert check(child, 503, closed, Role.CASEWORKER) == []
